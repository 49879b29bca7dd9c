import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { Database } from '../../server/store/database.ts';
import type { Migration } from '../../server/store/migrations.ts';
import { recordingLog } from '../certificates/recording-log.ts';
import { freshDirectory } from './fresh-directory.ts';
import { NOTES, note } from './notes.ts';

const { log } = recordingLog();
const addColumn = (version: number): Migration => ({
  owner: 'notes',
  version,
  sql: `ALTER TABLE note ADD COLUMN extra${version} TEXT`,
});

/** Opens, writes, closes; each time a minute later. */
async function visit(path: string, migrations: readonly Migration[], minute = 0, id?: number): Promise<void> {
  const now = () => Date.UTC(2026, 0, 1, 12, minute);
  const database = await Database.open({ path, migrations, log, now });
  if (id !== undefined) await database.writer.write([note(id)]);
  await database.close();
}

const copiesIn = (directory: string) => readdirSync(directory).filter((name) => name.includes('.before-'));

test('each migration is applied once and entered with its time', async () => {
  const directory = freshDirectory();
  const path = join(directory, 'snug.db');
  await visit(path, NOTES, 0, 1);
  await visit(path, [...NOTES, addColumn(2), { owner: 'other', version: 1, sql: 'CREATE TABLE other (a)' }], 1, 2);
  const database = await Database.open({ path, migrations: NOTES.slice(0, 0), log });
  expect(
    database.reader.all('SELECT owner, version, applied_at AS at FROM migration ORDER BY applied_at, owner'),
  ).toEqual([
    { owner: 'notes', version: 1, at: Date.UTC(2026, 0, 1, 12, 0) },
    { owner: 'notes', version: 2, at: Date.UTC(2026, 0, 1, 12, 1) },
    { owner: 'other', version: 1, at: Date.UTC(2026, 0, 1, 12, 1) },
  ]);
  expect(database.reader.all('SELECT id, extra2 FROM note')).toEqual([
    { id: 1, extra2: null },
    { id: 2, extra2: null },
  ]);
  await database.close();
});

test('a copy is made before an existing database is migrated, and the newest three are kept', async () => {
  const directory = freshDirectory();
  const path = join(directory, 'snug.db');
  const versions = [2, 3, 4, 5].map(addColumn);
  await visit(path, NOTES, 0, 1);
  expect(copiesIn(directory)).toEqual([]);
  await visit(path, NOTES, 1);
  expect(copiesIn(directory)).toEqual([]);
  for (let count = 1; count <= versions.length; count++) {
    await visit(path, [...NOTES, ...versions.slice(0, count)], count + 1, count + 1);
  }
  const copies = copiesIn(directory).sort();
  expect(copies).toEqual([
    'snug.db.before-2026-01-01T12-03-00-000Z',
    'snug.db.before-2026-01-01T12-04-00-000Z',
    'snug.db.before-2026-01-01T12-05-00-000Z',
  ]);
  expect(readdirSync(directory).filter((name) => name.includes('copying'))).toEqual([]);
  const newest = new Sqlite(join(directory, copies[2] ?? ''));
  expect(newest.prepare('SELECT MAX(version) AS version FROM migration').get()).toEqual({ version: 4 });
  expect(newest.prepare('SELECT COUNT(*) AS count FROM note').get()).toEqual({ count: 4 });
  newest.close();
});

test('a database from a newer Snug is refused and left as it is', async () => {
  const path = join(freshDirectory(), 'snug.db');
  await visit(path, [...NOTES, addColumn(2)]);
  await expect(visit(path, NOTES)).rejects.toMatchObject({ name: 'StoreError', code: 'schema-too-new', path });
  await visit(path, [...NOTES, addColumn(2)], 0, 1);
});

test('a migration that fails is taken back whole; those before it stay', async () => {
  const path = join(freshDirectory(), 'snug.db');
  await visit(path, NOTES, 0, 1);
  const broken = { owner: 'notes', version: 3, sql: 'DELETE FROM note; INSERT INTO nowhere VALUES (1)' };
  await expect(visit(path, [...NOTES, addColumn(2), broken])).rejects.toMatchObject({ code: 'migration-failed' });
  const database = await Database.open({ path, migrations: [...NOTES, addColumn(2)], log });
  expect(database.reader.all('SELECT id, extra2 FROM note')).toEqual([{ id: 1, extra2: null }]);
  await database.close();
});

test('a migration that leaves rows without their parents fails', async () => {
  const path = join(freshDirectory(), 'snug.db');
  const orphan = { owner: 'notes', version: 2, sql: 'INSERT INTO page (note) VALUES (99)' };
  await expect(visit(path, [...NOTES, orphan])).rejects.toMatchObject({ code: 'migration-failed' });
});

test('migrations with a gap are a mistake that is found before anything is touched', async () => {
  const path = join(freshDirectory(), 'snug.db');
  await expect(visit(path, [...NOTES, addColumn(3)])).rejects.toThrow('Migration 3 of notes stands where 2 should');
});
