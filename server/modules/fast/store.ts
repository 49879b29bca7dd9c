/** The table of tokens. */
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const MIGRATIONS = [
  {
    version: 1,
    sql: `CREATE TABLE fast_token (
      localpart TEXT NOT NULL REFERENCES account (localpart) ON DELETE CASCADE,
      -- A hash of the id that the client states; the id itself is nowhere.
      client TEXT NOT NULL,
      slot TEXT NOT NULL CHECK (slot IN ('current', 'new')),
      mechanism TEXT NOT NULL,
      -- Half of what the token is made of.
      seed BLOB NOT NULL,
      password_version INTEGER NOT NULL,
      count INTEGER NOT NULL,
      issued_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (localpart, client, slot)
    ) STRICT, WITHOUT ROWID`,
  },
] as const;

export type Slot = 'current' | 'new';

/** A token as it is kept. */
export interface Token {
  /** Of the HT family: with no other is it worth anything. */
  readonly mechanism: string;
  readonly seed: Uint8Array;
  /** Of the account's password when it was issued. */
  readonly passwordVersion: number;
  /** The highest `count` that was used with it (XEP-0484 section 3.4); -1 when none was. */
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export interface TokenRow extends Token {
  readonly localpart: string;
  readonly client: string;
  readonly slot: Slot;
}

export function readTokens(reader: Reader): TokenRow[] {
  return reader.all<TokenRow>(
    `SELECT localpart, client, slot, mechanism, seed, password_version AS passwordVersion, count,
       issued_at AS issuedAtMs, expires_at AS expiresAtMs FROM fast_token`,
  );
}

export function upsertToken(localpart: string, client: string, slot: Slot, token: Token): Change {
  const { mechanism, seed, passwordVersion, count, issuedAtMs, expiresAtMs } = token;
  return {
    sql: `INSERT OR REPLACE INTO fast_token
      (localpart, client, slot, mechanism, seed, password_version, count, issued_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    params: [localpart, client, slot, mechanism, seed, passwordVersion, count, issuedAtMs, expiresAtMs],
  };
}

export function deleteToken(localpart: string, client: string, slot: Slot): Change {
  return {
    sql: 'DELETE FROM fast_token WHERE localpart = ? AND client = ? AND slot = ?',
    params: [localpart, client, slot],
  };
}
