/** The table of clients that have signed in. */
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `CREATE TABLE client_access_client (
      localpart TEXT NOT NULL REFERENCES account (localpart) ON DELETE CASCADE,
      -- A hash of the id that the client states, or its resource.
      client TEXT NOT NULL,
      id TEXT NOT NULL,
      software TEXT,
      device TEXT,
      -- The last one that it bound.
      resource TEXT,
      first_seen INTEGER NOT NULL,
      last_seen INTEGER NOT NULL,
      -- Of the password that it has signed in with last; NULL when it never did.
      password_version INTEGER,
      PRIMARY KEY (localpart, client)
    ) STRICT, WITHOUT ROWID`,
  },
] as const;

export interface ClientRow {
  readonly client: string;
  readonly id: string;
  readonly software: string | null;
  readonly device: string | null;
  readonly resource: string | null;
  /** Milliseconds since 1970. */
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly passwordVersion: number | null;
}

/** The clients of an account, the one that was seen last first. */
export function readClients(reader: Reader, localpart: string): ClientRow[] {
  return reader.all<ClientRow>(
    `SELECT client, id, software, device, resource, first_seen AS firstSeenMs, last_seen AS lastSeenMs,
       password_version AS passwordVersion
     FROM client_access_client WHERE localpart = ? ORDER BY last_seen DESC, client`,
    localpart,
  );
}

export function readAccounts(reader: Reader): string[] {
  const rows = reader.all<{ localpart: string }>('SELECT DISTINCT localpart FROM client_access_client');
  return rows.map(({ localpart }) => localpart);
}

/** A client has signed in. What it was called before, and that it knew the password, stays unless there is news. */
export function upsertClient(
  localpart: string,
  seen: Omit<ClientRow, 'firstSeenMs' | 'lastSeenMs' | 'resource'> & { readonly atMs: number },
): Change {
  const { client, id, software, device, passwordVersion, atMs } = seen;
  return {
    sql: `INSERT INTO client_access_client
        (localpart, client, id, software, device, first_seen, last_seen, password_version)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (localpart, client) DO UPDATE SET last_seen = excluded.last_seen,
        software = COALESCE(excluded.software, software), device = COALESCE(excluded.device, device),
        password_version = COALESCE(excluded.password_version, password_version)`,
    params: [localpart, client, id, software, device, atMs, atMs, passwordVersion],
  };
}

export function updateResource(localpart: string, client: string, resource: string): Change {
  return {
    sql: 'UPDATE client_access_client SET resource = ? WHERE localpart = ? AND client = ?',
    params: [resource, localpart, client],
  };
}

export function updateLastSeen(localpart: string, client: string, atMs: number): Change {
  return {
    sql: 'UPDATE client_access_client SET last_seen = ? WHERE localpart = ? AND client = ?',
    params: [atMs, localpart, client],
  };
}

export function updatePasswordVersion(localpart: string, client: string, passwordVersion: number): Change {
  return {
    sql: 'UPDATE client_access_client SET password_version = ? WHERE localpart = ? AND client = ?',
    params: [passwordVersion, localpart, client],
  };
}

export function deleteClient(localpart: string, client: string): Change {
  return {
    sql: 'DELETE FROM client_access_client WHERE localpart = ? AND client = ?',
    params: [localpart, client],
  };
}
