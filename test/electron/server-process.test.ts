/** The supervisor with a worker that a test plays, and a clock whose hands it turns. */
import { describe, expect, test } from 'vitest';
import type { ServerPhase } from '../../electron/server-phase.ts';
import { ServerProcess } from '../../electron/server-process.ts';
import type { WorkerListener } from '../../electron/worker-process.ts';
import type { ToWorker, WorkerReady } from '../../server/control/contract.ts';
import { FakeClock } from '../scene/fake-clock.ts';
import { aStatus } from './a-status.ts';
import { MessageChannelDouble } from './double/ports.ts';

const READY: WorkerReady = {
  domain: 'miller.local',
  ports: { c2s: 5222, c2sTls: 5223, web: 5281, join: 5280, proxy: null },
  addresses: ['192.168.1.5'],
  fingerprint: 'AB:CD',
};

interface PlayedWorker extends WorkerListener {
  readonly heard: ToWorker[];
  readonly ports: unknown[];
  isKilled: boolean;
}

function supervise(options: { needsSetup?: boolean } = {}) {
  const clock = new FakeClock();
  const workers: PlayedWorker[] = [];
  const phases: ServerPhase[] = [];
  const readies: boolean[] = [];
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const server = new ServerProcess({
    fork: (listener) => {
      const worker: PlayedWorker = { ...listener, heard: [], ports: [], isKilled: false };
      workers.push(worker);
      return {
        pid: workers.length,
        post: (message, ports = []) => {
          worker.heard.push(message);
          worker.ports.push(...ports);
        },
        kill: () => {
          worker.isKilled = true;
          worker.onExit(1);
        },
      };
    },
    clock,
    random: () => 0.5,
    log: silent,
    dataDir: '/data',
    needsSetup: options.needsSetup ?? false,
    onPhase: (phase) => phases.push(phase),
    onReady: (_ready, isRecovery) => readies.push(isRecovery),
  });
  const newest = (): PlayedWorker => {
    const worker = workers.at(-1);
    if (worker === undefined) throw new Error('no worker was started');
    return worker;
  };
  return { server, clock, workers, phases, readies, newest, kinds: () => phases.map(({ kind }) => kind) };
}

function running() {
  const scene = supervise();
  scene.server.start();
  scene.newest().onMessage({ type: 'ready', ready: READY });
  return scene;
}

describe('a worker that does well', () => {
  test('is told to start, and is running when it says so', () => {
    const { server, newest, kinds, readies } = running();
    expect(newest().heard).toEqual([{ type: 'start', dataDir: '/data', overrides: [] }]);
    expect(kinds()).toEqual(['starting', 'running']);
    expect(readies).toEqual([false]);
    newest().onMessage({ type: 'status', status: aStatus({ onlineAccounts: 3 }) });
    expect(server.phase).toMatchObject({ kind: 'running', ready: READY, status: { onlineAccounts: 3 } });
  });

  test('is not started twice', () => {
    const { server, workers } = running();
    server.start();
    expect(workers).toHaveLength(1);
  });

  test('gets the ports of windows while it runs, and only then', () => {
    const { server, newest } = supervise();
    const { port1 } = new MessageChannelDouble();
    expect(server.connect(port1)).toBe(false);
    server.start();
    expect(server.connect(port1)).toBe(false);
    newest().onMessage({ type: 'ready', ready: READY });
    expect(server.connect(port1)).toBe(true);
    expect(newest().heard.at(-1)).toEqual({ type: 'connect' });
    expect(newest().ports).toEqual([port1]);
    port1.close();
  });

  test('needs nobody to set it up twice', () => {
    const { server, phases } = supervise({ needsSetup: true });
    expect(server.phase).toEqual({ kind: 'needs-setup' });
    server.start();
    expect(phases).toEqual([{ kind: 'starting' }]);
  });
});

