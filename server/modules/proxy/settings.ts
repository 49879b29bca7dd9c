/** Where the proxy listens, under which addresses clients look for it, and how much it carries at a time. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';

export const PROXY_SETTINGS = {
  port: setting(
    z.union([z.int().min(0).max(65_535), z.literal('off')]),
    // Beside the server's other ports. The customary 5000 is taken on every Mac (AirPlay).
    5283,
    'The port through which apps send each other files when they cannot reach one another. 0 picks a free one.',
    { appliesOnRestart: true },
  ),
  host: setting(
    z
      .string()
      .regex(/^[\p{L}\p{N}.:-]*$/u)
      .meta({ description: 'a name or an IP address, or nothing' }),
    '',
    'The name or address under which apps find that port. Nothing: the server’s domain, or, where only this network ' +
      'knows that, this computer’s address.',
  ),
  maxConnections: setting(
    z.int().min(2).max(10_000),
    200,
    'The most connections at a time. Each file that is on its way takes two.',
  ),
  maxWaitingPerAddress: setting(
    z.int().min(1).max(1_000),
    // A family behind one router, sending a handful of pictures at once.
    20,
    'The most connections from one address on which no file is on its way yet.',
  ),
  maxStreamsPerAccount: setting(
    z.int().min(1).max(1_000),
    20,
    'The most files that one person may be sending at a time.',
  ),
  waitSeconds: setting(z.int().min(5).max(3_600), 60, 'How long a connection may wait for the other side, in seconds.'),
  idleSeconds: setting(
    z.int().min(10).max(86_400),
    600,
    'After how many seconds without a single byte a file is given up.',
  ),
};
