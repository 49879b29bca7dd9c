/** Invitations, who used them, and contacts that are still to be made. Tokens themselves are not kept. */
import type { InvitationPurpose } from '../../administration/invitation.ts';
import type { Migration } from '../../store/migrations.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const MIGRATIONS: readonly Omit<Migration, 'owner'>[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE invitations_invitation (
        id TEXT NOT NULL PRIMARY KEY,
        token_hash BLOB NOT NULL UNIQUE,
        purpose TEXT NOT NULL CHECK (purpose IN ('account', 'contact', 'password')),
        -- The name of the account to be made.
        localpart TEXT,
        -- The account that gets a new password.
        owner TEXT REFERENCES account (localpart) ON DELETE CASCADE,
        role TEXT NOT NULL,
        -- A JSON array.
        groups TEXT NOT NULL,
        inviter TEXT REFERENCES account (localpart) ON DELETE CASCADE,
        creator TEXT REFERENCES account (localpart) ON DELETE CASCADE,
        max_uses INTEGER NOT NULL,
        -- What would take it below nothing is refused, and the account that was to be made with it.
        uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        revoked_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX invitations_invitation_expires ON invitations_invitation (expires_at);

      CREATE TABLE invitations_use (
        invitation TEXT NOT NULL REFERENCES invitations_invitation (id) ON DELETE CASCADE,
        -- Bare JID of who used it.
        jid TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (invitation, jid)
      ) STRICT, WITHOUT ROWID;

      -- Who are to be in each other's rosters, until they are.
      CREATE TABLE invitations_friendship (
        inviter TEXT NOT NULL REFERENCES account (localpart) ON DELETE CASCADE,
        newcomer TEXT NOT NULL REFERENCES account (localpart) ON DELETE CASCADE,
        PRIMARY KEY (inviter, newcomer)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 2,
    // How long an account that is made with it lasts; nothing for good.
    sql: 'ALTER TABLE invitations_invitation ADD COLUMN account_hours INTEGER',
  },
  {
    version: 3,
    // When an account that was made with it signed in first.
    sql: 'ALTER TABLE invitations_use ADD COLUMN signed_in_at INTEGER',
  },
];

export interface InvitationRow {
  readonly id: string;
  readonly purpose: InvitationPurpose;
  readonly localpart: string | null;
  readonly owner: string | null;
  readonly role: string;
  readonly groups: string;
  readonly inviter: string | null;
  readonly creator: string | null;
  readonly maxUses: number;
  readonly usesLeft: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  readonly accountHours: number | null;
}

const COLUMNS = `id, purpose, localpart, owner, role, groups, inviter, creator, max_uses AS maxUses,
  uses_left AS usesLeft, created_at AS createdAt, expires_at AS expiresAt, revoked_at AS revokedAt,
  account_hours AS accountHours`;
const OPEN = 'uses_left > 0 AND revoked_at IS NULL AND expires_at > ?';

/** The newest first. */
export function readAll(reader: Reader): InvitationRow[] {
  return reader.all(`SELECT ${COLUMNS} FROM invitations_invitation ORDER BY created_at DESC, id`);
}

export function readById(reader: Reader, id: string): InvitationRow | undefined {
  return reader.get(`SELECT ${COLUMNS} FROM invitations_invitation WHERE id = ?`, id);
}

export function readByHash(reader: Reader, hash: Uint8Array): InvitationRow | undefined {
  return reader.get(`SELECT ${COLUMNS} FROM invitations_invitation WHERE token_hash = ?`, hash);
}

export function countOpen(reader: Reader, nowMs: number): number {
  const sql = `SELECT count(*) AS open FROM invitations_invitation WHERE ${OPEN}`;
  return reader.get<{ open: number }>(sql, nowMs)?.open ?? 0;
}

export function countOpenOf(reader: Reader, creator: string, nowMs: number): number {
  const sql = `SELECT count(*) AS open FROM invitations_invitation WHERE ${OPEN} AND creator = ?`;
  return reader.get<{ open: number }>(sql, nowMs, creator)?.open ?? 0;
}

/** True when there is an invitation with which somebody could make an account. */
export function isAccountAwaited(reader: Reader, nowMs: number): boolean {
  const sql = `SELECT 1 FROM invitations_invitation WHERE ${OPEN} AND purpose = 'account' LIMIT 1`;
  return reader.get(sql, nowMs) !== undefined;
}

