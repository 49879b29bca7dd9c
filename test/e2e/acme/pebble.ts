/** Pebble, Let's Encrypt's own authority for tests, on the loopback. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../free-port.ts';

export const hasPebble = spawnSync('pebble', ['-h']).error === undefined;

export interface PebbleWish {
  /** Where it looks names up. */
  readonly dnsServer: string;
  readonly httpPort: number;
  /** Of 100 nonces, how many it refuses. */
  readonly refusedNonces?: number;
}

export class Pebble {
  readonly folder = mkdtempSync(join(tmpdir(), 'snug-pebble-'));
  readonly #process: ChildProcess;
  readonly #port: number;

  static async start(wish: PebbleWish): Promise<Pebble> {
    const folder = mkdtempSync(join(tmpdir(), 'snug-pebble-files-'));
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '3650'],
        ...['-subj', '/CN=pebble in a test', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
        ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')],
      ],
      { stdio: 'ignore' },
    );
    const [port, managementPort] = [await freePort(), await freePort()];
    const config = {
      pebble: {
        listenAddress: `127.0.0.1:${port}`,
        managementListenAddress: `127.0.0.1:${managementPort}`,
        certificate: join(folder, 'cert.pem'),
        privateKey: join(folder, 'key.pem'),
        httpPort: wish.httpPort,
        tlsPort: 1,
        ocspResponderURL: '',
        externalAccountBindingRequired: false,
      },
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const child = spawn('pebble', ['-config', join(folder, 'config.json'), '-dnsserver', wish.dnsServer], {
      env: {
        ...process.env,
        PEBBLE_VA_NOSLEEP: '1',
        PEBBLE_AUTHZREUSE: '0',
        PEBBLE_WFE_NONCEREJECT: String(wish.refusedNonces ?? 5),
      },
      stdio: 'ignore',
    });
    const pebble = new Pebble(child, port, folder);
    await pebble.#untilUp();
    return pebble;
  }

  private constructor(child: ChildProcess, port: number, folder: string) {
    rmSync(this.folder, { recursive: true });
    this.folder = folder;
    this.#process = child;
    this.#port = port;
  }

  get directory(): string {
    return `https://127.0.0.1:${this.#port}/dir`;
  }

  /** The certificate of its directory, to be trusted. */
  get trustPem(): string {
    return readFileSync(this.trustPath, 'utf8');
  }

  get trustPath(): string {
    return join(this.folder, 'cert.pem');
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGKILL');
      await once(this.#process, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #untilUp(): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (this.#process.exitCode !== null) throw new Error('pebble did not start');
      if (await this.#answers()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('pebble does not answer');
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = get(this.directory, { ca: this.trustPem }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      request.on('error', () => resolve(false));
    });
  }
}
