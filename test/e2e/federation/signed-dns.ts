/** unbound on the loopback with zones of our own: one that is signed, one that is not, one whose signatures are wrong. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../free-port.ts';

const has = (program: string, argument: string) => spawnSync(program, [argument]).error === undefined;

export const hasSignedDns = has('unbound', '-V') && has('ldns-signzone', '-v') && has('ldns-keygen', '-v');

export interface ZoneInTest {
  readonly name: string;
  /** Lines of a master file (RFC 1035 section 5), names relative to the zone. */
  readonly records: readonly string[];
  /** `bogus`: signed, and changed afterwards. */
  readonly signing: 'signed' | 'unsigned' | 'bogus';
}

export class SignedDns implements AsyncDisposable {
  /** For the setting `dns.servers`. */
  readonly address: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(address: string, process: ChildProcess, folder: string) {
    this.address = address;
    this.#process = process;
    this.#folder = folder;
  }

  static async start(zones: readonly ZoneInTest[]): Promise<SignedDns> {
    const folder = mkdtempSync(join(tmpdir(), 'snug-dns-'));
    const port = await freePort();
    const written = zones.map((zone) => writeZone(folder, zone));
    const anchors = written.flatMap(({ anchor }) => (anchor === undefined ? [] : [`trust-anchor-file: "${anchor}"`]));
    const config = join(folder, 'unbound.conf');
    writeFileSync(
      config,
      [
        'server:',
        'interface: 127.0.0.1',
        `port: ${port}`,
        'do-daemonize: no',
        'use-syslog: no',
        'logfile: ""',
        'username: ""',
        'chroot: ""',
        `directory: "${folder}"`,
        'pidfile: ""',
        'module-config: "validator iterator"',
        'access-control: 127.0.0.0/8 allow',
        ...anchors,
        'remote-control:',
        'control-enable: no',
        ...zones.flatMap(({ name }, at) => [
          'auth-zone:',
          `name: "${name}"`,
          `zonefile: "${written[at]?.file ?? ''}"`,
          'for-downstream: no',
          'for-upstream: yes',
          'fallback-enabled: no',
        ]),
        '',
      ].join('\n'),
    );
    const process = spawn('unbound', ['-d', '-p', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    await started(process);
    return new SignedDns(`127.0.0.1:${port}`, process, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

function writeZone(folder: string, { name, records, signing }: ZoneInTest): { file: string; anchor?: string } {
  const file = join(folder, name);
  const start = [
    `$ORIGIN ${name}.`,
    '$TTL 60',
    `@ IN SOA ns.${name}. root.${name}. 1 3600 600 86400 60`,
    `@ IN NS ns.${name}.`,
    'ns IN A 127.0.0.1',
  ];
  writeFileSync(file, [...start, ...records, ''].join('\n'));
  if (signing === 'unsigned') return { file };
  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(program, [...args], { cwd: folder, encoding: 'utf8' }).trim();
  const key = run('ldns-keygen', '-r', '/dev/urandom', '-a', 'ECDSAP256SHA256', '-k', name);
  run('ldns-signzone', '-f', `${file}.signed`, file, key);
  const anchor = join(folder, readdirSync(folder).find((one) => one === `${key}.ds`) ?? '');
  if (signing === 'bogus') {
    const signed = readFileSync(`${file}.signed`, 'utf8');
    writeFileSync(`${file}.signed`, signed.replaceAll('127.0.0.1', '127.0.0.66'));
  }
  return { file: `${file}.signed`, anchor };
}

async function started(process: ChildProcess): Promise<void> {
  let log = '';
  await new Promise<void>((resolve, reject) => {
    process.stderr?.on('data', (chunk) => {
      log += String(chunk);
      if (log.includes('start of service')) resolve();
    });
    process.once('exit', () => reject(new Error(`unbound did not start: ${log}`)));
  });
  process.stderr?.resume();
}
