/** The worker out of a packaged app, forked by plain Node as Electron's main process would. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FromWorker, ToWorker } from '../../server/control/contract.ts';

type Ready = Extract<FromWorker, { readonly type: 'ready' }>['ready'];

export interface PackagedWorker extends AsyncDisposable {
  readonly ready: Ready;
  /** From the fork to its first word. */
  readonly readyMs: number;
  /** How it ended, and what it said last of what says so. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: 'stopped' | 'fatal' | undefined }>;
  /** Opens a stream as a client does; resolves with the features that are offered. */
  greet(): Promise<string>;
  stop(): void;
  kill(signal: NodeJS.Signals): void;
  disconnect(): void;
}

const OVERRIDES = [
  'listen.address=127.0.0.1',
  'c2s.port=0',
  'c2s.directTlsPort=0',
  'web.port=0',
  'proxy.port=0',
  'lan.mdns=false',
];

/** @param app the extracted archive. @throws Error when the server says that it cannot start, or ends */
export async function bootWorker(app: string): Promise<PackagedWorker> {
  const dataDir = mkdtempSync(join(tmpdir(), 'snug-packaged-'));
  // Without what Vitest puts into the environment of its own children.
  const child = fork(join(app, '.vite/build/worker.cjs'), [], {
    cwd: tmpdir(),
    env: {},
    execArgv: [],
    stdio: 'inherit',
  });
  const send = (message: ToWorker) => child.send(message);
  let said: 'stopped' | 'fatal' | undefined;
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    rmSync(dataDir, { recursive: true, force: true });
  };
  const forkedAt = performance.now();
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if (message.type === 'ready') resolve(message.ready);
      if (message.type === 'fatal') reject(new Error(message.message));
      if (message.type === 'stopped' || message.type === 'fatal') said = message.type;
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
    send({ type: 'start', dataDir, overrides: OVERRIDES, domain: 'home.example' });
  }).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return {
    ready,
    readyMs: performance.now() - forkedAt,
    ended: exited.then((code) => ({ code, said })),
    greet: () => greet(ready.ports.c2s ?? 0, ready.domain),
    stop: () => void send({ type: 'stop', reason: 'test' }),
    kill: (signal) => void child.kill(signal),
    disconnect: () => child.disconnect(),
    [Symbol.asyncDispose]: end,
  };
}

async function greet(port: number, domain: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(
    `<stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
  );
  let answer = '';
  for await (const chunk of socket) {
    answer += chunk;
    if (answer.includes('</stream:features>')) break;
  }
  return answer;
}
