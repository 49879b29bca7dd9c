/**
 * Computers in network namespaces on one switch, with no way out of it: no default route, no DNS server. Nothing of it
 * reaches the machine's own network, and all of it ends with `close`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './office-network.ts';

const RELAY = join(import.meta.dirname, 'relay-process.ts');

/** Why this machine cannot have such a network, or undefined. */
export function whyNoIsolation(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const trial = spawnSync('unshare', ['--net', 'ip', 'link', 'add', 'trial', 'type', 'bridge'], { encoding: 'utf8' });
  return trial.status === 0 ? undefined : `no bridges in network namespaces here: ${trial.stderr ?? 'no unshare'}`;
}

export class Computer {
  readonly namespace: string;
  readonly #started: (program: Program) => void;
  address: string;

  constructor(namespace: string, address: string, started: (program: Program) => void) {
    this.namespace = namespace;
    this.address = address;
    this.#started = started;
    this.#ip('addr', 'add', `${address}/24`, 'dev', 'lan0');
  }

  start(...command: readonly string[]): Program {
    const program = new Program(['ip', 'netns', 'exec', this.namespace, ...command]);
    this.#started(program);
    return program;
  }

  /** As when a router hands out another one. */
  moveTo(address: string): void {
    this.#ip('addr', 'del', `${this.address}/24`, 'dev', 'lan0');
    this.#ip('addr', 'add', `${address}/24`, 'dev', 'lan0');
    this.address = address;
  }

  /** What is left of the way out, which is nothing. */
  routes(): string {
    return execFileSync('ip', ['-n', this.namespace, 'route'], { encoding: 'utf8' });
  }

  #ip(...command: readonly string[]): void {
    execFileSync('ip', ['-n', this.namespace, ...command]);
  }
}

export class IsolatedNetwork {
  readonly #folder = mkdtempSync(join(tmpdir(), 'snug-isolated-'));
  readonly #id = randomBytes(3).toString('hex');
  readonly #namespaces: string[] = [];
  readonly #programs: Program[] = [];
  readonly #relays: Server[] = [];
  readonly #switch: string;

  /** Also when nobody calls `close`: namespaces outlive the processes that made them. */
  readonly #removeNamespaces = (): void => {
    for (const namespace of this.#namespaces.splice(0)) spawnSync('ip', ['netns', 'del', namespace]);
  };

  constructor() {
    process.once('exit', this.#removeNamespaces);
    this.#switch = this.#namespace('switch');
    this.#ip(this.#switch, 'link', 'add', 'ports', 'type', 'bridge', 'mcast_snooping', '0');
    this.#ip(this.#switch, 'link', 'set', 'ports', 'up');
  }

  /** `last` is the last number of its address. */
  addComputer(name: string, last: number): Computer {
    const namespace = this.#namespace(name);
    this.#ip(this.#switch, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'lan0', 'netns', namespace);
    this.#ip(this.#switch, 'link', 'set', name, 'master', 'ports', 'up');
    this.#ip(namespace, 'link', 'set', 'lan0', 'up');
    return new Computer(namespace, `192.168.88.${last}`, (program) => this.#programs.push(program));
  }

  /** A program that runs another one on the computer, for who wants to start that himself. */
  wrap(computer: Computer, program: string): string {
    const path = join(this.#folder, `${computer.address}-program`);
    writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${computer.namespace} ${program} "$@"\n`, { mode: 0o755 });
    return path;
  }

  /** A port on the loopback of the machine that leads to one on the loopback of the computer. */
  async reach(computer: Computer, port: number): Promise<number> {
    const path = join(this.#folder, `${computer.address}-${port}`);
    await computer.start(process.execPath, RELAY, path, String(port)).line(/ready/);
    const server = createServer((client) => {
      const inside = connect(path);
      for (const socket of [client, inside]) {
        socket.on('error', () => undefined);
        socket.on('close', () => {
          client.destroy();
          inside.destroy();
        });
      }
      client.pipe(inside).pipe(client);
    });
    this.#relays.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const relay of this.#relays) relay.close();
    for (const program of this.#programs.reverse()) await program.end();
    this.#removeNamespaces();
    process.removeListener('exit', this.#removeNamespaces);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #namespace(name: string): string {
    const namespace = `snug-${this.#id}-${name}`;
    execFileSync('ip', ['netns', 'add', namespace]);
    this.#namespaces.push(namespace);
    this.#ip(namespace, 'link', 'set', 'lo', 'up');
    return namespace;
  }

  #ip(namespace: string, ...command: readonly string[]): void {
    execFileSync('ip', ['-n', namespace, ...command]);
  }
}
