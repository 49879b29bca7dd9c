/** The tables of pairing: what the host of this server has agreed to, and what not. */
import type { Migration } from '../../store/migrations.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const PAIRING_MIGRATIONS: readonly Migration[] = [
  {
    owner: 'pairing',
    version: 1,
    sql: `
      CREATE TABLE pairing_consent (
        domain TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        paired_at_ms INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE pairing_refusal (
        domain TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (domain, fingerprint)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

/** What the host of this server has confirmed by comparing words. */
export interface Consent {
  readonly domain: string;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** When the other host was known to have done so too; null until then. */
  readonly pairedAtMs: number | null;
}

export interface Refused {
  readonly domain: string;
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export function readConsents(reader: Reader): Consent[] {
  return reader.all<Consent>(
    'SELECT domain, fingerprint, at_ms AS atMs, paired_at_ms AS pairedAtMs FROM pairing_consent ORDER BY domain',
  );
}

export function putConsent({ domain, fingerprint, atMs, pairedAtMs }: Consent): Change {
  return {
    sql: 'INSERT OR REPLACE INTO pairing_consent (domain, fingerprint, at_ms, paired_at_ms) VALUES (?, ?, ?, ?)',
    params: [domain, fingerprint, atMs, pairedAtMs],
  };
}

export function deleteConsent(domain: string): Change {
  return { sql: 'DELETE FROM pairing_consent WHERE domain = ?', params: [domain] };
}

export function readRefusals(reader: Reader): Refused[] {
  return reader.all<Refused>('SELECT domain, fingerprint, at_ms AS atMs FROM pairing_refusal ORDER BY at_ms');
}

export function putRefusal({ domain, fingerprint, atMs }: Refused): Change {
  return {
    sql: 'INSERT OR REPLACE INTO pairing_refusal (domain, fingerprint, at_ms) VALUES (?, ?, ?)',
    params: [domain, fingerprint, atMs],
  };
}

export function deleteRefusal({ domain, fingerprint }: Pick<Refused, 'domain' | 'fingerprint'>): Change {
  return { sql: 'DELETE FROM pairing_refusal WHERE domain = ? AND fingerprint = ?', params: [domain, fingerprint] };
}
