/** The worker as a process of its own, with a real server in it. */
import { fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import { connectControl } from '../server/control/client.ts';
import { QUIETLY, WORKER, WorkerInTest } from './worker-in-test.ts';

let closing: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

/** `first` is a script that runs in its process before anything else. */
function aWorker(first?: string): WorkerInTest {
  const worker = new WorkerInTest(first);
  closing.push(() => worker.close());
  return worker;
}

async function holdPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as { port: number }).port;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that nobody has fetched yet is still in the table.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

describe('a worker', () => {
  test('shows that it lives before it is told anything, and ends when told to', async () => {
    const worker = aWorker();
    await worker.hears('heartbeat');
    worker.send({ type: 'stop', reason: 'test' });
    expect(await worker.ended).toBe(0);
    expect(worker.said.at(-1)).toEqual({ type: 'stopped' });
  });

  test('says what people need once its server runs, and the admin’s password the first time only', async () => {
    const worker = aWorker();
    worker.start();
    const { ready } = await worker.hears('ready');
    expect(ready).toMatchObject({
      domain: 'miller.local',
      ports: { c2s: expect.any(Number), c2sTls: expect.any(Number), web: expect.any(Number) },
      addresses: ['127.0.0.1'],
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
      firstAdmin: { jid: 'admin@miller.local', password: expect.any(String) },
    });
    expect((await worker.hears('status')).status).toMatchObject({ state: 'running', pid: worker.child.pid });
    expect(JSON.stringify(worker.said.slice(worker.said.findIndex(({ type }) => type === 'status')))).not.toContain(
      String(ready.firstAdmin?.password),
    );
    worker.send({ type: 'stop', reason: 'test' });
    expect(await worker.ended).toBe(0);
    const again = aWorker();
    again.start(QUIETLY, worker.dataDir);
    expect((await again.hears('ready')).ready).not.toHaveProperty('firstAdmin');
  }, 30_000);

  test('tells its status after a change, and opens no window for browsers', async () => {
    const worker = aWorker();
    worker.start();
    await worker.hears('status', ({ status }) => status.accounts === 1);
    const client = await connectControl(worker.dataDir);
    await client.accounts.add({ localpart: 'bob' });
    await worker.hears('status', ({ status }) => status.accounts === 2);
    await expect(client.window.open()).rejects.toMatchObject({ code: 'REFUSED' });
    worker.send({ type: 'network-changed' });
    expect((await client.status.get()).state).toBe('running');
  }, 30_000);

  test('restarts its server in the same process when that is asked for, and then stops as ever', async () => {
    const worker = aWorker();
    worker.start();
    await worker.hears('ready');
    await (await connectControl(worker.dataDir)).server.restart();
    const readies = () => worker.said.filter(({ type }) => type === 'ready').length;
    await expect.poll(readies, { timeout: 20_000 }).toBe(2);
    const client = await connectControl(worker.dataDir);
    expect(await client.status.get()).toMatchObject({ state: 'running', pid: worker.child.pid });
    expect(await client.audit.list({})).toMatchObject([
      { actor: 'this computer', door: 'command-line', deed: 'server.restart', outcome: 'done' },
    ]);
    expect(worker.said.some(({ type }) => type === 'stopped')).toBe(false);
    worker.send({ type: 'stop', reason: 'test' });
    expect(await worker.ended).toBe(0);
  }, 40_000);

  test('stops within five seconds, with its lock and socket gone', async () => {
    const worker = aWorker();
    worker.start();
    await worker.hears('ready');
    const since = performance.now();
    worker.send({ type: 'stop', reason: 'quit' });
    expect(await worker.ended).toBe(0);
    expect(performance.now() - since).toBeLessThan(5000);
    expect(worker.said.at(-1)).toEqual({ type: 'stopped' });
    expect(existsSync(join(worker.dataDir, 'control.sock'))).toBe(false);
    expect(readFileSync(join(worker.dataDir, 'logs', 'snug.log'), 'utf8')).toContain('"reason":"quit"');
  }, 30_000);

  test('that is told to stop while it starts stops all the same', async () => {
    const worker = aWorker();
    worker.start();
    worker.send({ type: 'stop', reason: 'changed my mind' });
    expect(await worker.ended).toBe(0);
    expect(worker.said.map(({ type }) => type)).not.toContain('ready');
    expect(worker.said.at(-1)).toEqual({ type: 'stopped' });
  }, 30_000);

  test('whose server is stopped by somebody else says so', async () => {
    const worker = aWorker();
    worker.start();
    await worker.hears('ready');
    await (await connectControl(worker.dataDir)).server.stop();
    expect(await worker.ended).toBe(0);
    expect(worker.said.at(-1)).toEqual({ type: 'stopped' });
  }, 30_000);

  test('that gets a signal stops properly', async () => {
    const worker = aWorker();
    worker.start();
    await worker.hears('ready');
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect(worker.said.at(-1)).toEqual({ type: 'stopped' });
  }, 30_000);

  test('starts one server, however often it is told to', async () => {
    const worker = aWorker();
    worker.start();
    worker.start();
    await worker.hears('ready');
    worker.send({ type: 'stop', reason: 'test' });
    expect(await worker.ended).toBe(0);
    expect(worker.said.filter(({ type }) => type === 'ready').length).toBe(1);
    expect(worker.said.filter(({ type }) => type === 'fatal')).toEqual([]);
  }, 30_000);
});

