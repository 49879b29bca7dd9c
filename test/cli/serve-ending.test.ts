import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serve } from '../../server/cli/serve.ts';
import type { RunningServer, ServerEntry, ServerOptions } from '../../server/cli/server-entry.ts';
import { createFakeTerminal, type FakeTerminal } from './fake-terminal.ts';

let directory: string;
let terminal: FakeTerminal;
let started: PromiseWithResolvers<void>;
let stopping: PromiseWithResolvers<string>;
let stopped: PromiseWithResolvers<void>;
/** Why the server stopped by itself. */
let failure: RunningServer['failure'];
let given: ServerOptions[];
/** The reasons with which the server was told to stop. */
let stops: (string | undefined)[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snug-serve-'));
  terminal = createFakeTerminal();
  started = Promise.withResolvers();
  stopping = Promise.withResolvers();
  stopped = Promise.withResolvers();
  failure = undefined;
  given = [];
  stops = [];
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const running = (): RunningServer => ({
  domain: 'miller.local',
  ports: { c2s: 5222, c2sTls: 5223, web: 5281, join: 5280, proxy: 5000 },
  joinPage: 'http://192.168.1.5:5280/join',
  addresses: ['192.168.1.5'],
  fingerprint: 'AB:CD',
  firstAdmin: { jid: 'admin@miller.local', password: 'shown-once' },
  stop: (reason) => {
    stops.push(reason);
    return stopped.promise;
  },
  window: 'http://127.0.0.1:5282/#token=once',
  setFederation: () => Promise.resolve(),
  setVisible: () => Promise.resolve(),
  failure,
  stopping: stopping.promise,
  stopped: stopped.promise,
});

const entry: ServerEntry = {
  startServer: async (options) => {
    given.push(options);
    await started.promise;
    return running();
  },
  openOffline: () => Promise.reject(new Error('not here')),
};

/** Begins to serve; the server is up when this resolves. */
async function begin(json = true): Promise<{ readonly status: Promise<number> }> {
  const status = serve({ dataDir: directory, overrides: ['c2s.port=0'], json }, terminal, entry);
  started.resolve();
  await new Promise(setImmediate);
  return { status };
}

describe('what is reported', () => {
  test('programs get one event a line: ready, stopping, stopped', async () => {
    const { status } = await begin();
    terminal.press('SIGTERM');
    stopped.resolve();
    expect(await status).toBe(0);
    expect(terminal.events()).toEqual([
      {
        event: 'ready',
        pid: process.pid,
        domain: 'miller.local',
        ports: { c2s: 5222, c2sTls: 5223, web: 5281, join: 5280, proxy: 5000 },
        joinPage: 'http://192.168.1.5:5280/join',
        addresses: ['192.168.1.5'],
        fingerprint: 'AB:CD',
        admin: { jid: 'admin@miller.local', password: 'shown-once' },
        window: 'http://127.0.0.1:5282/#token=once',
      },
      { event: 'stopping', reason: 'SIGTERM' },
      { event: 'stopped' },
    ]);
    expect(given).toEqual([{ dataDir: directory, overrides: ['c2s.port=0'], logToConsole: 'json', window: 'browser' }]);
  });

  test('people get a block with the first password and how to stop', async () => {
    const { status } = await begin(false);
    stopped.resolve();
    expect(await status).toBe(0);
    for (const expected of [
      'miller.local',
      '5222 (STARTTLS), 5223 (direct TLS)',
      'http://192.168.1.5:5280/join',
      'AB:CD',
      'admin@miller.local',
      'snug stop',
      'http://127.0.0.1:5282/#token=once',
    ]) {
      expect(terminal.output()).toContain(expected);
    }
    expect(terminal.output()).toContain('shown-once (shown only once)');
  });
});

describe('ends', () => {
  test('a server that stops by itself, as snug stop makes it, ends the command with status 0', async () => {
    const { status } = await begin();
    stopping.resolve('requested');
    stopped.resolve();
    expect(await status).toBe(0);
    expect(terminal.events().slice(1)).toEqual([{ event: 'stopping', reason: 'requested' }, { event: 'stopped' }]);
  });

  test('a server that stops because of a failure is a failure of the command, with its sentence', async () => {
    failure = Object.assign(new Error('The database failed (disk full), so the server has stopped.'), {
      name: 'StartError',
      code: 'store',
    });
    const { status } = await begin();
    stopping.resolve('database failure');
    stopped.resolve();
    await expect(status).rejects.toMatchObject({ code: 'store', message: expect.stringContaining('disk full') });
  });

  test('a signal while the server is still starting stops it as soon as it is up', async () => {
    const status = serve({ dataDir: directory, overrides: [], json: true }, terminal, entry);
    terminal.press('SIGTERM');
    expect(stops).toEqual([]);
    started.resolve();
    stopped.resolve();
    expect(await status).toBe(0);
    expect(stops).toEqual(['SIGTERM']);
    expect(terminal.events().map(({ event }) => event)).toEqual(['stopping', 'stopped']);
  });

  test('a second signal ends the process at once', async () => {
    const { status } = await begin();
    terminal.press('SIGTERM');
    terminal.press('SIGTERM');
    expect(terminal.exits).toEqual([143]);
    stopped.resolve();
    await status;
    expect(stops).toEqual(['SIGTERM']);
  });

  test('one press of Ctrl+C that arrives twice is one, a later one is the second', async () => {
    const { status } = await begin();
    terminal.press('SIGINT');
    terminal.press('SIGINT');
    expect(terminal.exits).toEqual([]);
    terminal.advance(1000);
    terminal.press('SIGINT');
    expect(terminal.exits).toEqual([130]);
    stopped.resolve();
    await status;
  });

  test('a server that does not stop within five seconds is ended', async () => {
    const { status } = await begin();
    terminal.press('SIGTERM');
    terminal.advance(4999);
    expect(terminal.exits).toEqual([]);
    terminal.advance(1);
    expect(terminal.exits).toEqual([1]);
    expect(terminal.events().at(-1)).toMatchObject({ event: 'error', code: 'stop-timeout' });
    stopped.resolve();
    await status;
  });

  test('a bug that nobody caught stops the server properly, with the stack in the log and not on the terminal', async () => {
    const { status } = await begin();
    terminal.meetBug(new TypeError('x is not a function'));
    stopped.resolve();
    expect(await status).toBe(1);
    expect(terminal.output()).not.toContain('TypeError');
    expect(terminal.events()[1]).toMatchObject({ event: 'error', code: 'bug' });
    const logged = JSON.parse(readFileSync(join(directory, 'logs', 'snug.log'), 'utf8'));
    expect(logged).toMatchObject({ level: 'error', stack: expect.stringContaining('TypeError: x is not a function') });
  });

  test('a bug while starting is told without its stack', async () => {
    const status = serve({ dataDir: directory, overrides: [], json: true }, terminal, entry);
    started.reject(new TypeError('y is undefined'));
    await expect(status).rejects.toMatchObject({ code: 'bug', message: expect.not.stringContaining('TypeError') });
  });
});

test('a restart starts the server again with what it was given, and a later stop ends it', async () => {
  const { status } = await begin();
  stopping.resolve('restart');
  await new Promise(setImmediate);
  const first = stopped;
  stopping = Promise.withResolvers();
  stopped = Promise.withResolvers();
  first.resolve();
  await new Promise(setImmediate);
  expect(given).toHaveLength(2);
  expect(given[1]).toEqual(given[0]);
  terminal.press('SIGTERM');
  stopped.resolve();
  expect(await status).toBe(0);
  expect(stops).toEqual(['restart', 'SIGTERM']);
  expect(terminal.events().map(({ event }) => event)).toEqual([
    'ready',
    'stopping',
    'stopped',
    'ready',
    'stopping',
    'stopped',
  ]);
});
