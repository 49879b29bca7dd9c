import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../server/log/log.ts';
import { LogFile, readLogTail } from '../../server/log/log-file.ts';

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snug-log-'));
  path = join(directory, 'logs', 'snug.log');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

test('a line is in the file as soon as the logger returns, readable by the owner alone', () => {
  const log = createLogger('info', new LogFile(path)).child('session');
  log.info({ jid: 'ann@miller.local' }, 'session resumed');
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    level: 'info',
    room: 'session',
    jid: 'ann@miller.local',
    msg: 'session resumed',
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, 'logs')).mode & 0o777).toBe(0o700);
});

test('a log that exists is continued', () => {
  new LogFile(path).write('one\n');
  new LogFile(path).write('two\n');
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
});

test('files are rotated by size, none is larger than allowed, and the oldest goes', () => {
  const file = new LogFile(path, { maxBytes: 20, maxFiles: 3 });
  for (let n = 0; n < 10; n++) file.write(`line ${n}\n`);
  expect(readdirSync(join(directory, 'logs')).sort()).toEqual(['snug.log', 'snug.log.1', 'snug.log.2']);
  expect(readFileSync(path, 'utf8')).toBe('line 8\nline 9\n');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('line 6\nline 7\n');
  expect(readFileSync(`${path}.2`, 'utf8')).toBe('line 4\nline 5\n');
  expect(statSync(`${path}.2`).mode & 0o777).toBe(0o600);
});

test('the size of a log that was there before counts', () => {
  new LogFile(path, { maxBytes: 20, maxFiles: 2 }).write('fifteen bytes!\n');
  new LogFile(path, { maxBytes: 20, maxFiles: 2 }).write('fifteen again!\n');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('fifteen bytes!\n');
});

test('a single line larger than a file may be is written and not lost', () => {
  const file = new LogFile(path, { maxBytes: 10, maxFiles: 2 });
  file.write(`${'x'.repeat(50)}\n`);
  expect(readFileSync(path, 'utf8')).toHaveLength(51);
});

test('a full disk loses the line, is counted, and stops nothing', ({ skip }) => {
  skip(!existsSync('/dev/full'), 'this system has no /dev/full');
  const file = new LogFile('/dev/full');
  file.write('line\n');
  file.write('line\n');
  expect(file.lostLines).toBe(2);
});

test('the newest lines are read back across rotated files, oldest first', () => {
  const file = new LogFile(path, { maxBytes: 100, maxFiles: 3 });
  const log = createLogger('info', file);
  for (let n = 0; n < 6; n++) log.info({ n }, `line ${n}`);
  expect(readLogTail(path, 3).map(({ message }) => message)).toEqual(['line 3', 'line 4', 'line 5']);
  expect(readLogTail(path, 0)).toEqual([]);
  expect(readLogTail(join(directory, 'none'), 3)).toEqual([]);
});

test('a line that a crash cut short is shown as it is', () => {
  new LogFile(path).write('{"level":"info","msg":"ha');
  expect(readLogTail(path, 5)).toEqual([
    { time: '', level: 'unknown', room: '', message: '{"level":"info","msg":"ha', fields: {} },
  ]);
});

test('a directory that cannot be made is an error at the start and not a silent log', () => {
  writeFileSync(join(directory, 'blocked'), '');
  chmodSync(join(directory, 'blocked'), 0o400);
  expect(() => new LogFile(join(directory, 'blocked', 'snug.log'))).toThrow();
});
