/** The tables of groups: names, members, who sees whom, rooms, and who has been brought into which room. */
import type { Migration } from '../../store/migrations.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const GROUPS_MIGRATIONS: readonly Omit<Migration, 'owner'>[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE groups_group (
        id TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        is_shared INTEGER NOT NULL,
        has_room INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE groups_member (
        group_id TEXT NOT NULL REFERENCES groups_group (id) ON DELETE CASCADE,
        localpart TEXT NOT NULL REFERENCES account (localpart) ON DELETE CASCADE,
        PRIMARY KEY (group_id, localpart)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX groups_member_localpart ON groups_member (localpart);
      -- Those who see may be everyone, who have no row of their own.
      CREATE TABLE groups_audience (
        group_id TEXT NOT NULL REFERENCES groups_group (id) ON DELETE CASCADE,
        seen_by TEXT NOT NULL,
        PRIMARY KEY (group_id, seen_by)
      ) STRICT, WITHOUT ROWID;
      -- As the room was left: its title, and whether its members are in it. One that is switched off is kept, for when it is switched on again.
      CREATE TABLE groups_room (
        group_id TEXT NOT NULL PRIMARY KEY,
        room TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        is_on INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      -- Who is made a member and given a bookmark: what becomes of the bookmark since then is up to its owner.
      CREATE TABLE groups_entry (
        room TEXT NOT NULL,
        localpart TEXT NOT NULL REFERENCES account (localpart) ON DELETE CASCADE,
        PRIMARY KEY (room, localpart)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX groups_entry_localpart ON groups_entry (localpart);
    `,
  },
  {
    version: 2,
    // 1 while membership and bookmark are still to be given.
    sql: 'ALTER TABLE groups_entry ADD COLUMN is_due INTEGER NOT NULL DEFAULT 0',
  },
];

export interface KeptGroup {
  readonly id: string;
  readonly name: string;
  readonly isShared: boolean;
  readonly hasRoom: boolean;
  readonly seenBy: readonly string[];
  readonly members: readonly string[];
}

export interface KeptRoom {
  readonly groupId: string;
  /** Its localpart. */
  readonly room: string;
  readonly title: string;
  readonly isOn: boolean;
}

export function readGroups(reader: Reader): readonly KeptGroup[] {
  return reader
    .all<{ id: string; name: string; is_shared: number; has_room: number }>(
      'SELECT id, name, is_shared, has_room FROM groups_group ORDER BY name',
    )
    .map(({ id, name, is_shared, has_room }) => ({
      id,
      name,
      isShared: is_shared === 1,
      hasRoom: has_room === 1,
      seenBy: reader
        .all<{ seen_by: string }>('SELECT seen_by FROM groups_audience WHERE group_id = ?', id)
        .map(({ seen_by }) => seen_by),
      members: reader
        .all<{ localpart: string }>('SELECT localpart FROM groups_member WHERE group_id = ?', id)
        .map(({ localpart }) => localpart),
    }));
}

/** Ids of the groups that list an account. */
export function readMemberships(reader: Reader, localpart: string): readonly string[] {
  return reader
    .all<{ group_id: string }>('SELECT group_id FROM groups_member WHERE localpart = ?', localpart)
    .map(({ group_id }) => group_id);
}

export function readRooms(reader: Reader): readonly KeptRoom[] {
  return reader
    .all<{ group_id: string; room: string; title: string; is_on: number }>(
      'SELECT group_id, room, title, is_on FROM groups_room',
    )
    .map(({ group_id, room, title, is_on }) => ({ groupId: group_id, room, title, isOn: is_on === 1 }));
}

export interface KeptEntry {
  readonly room: string;
  readonly localpart: string;
  readonly isDue: boolean;
}

export function readEntries(reader: Reader): readonly KeptEntry[] {
  return reader
    .all<{ room: string; localpart: string; is_due: number }>('SELECT room, localpart, is_due FROM groups_entry')
    .map(({ room, localpart, is_due }) => ({ room, localpart, isDue: is_due === 1 }));
}

export function writeGroup({ id, name, isShared, hasRoom }: Omit<KeptGroup, 'seenBy' | 'members'>): Change {
  return {
    sql: `INSERT INTO groups_group (id, name, is_shared, has_room) VALUES (?, ?, ?, ?)
          ON CONFLICT (id) DO UPDATE
          SET name = excluded.name, is_shared = excluded.is_shared, has_room = excluded.has_room`,
    params: [id, name, isShared ? 1 : 0, hasRoom ? 1 : 0],
  };
}

/** Its members and its audience go with it, and it sees nobody any more. */
export function removeGroup(id: string): readonly Change[] {
  return [
    { sql: 'DELETE FROM groups_group WHERE id = ?', params: [id] },
    { sql: 'DELETE FROM groups_audience WHERE seen_by = ?', params: [id] },
  ];
}

export function replaceAudience(id: string, seenBy: readonly string[]): readonly Change[] {
  return [
    { sql: 'DELETE FROM groups_audience WHERE group_id = ?', params: [id] },
    ...seenBy.map((other) => ({
      sql: 'INSERT INTO groups_audience (group_id, seen_by) VALUES (?, ?)',
      params: [id, other],
    })),
  ];
}

/** Nothing happens for a group or an account that is gone. */
export function insertMember(id: string, localpart: string): Change {
  return {
    sql: `INSERT OR IGNORE INTO groups_member (group_id, localpart)
          SELECT g.id, a.localpart FROM groups_group g, account a WHERE g.id = ? AND a.localpart = ?`,
    params: [id, localpart],
  };
}

export function removeMember(id: string, localpart: string): Change {
  return { sql: 'DELETE FROM groups_member WHERE group_id = ? AND localpart = ?', params: [id, localpart] };
}

export function writeRoom({ groupId, room, title, isOn }: KeptRoom): Change {
  return {
    sql: `INSERT INTO groups_room (group_id, room, title, is_on) VALUES (?, ?, ?, ?)
          ON CONFLICT (group_id) DO UPDATE SET room = excluded.room, title = excluded.title, is_on = excluded.is_on`,
    params: [groupId, room, title, isOn ? 1 : 0],
  };
}

export function removeRoom(room: string): readonly Change[] {
  return [
    { sql: 'DELETE FROM groups_room WHERE room = ?', params: [room] },
    { sql: 'DELETE FROM groups_entry WHERE room = ?', params: [room] },
  ];
}

/** What comes with it is still to be given. Nothing happens for an account that is gone. */
export function insertEntry(room: string, localpart: string): Change {
  return {
    sql: `INSERT OR IGNORE INTO groups_entry (room, localpart, is_due)
          SELECT ?, localpart, 1 FROM account WHERE localpart = ?`,
    params: [room, localpart],
  };
}

export function settleEntry(room: string, localpart: string): Change {
  return { sql: 'UPDATE groups_entry SET is_due = 0 WHERE room = ? AND localpart = ?', params: [room, localpart] };
}

export function removeEntry(room: string, localpart: string): Change {
  return { sql: 'DELETE FROM groups_entry WHERE room = ? AND localpart = ?', params: [room, localpart] };
}