describe('stopping', () => {
  test('is asked for politely and waits for the end', async () => {
    const { server, newest, kinds, clock } = running();
    let hasEnded = false;
    const stopped = server.stop('paused').then(() => {
      hasEnded = true;
    });
    expect(newest().heard.at(-1)).toEqual({ type: 'stop', reason: 'paused' });
    clock.advance(4_000);
    await Promise.resolve();
    expect(hasEnded).toBe(false);
    newest().onMessage({ type: 'stopped' });
    newest().onExit(0);
    await stopped;
    expect(kinds()).toEqual(['starting', 'running', 'stopping', 'stopped']);
    expect(newest().isKilled).toBe(false);
  });

  test('is enforced after four and a half seconds', async () => {
    const { server, newest, clock } = running();
    const stopped = server.stop('quit');
    clock.advance(4_499);
    expect(newest().isKilled).toBe(false);
    clock.advance(1);
    expect(newest().isKilled).toBe(true);
    await stopped;
    expect(server.phase).toEqual({ kind: 'stopped', by: 'us' });
  });

  test('counts as stopped whatever the exit code says', async () => {
    const { server, newest } = running();
    const stopped = server.stop('quit');
    newest().onExit(134);
    await stopped;
    expect(server.phase).toEqual({ kind: 'stopped', by: 'us' });
  });

  test('takes back a start that was planned', async () => {
    const { server, newest, workers, clock } = running();
    newest().onExit(1);
    await server.stop('paused');
    clock.advance(600_000);
    expect(workers).toHaveLength(1);
    expect(server.phase).toEqual({ kind: 'stopped', by: 'us' });
  });

  test('is followed by a start when that was asked for meanwhile, or was a restart', async () => {
    const { server, newest, workers } = running();
    const stopped = server.stop('paused');
    server.start();
    newest().onExit(0);
    await stopped;
    expect(workers).toHaveLength(2);
    newest().onMessage({ type: 'ready', ready: READY });
    const restarted = server.restart();
    expect(newest().heard.at(-1)).toEqual({ type: 'stop', reason: 'restart' });
    newest().onExit(0);
    await restarted;
    expect(workers).toHaveLength(3);
    expect(server.phase).toEqual({ kind: 'starting' });
  });

  test('from the command line is no crash', () => {
    const { server, newest, workers, clock } = running();
    newest().onMessage({ type: 'stopped' });
    newest().onExit(0);
    expect(server.phase).toEqual({ kind: 'stopped', by: 'command' });
    clock.advance(600_000);
    expect(workers).toHaveLength(1);
  });

  test('that the worker has announced but does not carry out is enforced', () => {
    const { newest, clock } = running();
    newest().onMessage({ type: 'stopped' });
    clock.advance(4_500);
    expect(newest().isKilled).toBe(true);
  });
});

describe('a crash', () => {
  test('is followed by a new start after a wait, and told when it is over', () => {
    const { newest, workers, clock, phases, readies } = running();
    newest().onExit(139);
    expect(phases.at(-1)).toEqual({ kind: 'waiting', delayMs: 1_000 });
    clock.advance(999);
    expect(workers).toHaveLength(1);
    clock.advance(1);
    expect(workers).toHaveLength(2);
    newest().onMessage({ type: 'ready', ready: READY });
    expect(readies).toEqual([false, true]);
  });

  test('with exit code 0 is still one', () => {
    const { newest, phases } = running();
    newest().onExit(0);
    expect(phases.at(-1)).toMatchObject({ kind: 'waiting' });
  });

  test('that comes again and again ends in failure, which a person can try to mend', () => {
    const { server, newest, workers, clock } = running();
    for (const delayMs of [1_000, 2_000, 4_000, 8_000]) {
      newest().onExit(1);
      expect(server.phase).toEqual({ kind: 'waiting', delayMs });
      clock.advance(delayMs);
    }
    newest().onExit(1);
    expect(server.phase).toMatchObject({ kind: 'failed', code: 'crash-loop' });
    clock.advance(600_000);
    expect(workers).toHaveLength(5);
    server.start();
    newest().onExit(1);
    expect(server.phase).toEqual({ kind: 'waiting', delayMs: 1_000 });
  });

  test('tells the last bug when it gives up', () => {
    const { server, newest, clock } = running();
    for (let turn = 0; turn < 5; turn++) {
      newest().onMessage({ type: 'fatal', code: 'bug', message: 'The server met a bug.' });
      newest().onExit(1);
      clock.advance(60_000);
    }
    expect(server.phase).toMatchObject({ kind: 'failed', message: 'The server met a bug.' });
  });

  test('of an old worker does not touch the new one', () => {
    const { server, workers, newest, clock } = running();
    const [old] = workers;
    newest().onExit(1);
    clock.advance(1_000);
    newest().onMessage({ type: 'ready', ready: READY });
    old?.onExit(1);
    old?.onMessage({ type: 'fatal', code: 'locked', message: 'late' });
    expect(server.phase).toMatchObject({ kind: 'running' });
  });
});

