import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireLock, LockError } from '../../server/store/lock.ts';
import { processIdentity, processState } from '../../server/store/process-identity.ts';
import { freshDirectory } from './fresh-directory.ts';

const hasProc = existsSync('/proc/self/stat');

/** A process that runs until the test ends. */
function startProcess() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, pid: child.pid ?? 0 };
}

test('a second server on the same directory is refused with the pid of the first', () => {
  const directory = join(freshDirectory(), 'data');
  const lock = acquireLock(directory);
  expect(() => acquireLock(directory)).toThrow(LockError);
  expect(() => acquireLock(directory)).toThrow(expect.objectContaining({ pid: process.pid }));
  lock.release();
  lock.release();
  expect(readdirSync(directory)).toEqual([]);
  acquireLock(directory).release();
});

test('the lock of another living process is respected', () => {
  const directory = freshDirectory();
  const { pid } = startProcess();
  writeFileSync(join(directory, 'snug.pid'), `${pid}\n${processIdentity(pid) ?? ''}\n`);
  expect(() => acquireLock(directory)).toThrow(expect.objectContaining({ name: 'LockError', pid }));
});

test('the lock of a process that was killed is taken over', async () => {
  const directory = freshDirectory();
  const { child, pid } = startProcess();
  const identity = processIdentity(pid) ?? '';
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processState(pid)).toBe('gone');
  writeFileSync(join(directory, 'snug.pid'), `${pid}\n${identity}\n`);
  const lock = acquireLock(directory);
  expect(readFileSync(lock.path, 'utf8')).toMatch(new RegExp(`^${process.pid}\n`));
  expect(readdirSync(directory)).toEqual(['snug.pid']);
  lock.release();
});

test.skipIf(!hasProc)('a process that has got the number of a dead one does not hold its lock', () => {
  const directory = freshDirectory();
  const { pid } = startProcess();
  writeFileSync(join(directory, 'snug.pid'), `${pid}\nsome-boot 12345\n`);
  acquireLock(directory).release();
});

test('a lock file that was cut short by a crash is taken over', () => {
  const directory = freshDirectory();
  writeFileSync(join(directory, 'snug.pid'), '');
  acquireLock(directory).release();
});

test('releasing leaves the lock of whoever has taken it over', () => {
  const directory = freshDirectory();
  const lock = acquireLock(directory);
  writeFileSync(lock.path, '1\nanother\n');
  lock.release();
  expect(existsSync(lock.path)).toBe(true);
});
