/** The settings of the service of its own domain, and of the accounts as services. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';

export const PUBSUB_SETTINGS = {
  creation: setting(
    z.enum(['members', 'admins']),
    'members',
    'Who may make nodes: members of this server, guests excluded, or its admins.',
  ),
  maxNodes: setting(z.int().min(1).max(100_000), 1_000, 'How many nodes there may be.'),
  maxNodesPerOwner: setting(z.int().min(1).max(100_000), 100, 'How many nodes one person may have made.'),
  maxItems: setting(z.int().min(1).max(100_000), 1_000, 'How many items a node may be set up to keep.'),
  maxPayloadBytes: setting(
    // Articles with pictures inside are larger than chat messages, yet have to fit into one stanza.
    z.int().min(1_000).max(10_000_000),
    128 * 1024,
    'Largest item that may be published, in bytes.',
  ),
  maxBytes: setting(
    z.int().min(100_000).max(100_000_000_000),
    500_000_000,
    'How much all items of all nodes may take together, in bytes.',
  ),
  maxSubscriptions: setting(z.int().min(1).max(100_000), 2_000, 'How many subscribers a node may have.'),
  maxAffiliations: setting(
    z.int().min(1).max(100_000),
    2_000,
    'How many owners, publishers, members and banned people a node may list.',
  ),
} as const;

export const PEP_SETTINGS = {
  maxNodes: setting(
    z.int().min(1).max(10_000),
    // Each kind of news has its node, and each device's keys have one more.
    200,
    'How many kinds of personal news an account may keep: picture, nickname, bookmarks, keys and so on.',
  ),
  maxItems: setting(z.int().min(1).max(100_000), 1_000, 'How many entries of one kind an account may keep.'),
  maxPayloadBytes: setting(
    // Room for a picture of 190 kB in base64; avatars are a tenth of that.
    z.int().min(1_000).max(10_000_000),
    256 * 1024,
    'Largest entry that an account may keep, in bytes.',
  ),
  maxBytes: setting(
    z.int().min(100_000).max(10_000_000_000),
    20_000_000,
    'How much the personal news of one account may take together, in bytes.',
  ),
  maxSubscriptions: setting(
    z.int().min(1).max(10_000),
    500,
    'How many subscribers one kind of news may have, besides the contacts.',
  ),
  maxAffiliations: setting(
    z.int().min(1).max(10_000),
    500,
    'How many people may be listed as readers or as banned for one kind of news.',
  ),
} as const;
