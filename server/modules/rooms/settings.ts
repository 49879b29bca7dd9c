/** The settings of the room service. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';

export const ROOM_SETTINGS = {
  creation: setting(
    z.enum(['everybody', 'members', 'admins']),
    'members',
    'Who may open rooms: everybody, also from other servers; members of this server, guests excluded; or its admins.',
  ),
  lockNewRooms: setting(
    z.boolean(),
    true,
    'Nobody else may enter a new room until whoever opened it has configured it or accepted the defaults.',
  ),
  persistentByDefault: setting(z.boolean(), false, 'New rooms stay when the last person has left.'),
  publicByDefault: setting(z.boolean(), true, 'New rooms can be found in the list of rooms.'),
  nicknames: setting(
    z.enum(['free', 'registered']),
    'free',
    'Whether somebody who has registered a nickname in a room may use another one there.',
  ),
  registration: setting(
    z.enum(['members', 'approval', 'open']),
    'members',
    'Who may register with a room: its members only, for a nickname; everybody whom an admin of the room approves; or everybody, where a room is open to all.',
  ),
  archivedByDefault: setting(z.boolean(), true, 'What is said in new rooms that stay is kept for their members.'),
  historyLength: setting(
    z.int().min(0).max(1_000),
    20, // what the other servers have; clients fetch the rest from the archive
    'How many of the last messages a new room shows to whoever enters.',
  ),
  maxHistoryLength: setting(
    z.int().min(0).max(1_000),
    100,
    'The largest history that a room may be configured to have.',
  ),
  maxRooms: setting(z.int().min(1).max(100_000), 1_000, 'How many rooms there may be.'),
  maxOccupants: setting(
    z.int().min(2).max(10_000),
    // A message to such a room takes about 5 ms to hand on.
    500,
    'How many people may be in a room at once.',
  ),
  maxAffiliations: setting(
    z.int().min(10).max(100_000),
    5_000,
    'How many members, admins, owners and banned people a room may list.',
  ),
  maxNickLength: setting(z.int().min(1).max(1_023), 64, 'Longest nickname, in characters.'),
  maxSubjectLength: setting(z.int().min(1).max(10_000), 1_000, 'Longest subject of a room, in characters.'),
  maxCardBytes: setting(
    // Room for a picture of 190 kB in base64, as people have it.
    z.int().min(1_000).max(10_000_000),
    262_144,
    'Largest vCard of a room, picture included, in bytes.',
  ),
  maxHats: setting(z.int().min(0).max(1_000), 50, 'How many hats, titles for its people, a room may have.'),
  wholeSearch: setting(
    z.enum(['everybody', 'accounts', 'nobody']),
    'everybody',
    'Who may list all public rooms at once by search: everybody, also from other servers; people of this server; or nobody.',
  ),
  maxSearches: setting(
    z.int().min(1).max(10_000),
    // A person who types and turns pages does not come near; a machine that copies the list is slowed down.
    60,
    'How many searches for rooms one address may make in a minute.',
  ),
} as const;
