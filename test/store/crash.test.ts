import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Database } from '../../server/store/database.ts';
import { recordingLog } from '../certificates/recording-log.ts';
import { freshDirectory } from './fresh-directory.ts';
import { ALL_NOTES, NOTES } from './notes.ts';

const { log } = recordingLog();
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

test('everything that was acknowledged before kill -9 is there, in order and once', { timeout: 30_000 }, async () => {
  const path = join(freshDirectory(), 'snug.db');
  const acknowledged: number[] = [];
  for (const killAfter of [1, 137, 500]) {
    const child = spawn(process.execPath, [script('./write-until-killed.ts'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.split('\n').length > killAfter) child.kill('SIGKILL');
    });
    await once(child, 'close');
    expect(child.signalCode).toBe('SIGKILL');
    // The last line may be cut off.
    acknowledged.push(...output.split('\n').slice(0, -1).map(Number));
  }
  const database = await Database.open({ path, migrations: NOTES, log });
  const stored = database.reader.all<{ id: number }>(ALL_NOTES).map(({ id }) => id);
  await database.close();
  expect(acknowledged.length).toBeGreaterThanOrEqual(638);
  expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
  expect(new Set(acknowledged).size).toBe(acknowledged.length);
});

test.skipIf(process.platform === 'win32')(
  'when the disk takes no more, writes are refused from then on and what was acknowledged is there',
  { timeout: 30_000 },
  async () => {
    const path = join(freshDirectory(), 'snug.db');
    // A limit on the size of files (in blocks of 512 or 1024 bytes) fails writes as a broken disk does.
    const command = `trap '' XFSZ; ulimit -f 400; exec "$0" "$1" "$2"`;
    const child = spawn('/bin/sh', ['-c', command, process.execPath, script('./fill-the-disk.ts'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await once(child, 'close');
    const { written, stored, ...rest } = JSON.parse(output) as { written: number[]; stored: number[] };
    expect(rest).toEqual({
      refused: ['disk-failure'],
      later: 'disk-failure',
      flushed: 'disk-failure',
      fatal: ['disk-failure'],
    });
    expect(written.length).toBeGreaterThan(5);
    expect(stored).toEqual(written);
  },
);
