/** Migrations: numbered SQL per owner, applied once and in order, each in its own transaction. */
import type Sqlite from 'better-sqlite3';
import { readFault, StoreError } from './store-error.ts';

/** One step of the schema. Once released it is never changed; a later version repairs what it got wrong. */
export interface Migration {
  /** `accounts`, or the name of the module whose tables these are. */
  readonly owner: string;
  /** 1, 2, 3 … for each owner. */
  readonly version: number;
  /** One or more statements. Foreign keys are off meanwhile, so tables can be rebuilt, and checked before the commit. */
  readonly sql: string;
}

const CREATE_BOOKS = `CREATE TABLE IF NOT EXISTS migration (
  owner TEXT NOT NULL,
  version INTEGER NOT NULL,
  applied_at INTEGER NOT NULL,
  PRIMARY KEY (owner, version)
) STRICT, WITHOUT ROWID`;
const HAS_BOOKS = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration'`;
const READ_BOOKS = 'SELECT owner, MAX(version) AS version FROM migration GROUP BY owner';
const ENTER = 'INSERT INTO migration (owner, version, applied_at) VALUES (?, ?, ?)';

/**
 * Which of `migrations` the database lacks, in the order given. Throws `schema-too-new` when the database has a version
 * that is not among them. The tables of an owner who is not among them at all are left alone: his module is not here.
 */
export function findPending(connection: Sqlite.Database, migrations: readonly Migration[]): Migration[] {
  const known = latestVersions(migrations);
  const applied = readApplied(connection);
  for (const [owner, version] of applied) {
    const latest = known.get(owner);
    if (latest === undefined || version <= latest) continue;
    throw new StoreError(
      'schema-too-new',
      `The database is from a newer version of Snug: ${owner} is at ${version}, and this one knows ${latest}.`,
      { path: connection.name },
    );
  }
  return migrations.filter(({ owner, version }) => version > (applied.get(owner) ?? 0));
}

/** Applies `pending` in order. Throws `migration-failed` at the first that fails; those before it stay applied. */
export function applyMigrations(connection: Sqlite.Database, pending: readonly Migration[], now: () => number): void {
  connection.exec(CREATE_BOOKS);
  connection.pragma('foreign_keys = OFF');
  try {
    for (const migration of pending) apply(connection, migration, now());
  } finally {
    connection.pragma('foreign_keys = ON');
  }
}

function apply(connection: Sqlite.Database, migration: Migration, appliedAt: number): void {
  const { owner, version, sql } = migration;
  try {
    connection
      .transaction(() => {
        connection.exec(sql);
        const violations = connection.pragma('foreign_key_check');
        if (Array.isArray(violations) && violations.length > 0) throw new Error('it leaves rows without their parents');
        connection.prepare(ENTER).run(owner, version, appliedAt);
      })
      .immediate();
  } catch (error) {
    const { sqliteCode, message } = readFault(error);
    const text = `Migration ${version} of ${owner} failed: ${message}`;
    throw new StoreError('migration-failed', text, { path: connection.name, sqliteCode, cause: error });
  }
}

function readApplied(connection: Sqlite.Database): Map<string, number> {
  if (connection.prepare(HAS_BOOKS).get() === undefined) return new Map();
  const rows = connection.prepare<[], { owner: string; version: number }>(READ_BOOKS).all();
  return new Map(rows.map(({ owner, version }) => [owner, version]));
}

/** The newest version per owner. A gap, or the same version twice, is a mistake in our code. */
function latestVersions(migrations: readonly Migration[]): Map<string, number> {
  const latest = new Map<string, number>();
  for (const { owner, version } of migrations) {
    const expected = (latest.get(owner) ?? 0) + 1;
    if (version !== expected) throw new Error(`Migration ${version} of ${owner} stands where ${expected} should.`);
    latest.set(owner, version);
  }
  return latest;
}