describe('what keeps a server from starting is told with its code and a sentence', () => {
  test('a port that is taken, and by whom', async () => {
    const port = await holdPort();
    const worker = aWorker();
    worker.start([...QUIETLY, `c2s.port=${port}`]);
    expect(await worker.hears('fatal')).toEqual({
      type: 'fatal',
      code: 'port-in-use',
      message: expect.stringMatching(new RegExp(`^Port ${port} is in use by .+\\. Stop it, or choose`)),
    });
    expect(await worker.ended).toBe(1);
  }, 30_000);

  test('a data directory that another server has', async () => {
    const first = aWorker();
    first.start();
    await first.hears('ready');
    const second = aWorker();
    second.start(QUIETLY, first.dataDir);
    expect(await second.hears('fatal')).toMatchObject({
      code: 'locked',
      message: expect.stringContaining(String(first.child.pid)),
    });
    expect(await second.ended).toBe(1);
  }, 30_000);

  test('settings that are wrong', async () => {
    const worker = aWorker();
    writeFileSync(join(worker.dataDir, 'settings.json'), '{"c2s.prot":5}');
    worker.start();
    expect(await worker.hears('fatal')).toMatchObject({
      code: 'config',
      message: expect.stringContaining('did you mean c2s.port?'),
    });
    expect(await worker.ended).toBe(1);
  });

  test('a database that is damaged', async () => {
    const worker = aWorker();
    writeFileSync(join(worker.dataDir, 'snug.db'), 'this is no database at all, however long one looks at it');
    worker.start();
    expect(await worker.hears('fatal')).toMatchObject({ code: 'damaged' });
    expect(await worker.ended).toBe(1);
  });

  test('a data directory that cannot be read', async () => {
    const worker = aWorker();
    const file = join(worker.dataDir, 'file');
    writeFileSync(file, '');
    worker.start(QUIETLY, join(file, 'data'));
    expect(await worker.hears('fatal')).toMatchObject({ code: 'config', message: expect.stringContaining(file) });
    expect(await worker.ended).toBe(1);
  });

  test('a data directory that cannot be made', async () => {
    const worker = aWorker();
    const link = join(worker.dataDir, 'link');
    symlinkSync(join(worker.dataDir, 'disk that is not there', 'data'), link);
    worker.start(QUIETLY, link);
    expect(await worker.hears('fatal')).toMatchObject({ code: 'store', message: expect.stringContaining(link) });
    expect(await worker.ended).toBe(1);
  });
});

test.each([
  ['an exception', 'setImmediate(() => { throw new TypeError("x is not a function"); })'],
  ['a promise that was rejected', 'Promise.reject(new TypeError("x is not a function"))'],
])(
  '%s that nobody caught ends the worker, with the stack in the log and not in the message',
  async (_name, bug) => {
    const worker = aWorker(`process.on('SIGUSR2', () => { ${bug}; });`);
    worker.start();
    await worker.hears('ready');
    worker.child.kill('SIGUSR2');
    const { code, message } = await worker.hears('fatal');
    expect([code, message]).toEqual(['bug', expect.stringContaining(join(worker.dataDir, 'logs', 'snug.log'))]);
    expect(message).not.toContain('TypeError');
    expect(await worker.ended).toBe(1);
    expect(worker.said.filter(({ type }) => type === 'stopped' || type === 'fatal').length).toBe(1);
    expect(readFileSync(join(worker.dataDir, 'logs', 'snug.log'), 'utf8')).toContain('TypeError: x is not a function');
  },
  30_000,
);

test('without a parent it says which command is meant, with exit status 1', async () => {
  const child = spawn(process.execPath, [WORKER], { stdio: ['ignore', 'ignore', 'pipe'] });
  const status = new Promise((resolve) => child.once('exit', resolve));
  expect(await text(child.stderr)).toContain('snug serve');
  expect(await status).toBe(1);
});

test('a worker whose parent is killed is gone within five seconds, its server stopped properly', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'snug-orphan-'));
  closing.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const parent = fork(join(import.meta.dirname, 'orphan-maker-process.ts'), [WORKER, dataDir, ...QUIETLY]);
  closing.push(() => void parent.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) => {
    let forked = 0;
    parent.on('message', (said: { readonly type: string; readonly pid?: number }) => {
      if (said.type === 'forked') forked = said.pid ?? 0;
      if (said.type === 'ready') resolve(forked);
    });
  });
  closing.push(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 5000, interval: 50 }).toBe(false);
  expect(readFileSync(join(dataDir, 'logs', 'snug.log'), 'utf8')).toContain('the app has ended');
  expect(existsSync(join(dataDir, 'control.sock'))).toBe(false);
}, 30_000);
