/** The messages that stand for everybody, and who has been told. */
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `
      CREATE TABLE announcements_message (
        kind TEXT NOT NULL PRIMARY KEY CHECK (kind IN ('motd', 'welcome')),
        id TEXT NOT NULL,
        text TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Which message of the day an account has been told last.
      CREATE TABLE announcements_told (
        localpart TEXT NOT NULL PRIMARY KEY REFERENCES account (localpart) ON DELETE CASCADE,
        id TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Accounts that have not been used yet.
      CREATE TABLE announcements_newcomer (
        localpart TEXT NOT NULL PRIMARY KEY REFERENCES account (localpart) ON DELETE CASCADE
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

export type Kind = 'motd' | 'welcome';

export interface StandingMessage {
  /** Another one with each new message, and the same for a correction. */
  readonly id: string;
  readonly text: string;
}

export function readMessage(reader: Reader, kind: Kind): StandingMessage | undefined {
  return reader.get<StandingMessage>('SELECT id, text FROM announcements_message WHERE kind = ?', kind);
}

export function putMessage(kind: Kind, { id, text }: StandingMessage): Change {
  return {
    sql: `INSERT INTO announcements_message (kind, id, text) VALUES (?, ?, ?)
          ON CONFLICT (kind) DO UPDATE SET id = excluded.id, text = excluded.text`,
    params: [kind, id, text],
  };
}

export function removeMessage(kind: Kind): Change {
  return { sql: 'DELETE FROM announcements_message WHERE kind = ?', params: [kind] };
}

export function readTold(reader: Reader, localpart: string): string | undefined {
  return reader.get<{ id: string }>('SELECT id FROM announcements_told WHERE localpart = ?', localpart)?.id;
}

export function putTold(localpart: string, id: string): Change {
  return {
    sql: `INSERT INTO announcements_told (localpart, id) SELECT localpart, ? FROM account WHERE localpart = ?
          ON CONFLICT (localpart) DO UPDATE SET id = excluded.id`,
    params: [id, localpart],
  };
}

export function isNewcomer(reader: Reader, localpart: string): boolean {
  return reader.get('SELECT 1 FROM announcements_newcomer WHERE localpart = ?', localpart) !== undefined;
}

export function putNewcomer(localpart: string): Change {
  return {
    sql: `INSERT OR IGNORE INTO announcements_newcomer (localpart) SELECT localpart FROM account WHERE localpart = ?`,
    params: [localpart],
  };
}

export function removeNewcomer(localpart: string): Change {
  return { sql: 'DELETE FROM announcements_newcomer WHERE localpart = ?', params: [localpart] };
}
