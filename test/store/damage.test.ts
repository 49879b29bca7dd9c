import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Database } from '../../server/store/database.ts';
import { recordingLog } from '../certificates/recording-log.ts';
import { freshDirectory } from './fresh-directory.ts';
import { NOTES, note } from './notes.ts';

const { log } = recordingLog();
const now = () => Date.UTC(2026, 0, 1, 12);
const open = (path: string) => Database.open({ path, migrations: NOTES, log, now });

test('a file that is no database is set aside, and no empty one takes its place', async () => {
  const directory = freshDirectory();
  const path = join(directory, 'snug.db');
  writeFileSync(path, 'no database '.repeat(1000));
  const aside = join(directory, 'snug.db.damaged-2026-01-01T12-00-00-000Z');
  await expect(open(path)).rejects.toMatchObject({ name: 'StoreError', code: 'damaged', path: aside });
  expect(existsSync(path)).toBe(false);
  expect(readFileSync(aside, 'utf8')).toMatch(/^no database/);
});

test('a database with overwritten pages is set aside', async () => {
  const directory = freshDirectory();
  const path = join(directory, 'snug.db');
  const database = await open(path);
  await Promise.all(Array.from({ length: 200 }, (_, id) => database.writer.write([note(id, 'x'.repeat(500))])));
  await database.close();
  const content = readFileSync(path);
  content.fill(0xff, 4096 * 4, 4096 * 12);
  writeFileSync(path, content);
  await expect(open(path)).rejects.toMatchObject({ code: 'damaged' });
  expect(readdirSync(directory)).toEqual(['snug.db.damaged-2026-01-01T12-00-00-000Z']);
});

test('a path that cannot be opened is not called damaged', async () => {
  const path = join(freshDirectory(), 'snug.db');
  mkdirSync(path);
  await expect(open(path)).rejects.toMatchObject({ code: 'cannot-open', path });
});