describe('a start that cannot succeed', () => {
  test.each([
    'certificate',
    'config',
    'control-socket',
    'damaged',
    'domain-mismatch',
    'locked',
    'port-denied',
    'port-in-use',
    'schema-too-new',
  ])('%s is not tried again', (code) => {
    const { server, newest, workers, clock } = supervise();
    server.start();
    newest().onMessage({ type: 'fatal', code, message: 'Why.' });
    newest().onExit(1);
    expect(server.phase).toEqual({ kind: 'failed', code, message: 'Why.' });
    clock.advance(600_000);
    expect(workers).toHaveLength(1);
  });
});

describe('a worker that gives no sign of life', () => {
  test('is killed when three heartbeats are missing, and started again', () => {
    const { newest, workers, clock } = running();
    newest().onMessage({ type: 'heartbeat' });
    clock.advance(14_999);
    newest().onMessage({ type: 'heartbeat' });
    clock.advance(14_999);
    expect(newest().isKilled).toBe(false);
    clock.advance(1);
    expect(workers[0]?.isKilled).toBe(true);
    clock.advance(1_000);
    expect(workers).toHaveLength(2);
  });

  test('may be busy for two minutes while it starts', () => {
    const { server, newest, clock } = supervise();
    server.start();
    clock.advance(119_999);
    expect(newest().isKilled).toBe(false);
    clock.advance(1);
    expect(newest().isKilled).toBe(true);
  });

  test('is told what the tray’s switches say, while it runs', async () => {
    const { server, newest } = running();
    server.setVisible(false);
    expect(newest().heard.at(-1)).toEqual({ type: 'set-visible', isVisible: false });
    server.setFederation(true);
    expect(newest().heard.at(-1)).toEqual({ type: 'set-federation', isEnabled: true });
    const stopped = server.stop('pause');
    server.setFederation(false);
    expect(newest().heard.at(-1)).toMatchObject({ type: 'stop' });
    newest().onExit(0);
    await stopped;
  });

  test('is not missed while the computer sleeps, and hears of the network afterwards', () => {
    const { server, newest, clock } = running();
    newest().onMessage({ type: 'heartbeat' });
    server.suspend();
    expect(newest().heard.at(-1)).toEqual({ type: 'suspending' });
    clock.advance(3_600_000);
    expect(newest().isKilled).toBe(false);
    server.resume();
    expect(newest().heard.at(-1)).toEqual({ type: 'network-changed' });
    clock.advance(14_999);
    expect(newest().isKilled).toBe(false);
    clock.advance(1);
    expect(newest().isKilled).toBe(true);
  });

  test('a start that was planned before sleep comes at once after it', () => {
    const { server, newest, workers, clock } = running();
    newest().onExit(1);
    server.suspend();
    server.resume();
    expect(workers).toHaveLength(2);
    clock.advance(1_000);
    expect(workers).toHaveLength(2);
  });
});
