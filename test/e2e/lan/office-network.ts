/**
 * A small office in network namespaces: the server's computer with two networks, and in each a computer with avahi.
 * Nothing of it reaches the machine's own network, and all of it ends with `close`.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAMS = [
  'ip',
  'unshare',
  'nsenter',
  'dbus-daemon',
  'avahi-daemon',
  'avahi-browse',
  'avahi-publish',
  'avahi-resolve',
  'python3',
];

/** What a program may take to end. */
const PATIENCE_MS = 5000;

/** Why this machine cannot play an office, or undefined. */
export function whyNoOffice(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const missing = PROGRAMS.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const trial = spawnSync('unshare', ['--net', '--mount', 'ip', 'link', 'add', 'trial', 'type', 'veth'], {
    encoding: 'utf8',
  });
  return trial.status === 0 ? undefined : `no network namespaces here: ${trial.stderr.trim()}`;
}

/** A running program whose output can be waited for, line by line. */
export class Program {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(command: readonly string[]) {
    const [name = '', ...parameters] = command;
    this.process = spawn(name, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        for (const look of this.#waiting) look();
      });
    }
  }

  /** The first line that matches and was not there before `from`; rejects with all of the output after eight seconds. */
  line(pattern: RegExp, from = 0): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`no line like ${pattern} in:\n${this.lines.join('\n')}`));
      }, 8000);
      const look = () => {
        const found = this.lines.slice(from).find((line) => pattern.test(line));
        if (found === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Ends it, if it has not ended, by force if need be, and waits for that. */
  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    const patience = setTimeout(() => this.process.kill('SIGKILL'), PATIENCE_MS);
    await exited;
    clearTimeout(patience);
  }
}

/** A computer with avahi, in a network of its own. */
export interface Colleague {
  readonly namespace: string;
  readonly address: string;
  /** The output of a program that runs there. */
  run(...command: readonly string[]): string;
  /** A program that goes on running there. */
  start(...command: readonly string[]): Program;
}

export class OfficeNetwork {
  readonly #folder = mkdtempSync(join(tmpdir(), 'snug-lan-'));
  readonly #id = randomBytes(3).toString('hex');
  readonly #namespaces: string[] = [];
  readonly #programs: Program[] = [];
  readonly server: string;

  /** Also when nobody calls `close`: namespaces outlive the processes that made them. */
  readonly #removeNamespaces = (): void => {
    for (const namespace of this.#namespaces.splice(0)) spawnSync('ip', ['netns', 'del', namespace]);
  };

  constructor() {
    process.once('exit', this.#removeNamespaces);
    this.server = this.#namespace('server');
  }

  /** Runs a program on the server's computer. */
  startOnServer(...command: readonly string[]): Program {
    return this.#start(['ip', 'netns', 'exec', this.server, ...command]);
  }

  ip(...command: readonly string[]): void {
    execFileSync('ip', ['-n', this.server, ...command]);
  }

  /**
   * A computer at the other end of the server's interface `device`; `network` is the first three numbers of both
   * addresses, of which the server has .1 and the colleague .2.
   */
  async addColleague(device: string, network: string, hostName: string): Promise<Colleague> {
    const namespace = this.#namespace(device);
    this.#plugIn(device, network, namespace);
    const avahi = this.#start([
      'ip',
      'netns',
      'exec',
      namespace,
      'unshare',
      '--mount',
      'sh',
      '-c',
      this.#avahi(hostName),
    ]);
    await avahi.line(/Server startup complete/);
    const inside = ['nsenter', `--target=${avahi.process.pid}`, '--mount', '--net'];
    return {
      namespace,
      address: `${network}.2`,
      run: (...command) =>
        execFileSync('nsenter', [...inside.slice(1), ...command], { encoding: 'utf8', timeout: 8000 }),
      start: (...command) => this.#start([...inside, ...command]),
    };
  }

  /** Puts a cable to a colleague, whose old one was taken away, into the server's computer. */
  rejoin(colleague: Colleague, device: string, network: string): void {
    this.#plugIn(device, network, colleague.namespace);
  }

  async close(): Promise<void> {
    for (const program of this.#programs.reverse()) await program.end();
    this.#removeNamespaces();
    process.removeListener('exit', this.#removeNamespaces);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Both ends are made where they belong, so that nothing is left over in the machine's own network. */
  #plugIn(device: string, network: string, namespace: string): void {
    this.ip('link', 'add', device, 'type', 'veth', 'peer', 'name', 'lan0', 'netns', namespace);
    for (const [home, name, last] of [
      [this.server, device, 1],
      [namespace, 'lan0', 2],
    ]) {
      execFileSync('ip', ['-n', String(home), 'addr', 'add', `${network}.${last}/24`, 'dev', String(name)]);
      execFileSync('ip', ['-n', String(home), 'link', 'set', String(name), 'up']);
    }
  }

  #start(command: readonly string[]): Program {
    const program = new Program(command);
    this.#programs.push(program);
    return program;
  }

  #namespace(name: string): string {
    const namespace = `snug-${this.#id}-${name}`;
    execFileSync('ip', ['netns', 'add', namespace]);
    this.#namespaces.push(namespace);
    execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
    return namespace;
  }

  /**
   * avahi with a bus of its own, on a /run of its own; the shell ends both, and the mount ends with the shell. Programs
   * there resolve names as Debian's desktops do, if nss-mdns is installed.
   */
  #avahi(hostName: string): string {
    const configuration = join(this.#folder, `${hostName}.conf`);
    const server = `[server]\nhost-name=${hostName}\nuse-ipv6=no\nallow-interfaces=lan0\n`;
    writeFileSync(configuration, `${server}[publish]\npublish-workstation=no\n`);
    const names = join(this.#folder, 'nsswitch.conf');
    writeFileSync(names, 'hosts: files mdns4_minimal [NOTFOUND=return] dns\n');
    return [
      'mount --make-rprivate / && mount -t tmpfs tmpfs /run && mkdir /run/dbus /run/avahi-daemon',
      `mount --bind ${names} /etc/nsswitch.conf`,
      "trap 'kill $avahi $bus; wait' TERM",
      'dbus-daemon --system --nofork --nopidfile 2>/dev/null &',
      'bus=$!',
      'while [ ! -S /run/dbus/system_bus_socket ]; do sleep 0.05; done',
      `avahi-daemon --no-drop-root --no-chroot --no-rlimits -f ${configuration} &`,
      'avahi=$!',
      'wait',
    ].join('\n');
  }
}
