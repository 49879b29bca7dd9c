/** The server as its own process, for everything that must see it from outside: benchmarks, real clients, crashes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const CLI = join(import.meta.dirname, '../../server/cli.ts');
const START_MS = 20_000;

export interface SnugProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly domain: string;
  readonly ports: {
    readonly c2s: number;
    readonly c2sTls: number;
    readonly web: number;
    readonly join?: number | null;
  };
  /** The address of the join page. */
  readonly joinPage?: string;
  readonly fingerprint: string;
  /** Of the very first start. */
  readonly admin: { readonly jid: string; readonly password: string } | undefined;
  /** SIGTERM, and waits for the end; the exit status. */
  stop(): Promise<number | null>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
}

/** Starts a server on loopback and free ports; resolves when it accepts streams. */
export async function startSnug(options: {
  readonly dataDir: string;
  readonly args?: readonly string[];
  /** Ports to keep, for a server that is started again. */
  readonly ports?: SnugProcess['ports'];
}): Promise<SnugProcess> {
  const settings = [
    'listen.address=127.0.0.1',
    `c2s.port=${options.ports?.c2s ?? 0}`,
    `c2s.directTlsPort=${options.ports?.c2sTls ?? 0}`,
    `web.port=${options.ports?.web ?? 0}`,
    'proxy.port=0',
    'lan.mdns=false',
    // People are strangers, unless a test asks for something else.
    'groups.everyone=false',
    'groups.everyoneRoom=false',
  ].flatMap((setting) => ['--set', setting]);
  const args = [
    '--max-semi-space-size=4',
    CLI,
    'serve',
    '--json',
    '--data',
    options.dataDir,
    ...settings,
    ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (status) => resolve(status)));
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const ready = await new Promise<Record<string, never>>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`snug was not ready within ${START_MS} ms`));
    }, START_MS);
    lines.on('line', (line) => {
      const event = JSON.parse(line);
      if (event.event === 'ready' || event.event === 'error') clearTimeout(timer);
      if (event.event === 'ready') resolve(event);
      if (event.event === 'error') reject(new Error(event.message));
    });
    void exited.then((status) => reject(new Error(`snug ended with ${status} before it was ready`)));
  });
  return {
    ...(ready as unknown as Omit<SnugProcess, 'child' | 'stop' | 'kill'>),
    child,
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
