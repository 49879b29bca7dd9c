/** The components that may connect. Their secrets are kept in clear: the handshake of XEP-0114 cannot do without. */
import { type ComponentGrants, NO_GRANTS } from '../../administration/component-grants.ts';
import type { Migration } from '../../store/migrations.ts';
import type { Reader } from '../../store/reader.ts';
import type { Change } from '../../store/writer.ts';

export const COMPONENT_MIGRATIONS: readonly Omit<Migration, 'owner'>[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE components_component (
        domain TEXT NOT NULL PRIMARY KEY,
        secret TEXT NOT NULL,
        grants TEXT NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
];

export interface StoredComponent {
  readonly domain: string;
  readonly secret: string;
  readonly grants: ComponentGrants;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
}

interface Row {
  readonly domain: string;
  readonly secret: string;
  readonly grants: string;
  readonly created_at: number;
}

export function readComponents(reader: Reader): readonly StoredComponent[] {
  const rows = reader.all<Row>('SELECT domain, secret, grants, created_at FROM components_component ORDER BY domain');
  return rows.map(({ domain, secret, grants, created_at }) => ({
    domain,
    secret,
    grants: { ...NO_GRANTS, ...(JSON.parse(grants) as Partial<ComponentGrants>) },
    createdAtMs: created_at,
  }));
}

export function writeComponent({ domain, secret, grants, createdAtMs }: StoredComponent): Change {
  return {
    sql: 'INSERT OR REPLACE INTO components_component (domain, secret, grants, created_at) VALUES (?, ?, ?, ?)',
    params: [domain, secret, JSON.stringify(grants), createdAtMs],
  };
}

export function deleteComponent(domain: string): Change {
  return { sql: 'DELETE FROM components_component WHERE domain = ?', params: [domain] };
}