/** The names of accounts for which there are open invitations. */
export function readAwaitedNames(reader: Reader, nowMs: number): readonly string[] {
  const sql = `SELECT localpart FROM invitations_invitation
    WHERE ${OPEN} AND purpose = 'account' AND localpart IS NOT NULL`;
  return reader.all<{ localpart: string }>(sql, nowMs).map(({ localpart }) => localpart);
}

export function insertInvitation(row: Omit<InvitationRow, 'revokedAt' | 'usesLeft'>, tokenHash: Uint8Array): Change {
  return {
    sql: `INSERT INTO invitations_invitation (id, token_hash, purpose, localpart, owner, role, groups, inviter, creator,
            max_uses, uses_left, created_at, expires_at, account_hours)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    params: [
      row.id,
      tokenHash,
      row.purpose,
      row.localpart,
      row.owner,
      row.role,
      row.groups,
      row.inviter,
      row.creator,
      row.maxUses,
      row.maxUses,
      row.createdAt,
      row.expiresAt,
      row.accountHours,
    ],
  };
}

/**
 * One use less. The database refuses it, and whatever is stored along with it, when none is left, when the invitation was
 * revoked or is gone, and when the same one used it before. When it expires does not matter any more (XEP-0445 section 4).
 */
export function use(id: string, jid: string, atMs: number): readonly Change[] {
  return [
    { sql: 'INSERT INTO invitations_use (invitation, jid, at) VALUES (?, ?, ?)', params: [id, jid, atMs] },
    {
      sql: `UPDATE invitations_invitation SET uses_left = CASE WHEN revoked_at IS NULL THEN uses_left - 1 ELSE -1 END
            WHERE id = ?`,
      params: [id],
    },
  ];
}

export function revoke(id: string, atMs: number): Change {
  return {
    sql: 'UPDATE invitations_invitation SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL',
    params: [atMs, id],
  };
}

/** Of every invitation to give the account a new password. */
export function revokeOwned(owner: string, atMs: number): Change {
  return {
    sql: 'UPDATE invitations_invitation SET revoked_at = ? WHERE owner = ? AND uses_left > 0 AND revoked_at IS NULL',
    params: [atMs, owner],
  };
}

export function deleteExpiredBefore(atMs: number): Change {
  return { sql: 'DELETE FROM invitations_invitation WHERE expires_at < ?', params: [atMs] };
}

export function readFriendships(reader: Reader): { readonly inviter: string; readonly newcomer: string }[] {
  return reader.all('SELECT inviter, newcomer FROM invitations_friendship');
}

export function insertFriendship(inviter: string, newcomer: string): Change {
  return {
    sql: 'INSERT OR IGNORE INTO invitations_friendship (inviter, newcomer) VALUES (?, ?)',
    params: [inviter, newcomer],
  };
}

export function deleteFriendship(inviter: string, newcomer: string): Change {
  return { sql: 'DELETE FROM invitations_friendship WHERE inviter = ? AND newcomer = ?', params: [inviter, newcomer] };
}

export interface UseRow {
  readonly invitation: string;
  readonly jid: string;
  readonly at: number;
  readonly signedInAt: number | null;
}

/** Of each invitation the newest ones, the newest first. */
export function readUses(reader: Reader, perInvitation: number): UseRow[] {
  const sql = `SELECT invitation, jid, at, signed_in_at AS signedInAt FROM (
      SELECT *, row_number() OVER (PARTITION BY invitation ORDER BY at DESC, jid) AS place FROM invitations_use)
    WHERE place <= ? ORDER BY invitation, place`;
  return reader.all(sql, perInvitation);
}

/** Bare JIDs of the accounts that were made with an invitation and never signed in. */
export function readAbsentNewcomers(reader: Reader): { readonly jid: string }[] {
  return reader.all(`SELECT jid FROM invitations_use JOIN invitations_invitation ON id = invitation
    WHERE purpose = 'account' AND signed_in_at IS NULL`);
}

export function markSignedIn(jid: string, atMs: number): Change {
  return {
    sql: `UPDATE invitations_use SET signed_in_at = ? WHERE jid = ? AND signed_in_at IS NULL
      AND invitation IN (SELECT id FROM invitations_invitation WHERE purpose = 'account')`,
    params: [atMs, jid],
  };
}
