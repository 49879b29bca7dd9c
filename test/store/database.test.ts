import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Database } from '../../server/store/database.ts';
import { recordingLog } from '../certificates/recording-log.ts';
import { freshDirectory } from './fresh-directory.ts';
import { ALL_NOTES, NOTES, note, page } from './notes.ts';

const { log, lines } = recordingLog();

async function onDisk(): Promise<Database> {
  const database = await Database.open({ path: join(freshDirectory(), 'data', 'snug.db'), migrations: NOTES, log });
  onTestFinished(() => database.close());
  return database;
}

const inMemory = () => Promise.resolve(Database.inMemory({ migrations: NOTES, log }));

describe.each([
  ['on disk', onDisk],
  ['in memory', inMemory],
])('a database %s', (_, open) => {
  test('has what was written once the write has resolved', async () => {
    const { reader, writer } = await open();
    await writer.write([note(1), note(2)]);
    expect(reader.all(ALL_NOTES)).toEqual([
      { id: 1, text: 'note 1' },
      { id: 2, text: 'note 2' },
    ]);
    expect(reader.get('SELECT text FROM note WHERE id = ?', 2)).toEqual({ text: 'note 2' });
    expect(reader.get('SELECT text FROM note WHERE id = ?', 3)).toBeUndefined();
    expect(writer.isIdle).toBe(true);
  });

  test('keeps the order of writes', async () => {
    const { reader, writer } = await open();
    const settled: number[] = [];
    const ids = Array.from({ length: 500 }, (_, index) => index + 1);
    await Promise.all(ids.map((id) => writer.write([note(id)]).then(() => settled.push(id))));
    expect(settled).toEqual(ids);
    expect(reader.all<{ id: number }>('SELECT id FROM note ORDER BY rowid').map(({ id }) => id)).toEqual(ids);
  });

  test('takes back a refused write whole, and only that one', async () => {
    const { reader, writer } = await open();
    const results = await Promise.allSettled([
      writer.write([note(1)]),
      writer.write([note(2), note(1)]),
      writer.write([note(1)]),
      writer.write([note(3), note(4)]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { code: 'rejected', sqliteCode: 'SQLITE_CONSTRAINT_PRIMARYKEY' } });
    expect(reader.all<{ id: number }>(ALL_NOTES).map(({ id }) => id)).toEqual([1, 3, 4]);
  });

  test('refuses alone the write whose foreign key is checked at the commit', async () => {
    const { reader, writer } = await open();
    const results = await Promise.allSettled([
      writer.write([note(1)]),
      writer.write([page(7)]),
      writer.write([page(9), note(9)]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1]).toMatchObject({ reason: { sqliteCode: 'SQLITE_CONSTRAINT_FOREIGNKEY' } });
    expect(reader.all('SELECT note FROM page')).toEqual([{ note: 9 }]);
  });

  test('survives a statement that rolls everything back', async () => {
    const { reader, writer } = await open();
    const rollingBack = { sql: 'INSERT OR ROLLBACK INTO note (id, text) VALUES (?, ?)', params: [1, 'again'] };
    const results = await Promise.allSettled([
      writer.write([note(1)]),
      writer.write([note(2), rollingBack]),
      writer.write([note(3)]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(reader.all<{ id: number }>(ALL_NOTES).map(({ id }) => id)).toEqual([1, 3]);
  });

  test('refuses alone a write with wrong SQL or a wrong number of values', async () => {
    const { reader, writer } = await open();
    const results = await Promise.allSettled([
      writer.write([{ sql: 'INSERT INTO nothing VALUES (1)', params: [] }]),
      writer.write([{ sql: 'INSERT INTO note (id, text) VALUES (?, ?)', params: [5] }]),
      writer.write([note(6)]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(reader.all<{ id: number }>(ALL_NOTES).map(({ id }) => id)).toEqual([6]);
  });

  test('logs a refused write whose promise nobody looks at, and goes on', async () => {
    const { writer } = await open();
    lines.length = 0;
    void writer.write([note(1)]);
    void writer.write([note(1)]);
    await writer.flush();
    expect(lines).toMatchObject([{ level: 'warn', message: 'write refused', fields: { code: 'rejected' } }]);
  });

  test('stores text, integers beyond 32 bits, blobs and null as they are', async () => {
    const { reader, writer } = await open();
    const blob = Buffer.from('small buffers share a pool');
    await writer.write([{ sql: 'CREATE TABLE kind (t TEXT, i INTEGER, b BLOB, n TEXT)', params: [] }]);
    const written = writer.write([
      { sql: 'INSERT INTO kind VALUES (?, ?, ?, ?)', params: ['ä🙂', 2 ** 50, blob, null] },
      { sql: 'INSERT INTO kind VALUES (?, ?, ?, ?)', params: ['', 7n, new Uint8Array([1, 2]), null] },
    ]);
    blob.fill(0);
    await written;
    expect(reader.all('SELECT * FROM kind')).toEqual([
      { t: 'ä🙂', i: 2 ** 50, b: Buffer.from('small buffers share a pool'), n: null },
      { t: '', i: 7, b: Buffer.from([1, 2]), n: null },
    ]);
  });

  test('refuses writes after it was closed, and can be closed twice', async () => {
    const database = await open();
    await database.writer.write([note(1)]);
    expect(database.sizeBytes()).toBeGreaterThan(4096);
    await database.close();
    await database.close();
    await expect(database.writer.write([note(2)])).rejects.toMatchObject({ code: 'closed' });
    await expect(database.writer.flush()).rejects.toMatchObject({ code: 'closed' });
  });
});

test('an in-memory write is there before its promise settles', () => {
  const { reader, writer } = Database.inMemory({ migrations: NOTES, log });
  void writer.write([note(1)]);
  expect(reader.all(ALL_NOTES)).toHaveLength(1);
});

test('flush waits for everything that was queued before it', async () => {
  const { reader, writer } = await onDisk();
  for (let id = 1; id <= 100; id++) void writer.write([note(id)]);
  expect(writer.isIdle).toBe(false);
  await writer.flush();
  expect(writer.isIdle).toBe(true);
  expect(reader.all(ALL_NOTES)).toHaveLength(100);
});

test('closing commits what is still queued', async () => {
  const path = join(freshDirectory(), 'snug.db');
  const first = await Database.open({ path, migrations: NOTES, log });
  const written = Promise.all([first.writer.write([note(1)]), first.writer.write([note(2)])]);
  await first.close();
  await written;
  const second = await Database.open({ path, migrations: NOTES, log });
  expect(second.reader.all(ALL_NOTES)).toHaveLength(2);
  await second.close();
});

test('a reader cannot write', async () => {
  const { reader } = await onDisk();
  expect(() => reader.all('INSERT INTO note (id, text) VALUES (1, ?) RETURNING id', 'x')).toThrow(/readonly/);
});

test.skipIf(process.platform === 'win32')('nobody else can read the files', async () => {
  const directory = join(freshDirectory(), 'data');
  const path = join(directory, 'snug.db');
  const database = await Database.open({ path, migrations: NOTES, log });
  await database.writer.write([note(1)]);
  const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);
  expect([mode(directory), mode(path), mode(`${path}-wal`), mode(`${path}-shm`)]).toEqual(['700', '600', '600', '600']);
  await database.close();
});
