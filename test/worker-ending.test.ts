/** The worker's own decisions, with a parent and a server that only remember. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FromWorker, ToWorker } from '../server/control/contract.ts';
import type { ControlPort } from '../server/control/port-door.ts';
import { findParent } from '../server/parent-port.ts';
import type { RunningServer } from '../server/server.ts';
import { StartError } from '../server/start-error.ts';
import { Worker } from '../server/worker.ts';
import { FakeClock } from './scene/fake-clock.ts';

let directory: string;
let clock: FakeClock;
let said: FromWorker[];
let exits: number[];
/** What the server was told. */
let told: string[];
let started: PromiseWithResolvers<void>;
let stopping: PromiseWithResolvers<string>;
let stopped: PromiseWithResolvers<void>;
let failure: StartError | undefined;
let say: (message: ToWorker, ports?: readonly ControlPort[]) => void;
let leave: () => void;
/** False for a parent that does not read. */
let reads: boolean;
let worker: Worker;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'snug-worker-'));
  clock = new FakeClock();
  said = [];
  exits = [];
  told = [];
  started = Promise.withResolvers();
  stopping = Promise.withResolvers();
  stopped = Promise.withResolvers();
  failure = undefined;
  reads = true;
  worker = new Worker({
    parent: {
      send: (message, sent) => {
        said.push(message);
        if (reads) sent?.();
      },
      onMessage: (listener) => {
        say = (message, ports = []) => listener(message, ports);
      },
      onGone: (listener) => {
        leave = listener;
      },
    },
    loadServer: () =>
      Promise.resolve({
        startServer: async () => {
          await started.promise;
          return running();
        },
      }),
    clock,
    exit: (status) => exits.push(status),
  });
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const running = (): RunningServer => ({
  domain: 'miller.local',
  ports: { c2s: 5222, c2sTls: null, web: null, join: null, proxy: null },
  addresses: ['192.168.1.5'],
  fingerprint: 'AB:CD',
  connect: (port) => told.push(`connect ${nameOf(port)}`),
  followStatus: () => undefined,
  setFederation: (isEnabled) => {
    told.push(`federation ${isEnabled}`);
    return Promise.resolve();
  },
  setVisible: (isVisible) => {
    told.push(`visible ${isVisible}`);
    return Promise.resolve();
  },
  suspend: () => told.push('suspend'),
  networkChanged: () => told.push('network changed'),
  stop: (reason) => {
    told.push(`stop ${reason}`);
    return stopped.promise;
  },
  get failure() {
    return failure;
  },
  stopping: stopping.promise,
  stopped: stopped.promise,
});

interface NamedPort {
  readonly name: string;
}

const aPort = (name: string): ControlPort & NamedPort => ({
  name,
  postMessage: () => undefined,
  start: () => undefined,
  close: () => undefined,
  on: () => undefined,
});
const nameOf = (port: ControlPort) => (port as ControlPort & NamedPort).name;
const settled = () => new Promise(setImmediate);
const kinds = () => said.map(({ type }) => type).filter((type) => type !== 'heartbeat');

async function runs(): Promise<void> {
  say({ type: 'start', dataDir: directory, overrides: [] });
  started.resolve();
  await settled();
}

test('its heart beats every five seconds, from the first moment on', () => {
  expect(said).toEqual([{ type: 'heartbeat' }]);
  clock.advance(15_000);
  expect(said.length).toBe(4);
});

describe('windows', () => {
  test('that are opened while the server starts are served once it runs', async () => {
    say({ type: 'start', dataDir: directory, overrides: [] });
    say({ type: 'connect' }, [aPort('early')]);
    expect(told).toEqual([]);
    started.resolve();
    await settled();
    say({ type: 'connect' }, [aPort('late')]);
    expect(told).toEqual(['connect early', 'connect late']);
  });

  test('are told nothing of networks, the server is', async () => {
    say({ type: 'network-changed' });
    await runs();
    say({ type: 'network-changed' });
    say({ type: 'set-federation', isEnabled: true });
    say({ type: 'set-visible', isVisible: false });
    expect(told).toEqual(['network changed', 'federation true', 'visible false']);
  });
});

describe('the end', () => {
  test('comes once, whoever asks for it how often', async () => {
    await runs();
    say({ type: 'stop', reason: 'quit' });
    leave();
    worker.stop('SIGTERM');
    stopping.resolve('quit');
    stopped.resolve();
    await settled();
    expect([told, kinds(), exits]).toEqual([['stop quit'], ['ready', 'stopped'], [0]]);
  });

  test('is forced after four and a half seconds', async () => {
    await runs();
    say({ type: 'stop', reason: 'quit' });
    clock.advance(4_499);
    expect(exits).toEqual([]);
    clock.advance(1);
    expect(exits).toEqual([1]);
  });

  test('does not wait for a parent that reads nothing', async () => {
    await runs();
    reads = false;
    say({ type: 'stop', reason: 'quit' });
    stopped.resolve();
    await settled();
    expect(exits).toEqual([]);
    clock.advance(500);
    expect(exits).toEqual([0]);
  });

  test('after a failure of the disk is fatal with its code', async () => {
    await runs();
    failure = new StartError('store', 'The database failed (disk full), so the server has stopped.');
    stopping.resolve('database failure');
    stopped.resolve();
    await settled();
    expect(said.at(-1)).toEqual({ type: 'fatal', code: 'store', message: failure.message });
    expect([kinds(), exits]).toEqual([['ready', 'fatal'], [1]]);
  });

  test('after a bug waits for the clients’ goodbyes, but not for ever', async () => {
    await runs();
    worker.meetBug(new TypeError('x is not a function'));
    worker.meetBug(new TypeError('and one more'));
    await settled();
    expect([told, kinds(), exits]).toEqual([['stop bug'], ['ready', 'fatal'], []]);
    expect(readFileSync(join(directory, 'logs', 'snug.log'), 'utf8')).toContain('x is not a function');
    clock.advance(4_500);
    expect(exits).toEqual([1]);
  });
});

describe('under Electron', () => {
  const electron = process as { parentPort?: unknown };

  afterEach(() => {
    delete electron.parentPort;
  });

  test('messages come as events with their ports, and go by postMessage', async () => {
    let deliver: (event: { data: ToWorker; ports: ControlPort[] }) => void = () => undefined;
    const posted: FromWorker[] = [];
    electron.parentPort = {
      postMessage: (message: FromWorker) => posted.push(message),
      on: (_event: 'message', listener: typeof deliver) => {
        deliver = listener;
      },
    };
    const parent = findParent();
    const heard: [ToWorker, string[]][] = [];
    parent?.onMessage((message, ports) => heard.push([message, ports.map(nameOf)]));
    deliver({ data: { type: 'connect' }, ports: [aPort('window')] });
    expect(heard).toEqual([[{ type: 'connect' }, ['window']]]);
    await new Promise<void>((sent) => parent?.send({ type: 'stopped' }, sent));
    expect(posted).toEqual([{ type: 'stopped' }]);
  });
});
