/** The worker as Electron's utility process: how it is started, spoken to and ended. */
import { createInterface } from 'node:readline';
import type { FromWorker, ToWorker } from '../server/control/contract.ts';
import type { DesktopLog } from './desktop-log.ts';
import type { ElectronObjects, PortObject } from './electron-objects.ts';

/** SECURITY: these make a program run code, or open a debugger, that did not come with it. */
const DANGEROUS = ['NODE_OPTIONS', 'NODE_REPL_EXTERNAL_MODULE', 'NODE_EXTRA_CA_CERTS', 'ELECTRON_RUN_AS_NODE'];

export interface WorkerListener {
  onMessage(message: FromWorker): void;
  onExit(code: number): void;
}

export interface WorkerHandle {
  readonly pid: number | undefined;
  post(message: ToWorker, ports?: readonly PortObject[]): void;
  /** Ends it at once, without a goodbye. */
  kill(): void;
}

export type ForkWorker = (listener: WorkerListener) => WorkerHandle;

export interface WorkerProcessOptions {
  readonly utilityProcess: ElectronObjects['utilityProcess'];
  /** The bundled worker. */
  readonly path: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: DesktopLog;
  /** SIGKILL, or what the system has instead. */
  readonly killProcess: (pid: number) => void;
}

export function createWorkerFork({
  utilityProcess,
  path,
  environment,
  log,
  killProcess,
}: WorkerProcessOptions): ForkWorker {
  return (listener) => {
    // `disclaim` stays off: on macOS the permission to use the local network belongs to the app.
    const child = utilityProcess.fork(path, [], {
      serviceName: 'Snug server',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: withoutDangerous(environment),
    });
    // The server writes its own log; what comes out here is a crash before there was one, as a rule.
    readLines(child.stdout, (line) => log.info({ line }, 'worker wrote to its output'));
    readLines(child.stderr, (line) => log.warn({ line }, 'worker wrote to its error output'));
    child.on('message', (message) => {
      if (isFromWorker(message)) listener.onMessage(message);
      else log.warn({}, 'worker said something unknown');
    });
    child.on('exit', (code) => listener.onExit(code));
    return {
      get pid() {
        return child.pid;
      },
      post: (message, ports = []) => child.postMessage(message, [...ports]),
      kill: () => {
        const { pid } = child;
        child.kill();
        // kill() asks politely on POSIX, which a process that is stuck does not hear.
        if (pid !== undefined) killProcess(pid);
      },
    };
  };
}

const KINDS: ReadonlySet<unknown> = new Set<FromWorker['type']>(['ready', 'heartbeat', 'status', 'fatal', 'stopped']);

function isFromWorker(message: unknown): message is FromWorker {
  return typeof message === 'object' && message !== null && 'type' in message && KINDS.has(message.type);
}

function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', onLine);
}

function withoutDangerous(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !DANGEROUS.includes(name));
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
