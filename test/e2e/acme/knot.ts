/** Knot DNS, a name server that takes signed updates, on the loopback. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../free-port.ts';

export const hasKnot = spawnSync('knotd', ['--version']).error === undefined;

export const KEY_NAME = 'snug';
export const KEY_SECRET = Buffer.from('a secret of thirty-two bytes, ok').toString('base64');

export class Knot {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly port: number;

  static async start(zone: string, algorithm = 'hmac-sha256'): Promise<Knot> {
    const folder = mkdtempSync(join(tmpdir(), 'snug-knot-'));
    const port = await freePort();
    for (const name of ['run', 'zones', 'db']) mkdirSync(join(folder, name));
    writeFileSync(
      join(folder, 'zones', `${zone}.zone`),
      `$ORIGIN ${zone}.\n$TTL 5\n@ SOA ns root 1 60 60 60 5\n@ NS ns\nns A 127.0.0.1\nchat A 127.0.0.1\n`,
    );
    writeFileSync(
      join(folder, 'knot.conf'),
      `server:
    rundir: "${folder}/run"
    listen: [ 127.0.0.1@${port} ]
key:
  - id: ${KEY_NAME}
    algorithm: ${algorithm}
    secret: ${KEY_SECRET}
  - id: stranger
    algorithm: ${algorithm}
    secret: ${KEY_SECRET}
acl:
  - id: update
    key: ${KEY_NAME}
    action: update
database:
    storage: "${folder}/db"
template:
  - id: default
    storage: "${folder}/zones"
zone:
  - domain: ${zone}
    acl: update
`,
    );
    const child = spawn('knotd', ['-c', join(folder, 'knot.conf')], { stdio: 'ignore' });
    const knot = new Knot(folder, child, port);
    await knot.#untilUp(zone);
    return knot;
  }

  private constructor(folder: string, child: ChildProcess, port: number) {
    this.#folder = folder;
    this.#process = child;
    this.port = port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The TXT records of a name, joined. */
  async txt(name: string): Promise<readonly string[]> {
    const found = await this.#resolver()
      .resolveTxt(name)
      .catch(() => []);
    return found.map((strings) => strings.join('')).sort();
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGKILL');
      await once(this.#process, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #resolver(): Resolver {
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    resolver.setServers([this.address]);
    return resolver;
  }

  async #untilUp(zone: string): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (this.#process.exitCode !== null) throw new Error('knot did not start');
      const soa = await this.#resolver()
        .resolveSoa(zone)
        .catch(() => undefined);
      if (soa !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('knot does not answer');
  }
}
