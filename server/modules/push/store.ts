/** The table of push registrations: which service wakes which device of an account. */
import type { Migration } from '../../store/migrations.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const PUSH_MIGRATIONS: readonly Omit<Migration, 'owner'>[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE push_registration (
        account TEXT NOT NULL,
        service TEXT NOT NULL,
        -- Empty when the client named none.
        node TEXT NOT NULL,
        -- Of the session that asked for it: the device that is woken.
        resource TEXT NOT NULL,
        renewed_at_ms INTEGER NOT NULL,
        -- The request as it came, with its options and filters.
        request TEXT NOT NULL,
        PRIMARY KEY (account, service, node)
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

export interface RegistrationRow {
  readonly account: string;
  readonly service: string;
  readonly node: string;
  readonly resource: string;
  readonly renewedAtMs: number;
  readonly request: string;
}

/** All of them, those of an account in the order in which they were renewed. */
export function readRegistrations(reader: Reader): RegistrationRow[] {
  return reader.all<RegistrationRow>(`
    SELECT account, service, node, resource, renewed_at_ms AS renewedAtMs, request
    FROM push_registration ORDER BY renewed_at_ms`);
}

export function putRegistration(row: RegistrationRow): Change {
  return {
    sql: `
      INSERT OR REPLACE INTO push_registration (account, service, node, resource, renewed_at_ms, request)
      VALUES (?, ?, ?, ?, ?, ?)`,
    params: [row.account, row.service, row.node, row.resource, row.renewedAtMs, row.request],
  };
}

export function removeRegistration(account: string, service: string, node: string): Change {
  return {
    sql: 'DELETE FROM push_registration WHERE account = ? AND service = ? AND node = ?',
    params: [account, service, node],
  };
}

export function removeRegistrationsOf(account: string): Change {
  return { sql: 'DELETE FROM push_registration WHERE account = ?', params: [account] };
}
