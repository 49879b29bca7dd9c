/** The whole command as people run it: real processes, real sockets, a data directory of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const entry = fileURLToPath(new URL('../../server/snug.mjs', import.meta.url));
const quietly = [
  'c2s.port=0',
  'c2s.directTlsPort=0',
  'web.port=0',
  'proxy.port=0',
  'listen.address=127.0.0.1',
  'lan.mdns=false',
  'window.port=0',
];
const serveWords = ['serve', '--json', ...quietly.flatMap((override) => ['--set', override])];

interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

interface Event {
  readonly event: string;
  readonly pid?: number;
  readonly ports?: { readonly c2s: number; readonly c2sTls: number };
  readonly admin?: { readonly jid: string; readonly password: string };
  readonly window?: string;
  readonly code?: string;
  readonly message?: string;
}

let directory: string;
let processes: ChildProcessWithoutNullStreams[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snug-e2e-'));
  processes = [];
});

afterEach(async () => {
  for (const child of processes) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }
  rmSync(directory, { recursive: true });
});

function start(words: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [entry, ...words, '--data', directory], { stdio: 'pipe' });
  processes.push(child);
  return child;
}

async function snug(words: readonly string[], input = ''): Promise<Ended> {
  const child = start(words);
  child.stdin.end(input);
  const [output, errors, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
  ]);
  return { status, output, errors };
}

class Serving {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.child = start(serveWords);
    const lines: Interface = createInterface({ input: this.child.stdout });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** Reads on to the next event of this name; every line on the way must be an event too. */
  async next(name: string): Promise<Event> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error(`the server ended before its event ${name}`);
      const event = JSON.parse(value) as Event;
      if (event.event === name) return event;
      if (event.event === 'error') throw new Error(event.message);
    }
  }

  ended(): Promise<number | null> {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null) resolve(this.child.exitCode);
      else this.child.once('exit', resolve);
    });
  }
}

test('a first start tells what a client needs, answers the other verbs, and stops when asked', async () => {
  const server = new Serving();
  const ready = await server.next('ready');
  expect(ready.pid).toBe(server.child.pid);
  expect(ready.ports?.c2s).toBeGreaterThan(0);
  expect(ready.ports?.c2sTls).toBeGreaterThan(0);
  expect(ready.admin?.password.length).toBeGreaterThan(7);
  expect(ready.window).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);

  const added = await snug(['user', 'add', 'bob', '--json'], 'correct horse battery\n');
  expect(added).toMatchObject({ status: 0, errors: '' });
  expect(JSON.parse(added.output)).toMatchObject({ role: 'member' });
  const status = JSON.parse((await snug(['status', '--json'])).output);
  expect(status).toMatchObject({ state: 'running', pid: ready.pid, accounts: 2, ports: ready.ports });
  expect(await snug(['sessions'])).toMatchObject({ status: 0, output: 'Nobody is online.\n' });

  expect(await snug(['stop'])).toMatchObject({ status: 0, output: 'The server has stopped.\n' });
  await server.next('stopped');
  expect(await server.ended()).toBe(0);
  expect((await snug(['status'])).status).toBe(3);
}, 30_000);

test('a second server on the same data is refused and names the process that has it', async () => {
  const server = new Serving();
  const { pid } = await server.next('ready');
  const second = await snug(serveWords);
  expect(second.status).toBe(1);
  const error = JSON.parse(second.output.trim().split('\n').at(-1) ?? '') as Event;
  expect(error).toMatchObject({ event: 'error', code: 'locked', message: expect.stringContaining(String(pid)) });
  expect(second.errors).toBe('');
}, 30_000);

test('SIGTERM stops the server within five seconds, and accounts can be made while it is stopped', async () => {
  const server = new Serving();
  await server.next('ready');
  const since = performance.now();
  server.child.kill('SIGTERM');
  expect(await server.next('stopping')).toMatchObject({ reason: 'SIGTERM' });
  await server.next('stopped');
  expect(await server.ended()).toBe(0);
  expect(performance.now() - since).toBeLessThan(5000);

  const added = await snug(['user', 'add', 'eve', '--generate', '--json']);
  expect(added).toMatchObject({ status: 0, errors: '' });
  const again = new Serving();
  expect((await again.next('ready')).admin).toBeUndefined();
  const accounts = JSON.parse((await snug(['user', 'list', '--json'])).output) as { readonly localpart: string }[];
  expect(accounts.map(({ localpart }) => localpart)).toContain('eve');
}, 30_000);

test('a wrong setting is one sentence and exit status 1, and nothing is started', async () => {
  const { status, output, errors } = await snug(['serve', '--set', 'c2s.prot=5']);
  expect({ status, output }).toEqual({ status: 1, output: '' });
  expect(errors).toBe('--set: there is no setting called "c2s.prot"; did you mean c2s.port?\n');
});
