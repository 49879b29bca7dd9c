/** The accounts' tables. */
import type { Migration } from '../store/migrations.ts';
import type { Reader } from '../store/reader.ts';
import type { Change } from '../store/writer.ts';
import type { Account } from './account.ts';
import type { ScramMechanism, StoredCredential } from './credentials.ts';
import { isRole } from './roles.ts';

/** Tables of other rooms and modules may refer to `account (localpart)` with `ON DELETE CASCADE`. */
export const ACCOUNT_MIGRATIONS: readonly Migration[] = [
  {
    owner: 'accounts',
    version: 1,
    sql: `
      CREATE TABLE account (
        localpart TEXT NOT NULL PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('limited', 'member', 'admin')),
        status TEXT NOT NULL CHECK (status IN ('enabled', 'disabled')),
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE account_credential (
        localpart TEXT NOT NULL REFERENCES account (localpart) ON DELETE CASCADE,
        mechanism TEXT NOT NULL,
        salt BLOB NOT NULL,
        iterations INTEGER NOT NULL,
        stored_key BLOB NOT NULL,
        server_key BLOB NOT NULL,
        PRIMARY KEY (localpart, mechanism)
      ) STRICT, WITHOUT ROWID;

      -- What was drawn by lot once for this installation and must stay.
      CREATE TABLE installation (
        key TEXT NOT NULL PRIMARY KEY,
        value BLOB NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    owner: 'accounts',
    version: 2,
    sql: `
      ALTER TABLE account ADD COLUMN is_guest INTEGER NOT NULL DEFAULT 0 CHECK (is_guest IN (0, 1));
      -- One more with each new password.
      ALTER TABLE account ADD COLUMN password_version INTEGER NOT NULL DEFAULT 1;
    `,
  },
  {
    owner: 'accounts',
    version: 3,
    sql: `
      CREATE TABLE account_role (
        name TEXT NOT NULL PRIMARY KEY,
        -- A JSON array.
        permissions TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      -- Stands before \`role\`, which is then a member's.
      ALTER TABLE account ADD COLUMN custom_role TEXT REFERENCES account_role (name);
    `,
  },
  {
    owner: 'accounts',
    version: 4,
    sql: `
      -- When it ends by itself.
      ALTER TABLE account ADD COLUMN expires_at INTEGER;
      -- Of a deleted account: when it is too late to restore it.
      ALTER TABLE account ADD COLUMN vanishes_at INTEGER;
      ALTER TABLE account ADD COLUMN is_pending INTEGER NOT NULL DEFAULT 0 CHECK (is_pending IN (0, 1));
    `,
  },
];

export interface AccountRow {
  readonly localpart: string;
  readonly role: string;
  readonly status: 'enabled' | 'disabled';
  readonly isGuest: 0 | 1;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly vanishesAt: number | null;
  readonly isPending: 0 | 1;
}

export function accountOf(row: AccountRow): Account {
  const { localpart, role, isGuest, createdAt, expiresAt, vanishesAt, isPending } = row;
  const standing = isPending === 1 ? 'pending' : row.status;
  const status = vanishesAt === null ? standing : 'deleted';
  return {
    localpart,
    role,
    status,
    isEnabled: status === 'enabled',
    isGuest: isGuest === 1,
    createdAt,
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(vanishesAt === null ? {} : { vanishesAt }),
  };
}

type CredentialRow = Omit<StoredCredential, 'mechanism'>;

export function readAccounts(reader: Reader): AccountRow[] {
  return reader.all<AccountRow>(
    `SELECT localpart, coalesce(custom_role, role) AS role, status, is_guest AS isGuest, created_at AS createdAt,
       expires_at AS expiresAt, vanishes_at AS vanishesAt, is_pending AS isPending FROM account ORDER BY localpart`,
  );
}

export function readCredential(
  reader: Reader,
  localpart: string,
  mechanism: ScramMechanism,
): StoredCredential | undefined {
  const row = reader.get<CredentialRow>(
    `SELECT salt, iterations, stored_key AS storedKey, server_key AS serverKey
     FROM account_credential WHERE localpart = ? AND mechanism = ?`,
    localpart,
    mechanism,
  );
  return row === undefined ? undefined : { mechanism, ...row };
}

export function readCredentials(reader: Reader, localpart: string): StoredCredential[] {
  return reader.all<StoredCredential>(
    `SELECT mechanism, salt, iterations, stored_key AS storedKey, server_key AS serverKey
     FROM account_credential WHERE localpart = ?`,
    localpart,
  );
}

export function readInstallationValue(reader: Reader, key: string): Uint8Array | undefined {
  return reader.get<{ value: Uint8Array }>('SELECT value FROM installation WHERE key = ?', key)?.value;
}

export function insertInstallationValue(key: string, value: Uint8Array): Change {
  return { sql: 'INSERT INTO installation (key, value) VALUES (?, ?)', params: [key, value] };
}

export function insertAccount(row: Omit<AccountRow, 'vanishesAt' | 'status'>): Change {
  const { localpart, role, isGuest, createdAt, expiresAt, isPending } = row;
  return {
    sql: `INSERT INTO account (localpart, role, custom_role, status, is_guest, created_at, expires_at, is_pending)
          VALUES (?, ?, ?, 'enabled', ?, ?, ?, ?)`,
    params: [localpart, ...roleColumns(role), isGuest, createdAt, expiresAt, isPending],
  };
}

export function upsertCredential(localpart: string, credential: StoredCredential): Change {
  const { mechanism, salt, iterations, storedKey, serverKey } = credential;
  return {
    sql: `INSERT INTO account_credential (localpart, mechanism, salt, iterations, stored_key, server_key)
          VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (localpart, mechanism) DO UPDATE SET salt = excluded.salt, iterations = excluded.iterations,
            stored_key = excluded.stored_key, server_key = excluded.server_key`,
    params: [localpart, mechanism, salt, iterations, storedKey, serverKey],
  };
}

export function updateRole(localpart: string, role: string): Change {
  return {
    sql: 'UPDATE account SET role = ?, custom_role = ? WHERE localpart = ?',
    params: [...roleColumns(role), localpart],
  };
}

function roleColumns(role: string): readonly [string, string | null] {
  return isRole(role) ? [role, null] : ['member', role];
}

export function readRoles(reader: Reader): { readonly name: string; readonly permissions: string }[] {
  return reader.all('SELECT name, permissions FROM account_role');
}

export function upsertRole(name: string, permissions: string): Change {
  return {
    sql: `INSERT INTO account_role (name, permissions) VALUES (?, ?)
          ON CONFLICT (name) DO UPDATE SET permissions = excluded.permissions`,
    params: [name, permissions],
  };
}

export function deleteRole(name: string): Change {
  return { sql: 'DELETE FROM account_role WHERE name = ?', params: [name] };
}

export function readPasswordVersion(reader: Reader, localpart: string): number | undefined {
  const row = reader.get<{ version: number }>(
    'SELECT password_version AS version FROM account WHERE localpart = ? AND is_guest = 0',
    localpart,
  );
  return row?.version;
}

export function raisePasswordVersion(localpart: string): Change {
  return { sql: 'UPDATE account SET password_version = password_version + 1 WHERE localpart = ?', params: [localpart] };
}

export function updateStatus(localpart: string, status: AccountRow['status']): Change {
  return { sql: 'UPDATE account SET status = ? WHERE localpart = ?', params: [status, localpart] };
}

export function readStatus(reader: Reader, localpart: string): AccountRow['status'] | undefined {
  const sql = 'SELECT status FROM account WHERE localpart = ?';
  return reader.get<{ status: AccountRow['status'] }>(sql, localpart)?.status;
}

/** In milliseconds since 1970; null for an account that is to last. */
export function updateExpiry(localpart: string, expiresAt: number | null): Change {
  return { sql: 'UPDATE account SET expires_at = ? WHERE localpart = ?', params: [expiresAt, localpart] };
}

/** In milliseconds since 1970; null for an account that is not deleted. */
export function updateVanishing(localpart: string, vanishesAt: number | null): Change {
  return { sql: 'UPDATE account SET vanishes_at = ? WHERE localpart = ?', params: [vanishesAt, localpart] };
}

export function letIn(localpart: string): Change {
  return { sql: 'UPDATE account SET is_pending = 0 WHERE localpart = ?', params: [localpart] };
}

/** The credentials, and whatever refers to the account with ON DELETE CASCADE, go with it. */
export function deleteAccount(localpart: string): Change {
  return { sql: 'DELETE FROM account WHERE localpart = ?', params: [localpart] };
}
