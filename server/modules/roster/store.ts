/** The roster's tables: contacts and unanswered requests, the version of each roster, and one number for all. */
import { parseJid } from '../../jid/jid.ts';
import type { Migration } from '../../store/migrations.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';
import { parseXml } from '../../xml/parse.ts';
import type { Contact } from './contact.ts';
import type { Subscription } from './subscription.ts';

export const ROSTER_MIGRATIONS: readonly Omit<Migration, 'owner'>[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE roster_contact (
        account TEXT NOT NULL,
        jid TEXT NOT NULL,
        is_listed INTEGER NOT NULL,
        subscription TEXT NOT NULL,
        is_asking INTEGER NOT NULL,
        is_approved INTEGER NOT NULL,
        name TEXT NOT NULL,
        groups TEXT NOT NULL,
        request TEXT,
        PRIMARY KEY (account, jid)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE roster_version (
        account TEXT NOT NULL PRIMARY KEY,
        version INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      -- Where the versions of new rosters begin: above those of every roster that was ever removed.
      CREATE TABLE roster_floor (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        version INTEGER NOT NULL
      ) STRICT;
      INSERT INTO roster_floor (id, version) VALUES (1, 0);
    `,
  },
];

interface ContactRow {
  readonly jid: string;
  readonly is_listed: number;
  readonly subscription: string;
  readonly is_asking: number;
  readonly is_approved: number;
  readonly name: string;
  readonly groups: string;
  readonly request: string | null;
}

export function readContacts(reader: Reader, account: string): Contact[] {
  const rows = reader.all<ContactRow>(
    `SELECT jid, is_listed, subscription, is_asking, is_approved, name, groups, request
       FROM roster_contact WHERE account = ? ORDER BY jid`,
    account,
  );
  return rows.flatMap((row) => {
    const jid = parseJid(row.jid);
    if (jid === undefined) return [];
    return {
      jid,
      isListed: row.is_listed === 1,
      subscription: row.subscription as Subscription,
      isAsking: row.is_asking === 1,
      isApproved: row.is_approved === 1,
      name: row.name,
      groups: JSON.parse(row.groups) as string[],
      request: row.request === null ? undefined : parseXml(row.request),
    };
  });
}

/** The version of a roster; undefined when nothing was ever written to it. */
export function readVersion(reader: Reader, account: string): number | undefined {
  return reader.get<{ version: number }>('SELECT version FROM roster_version WHERE account = ?', account)?.version;
}

/** Where the version of a roster begins that nothing was ever written to. */
export function readFloor(reader: Reader): number {
  return reader.get<{ version: number }>('SELECT version FROM roster_floor WHERE id = 1')?.version ?? 0;
}

export function writeContact(account: string, contact: Contact): Change {
  return {
    sql: `INSERT OR REPLACE INTO roster_contact
            (account, jid, is_listed, subscription, is_asking, is_approved, name, groups, request)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    params: [
      account,
      contact.jid.bare,
      contact.isListed ? 1 : 0,
      contact.subscription,
      contact.isAsking ? 1 : 0,
      contact.isApproved ? 1 : 0,
      contact.name,
      JSON.stringify(contact.groups),
      contact.request?.toXml() ?? null,
    ],
  };
}

export function removeContact(account: string, jid: string): Change {
  return { sql: 'DELETE FROM roster_contact WHERE account = ? AND jid = ?', params: [account, jid] };
}

/** What people call a contact whom they do not list themselves. */
export function removeNotes(jid: string): Change {
  return { sql: 'DELETE FROM roster_contact WHERE jid = ? AND is_listed = 0 AND request IS NULL', params: [jid] };
}

export function writeVersion(account: string, version: number): Change {
  return { sql: 'INSERT OR REPLACE INTO roster_version (account, version) VALUES (?, ?)', params: [account, version] };
}

/** All rows of an account. New rosters will begin above its version. */
export function removeRoster(account: string): readonly Change[] {
  return [
    {
      sql: `UPDATE roster_floor SET version = max(version,
              coalesce((SELECT version FROM roster_version WHERE account = ?), 0))`,
      params: [account],
    },
    { sql: 'DELETE FROM roster_contact WHERE account = ?', params: [account] },
    { sql: 'DELETE FROM roster_version WHERE account = ?', params: [account] },
  ];
}
