/** The real `electron/main.ts` as a process of its own: what is left when that ends, in whatever way. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type AppFolder, createAppFolder } from './app-folder.ts';
import { freshDataDirectory, PATIENTLY } from './desktop-in-test.ts';

const MAIN = join(import.meta.dirname, '../../electron/main.ts');
const HOOKS = join(import.meta.dirname, 'electron-hooks.ts');

let app: AppFolder;
beforeAll(async () => {
  app = await createAppFolder();
});
afterAll(() => app.remove());

interface RunningApp {
  readonly child: ChildProcess;
  readonly workerPid: number;
  readonly exited: Promise<number | null>;
}

async function startApp(): Promise<RunningApp> {
  const dataDir = freshDataDirectory();
  const env = { ...process.env, SNUG_DATA: dataDir, SNUG_TEST_APP: app.path };
  const child = spawn(process.execPath, ['--import', HOOKS, MAIN], { stdio: ['ignore', 'pipe', 'inherit'], env });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const workerPid = await new Promise<number>((resolve, reject) => {
    void exited.then((status) => reject(new Error(`the app ended with ${status}`)));
    let worker: number | undefined;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const told = JSON.parse(line);
      worker = told.worker ?? worker;
      if (told.state === 'running' && worker !== undefined) resolve(worker);
    });
  });
  return { child, workerPid, exited };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the app as a process', () => {
  test('ends within five seconds when it is asked to, and its worker with it', async () => {
    const { child, workerPid, exited } = await startApp();
    expect(isAlive(workerPid)).toBe(true);
    const beganAt = performance.now();
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(performance.now() - beganAt).toBeLessThan(5_000);
    expect(isAlive(workerPid)).toBe(false);
  });

  test('leaves no worker behind when it is killed', async () => {
    const { child, workerPid, exited } = await startApp();
    child.kill('SIGKILL');
    await exited;
    await vi.waitFor(() => expect(isAlive(workerPid)).toBe(false), PATIENTLY);
  });
});
