/**
 * A home in network namespaces: a computer, the router that it is behind (Debian's miniupnpd over nftables), and somebody
 * on the other side of that. Nothing of it reaches the machine's own network, and all of it ends with `close`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from './office-network.ts';

const PROGRAMS = ['ip', 'nft', 'miniupnpd', 'bash', 'unshare'];
export const ROUTER_INSIDE = '192.168.77.1';
export const COMPUTER = '192.168.77.2';
/** miniupnpd forwards nothing unless its outer address looks public; nothing of this network leads out of the test. */
export const ROUTER_OUTSIDE = '44.128.0.1';
const SOMEBODY = '44.128.0.9';
const RULES = `
table inet filter {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    jump miniupnpd
  }
  chain miniupnpd { }
  chain input { type filter hook input priority 0; policy accept; }
  chain prerouting { type nat hook prerouting priority -100; policy accept; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; policy accept; jump postrouting_miniupnpd; }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
`;

/** Why this machine cannot play a home, or undefined. */
export function whyNoHome(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const missing = PROGRAMS.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const script = `ip link add trial type veth && echo 1 >/proc/sys/net/ipv4/ip_forward && nft -f -`;
  const trial = spawnSync('unshare', ['--net', 'sh', '-c', script], { encoding: 'utf8', input: RULES });
  return trial.status === 0 ? undefined : `no routers in network namespaces here: ${trial.stderr.trim()}`;
}

export interface RouterSettings {
  readonly speaks: 'PCP' | 'NAT-PMP' | 'UPnP';
  /** Lines of miniupnpd.conf. */
  readonly more?: readonly string[];
}

export class HomeNetwork {
  readonly #folder = mkdtempSync(join(tmpdir(), 'snug-home-'));
  readonly #id = randomBytes(3).toString('hex');
  readonly #namespaces: string[] = [];
  readonly #programs: Program[] = [];
  readonly #computer: string;
  readonly #router: string;
  readonly #somebody: string;
  #daemon: Program | undefined;

  /** Also when nobody calls `close`: namespaces outlive the processes that made them. */
  readonly #removeNamespaces = (): void => {
    for (const namespace of this.#namespaces.splice(0)) spawnSync('ip', ['netns', 'del', namespace]);
  };

  constructor() {
    process.once('exit', this.#removeNamespaces);
    this.#computer = this.#namespace('home');
    this.#router = this.#namespace('router');
    this.#somebody = this.#namespace('outside');
    this.#cable('lan', ROUTER_INSIDE, this.#computer, COMPUTER);
    this.#cable('wan', ROUTER_OUTSIDE, this.#somebody, SOMEBODY);
    execFileSync('ip', ['-n', this.#computer, 'route', 'add', 'default', 'via', ROUTER_INSIDE]);
    this.#onRouter('sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward');
  }

  /** The router forgets everything that it forwarded, and speaks one protocol from now on. */
  async startRouter({ speaks, more = [] }: RouterSettings): Promise<void> {
    await this.#daemon?.end();
    this.#onRouter('nft', 'flush', 'ruleset');
    this.#nft(RULES);
    // A router of the time before PCP, which does not answer it at all. The version is the first byte.
    if (speaks === 'NAT-PMP') this.#nft('add rule inet filter input udp dport 5351 @th,64,8 2 drop');
    const path = join(this.#folder, 'miniupnpd.conf');
    const lines = [
      'ext_ifname=wan',
      'listening_ip=lan',
      `enable_natpmp=${speaks === 'UPnP' ? 'no' : 'yes'}`,
      `enable_upnp=${speaks === 'UPnP' ? 'yes' : 'no'}`,
      'min_lifetime=120',
      'max_lifetime=600',
      `lease_file=${this.#leases}`,
      'uuid=00000000-0000-4000-8000-000000000077',
      'secure_mode=yes',
      'system_uptime=no',
      ...more,
      'allow 1024-65535 192.168.77.0/24 1024-65535',
      'deny 0-65535 0.0.0.0/0 0-65535',
    ];
    writeFileSync(path, `${lines.join('\n')}\n`);
    rmSync(this.#leases, { force: true });
    const pid = join(this.#folder, 'miniupnpd.pid');
    this.#daemon = this.#start(this.#router, ['miniupnpd', '-d', '-f', path, '-P', pid]);
    await this.#daemon.line(speaks === 'UPnP' ? /HTTP listening/ : /Listening for NAT-PMP\/PCP/);
  }

  /** Its provider gives the router another address. */
  moveRouter(address: string): void {
    execFileSync('ip', ['-n', this.#router, 'addr', 'flush', 'dev', 'wan']);
    execFileSync('ip', ['-n', this.#router, 'addr', 'add', `${address}/24`, 'dev', 'wan']);
  }

  /** A program on the computer at home. */
  start(...command: readonly string[]): Program {
    return this.#start(this.#computer, command);
  }

  /** What somebody outside reads at a port of the router; empty when nobody answers within half a second. */
  readOutside(port: number): string {
    const script = `exec 3<>/dev/tcp/${ROUTER_OUTSIDE}/${port} && head -n 1 <&3`;
    const command = ['netns', 'exec', this.#somebody, 'timeout', '0.5', 'bash', '-c', script];
    return spawnSync('ip', command, { encoding: 'utf8' }).stdout.trim();
  }

  /** When the router takes the port back by itself, in seconds since 1970; undefined when it does not forward it. */
  leaseEnd(port: number): number | undefined {
    // It is not there as long as nothing is forwarded.
    if (!existsSync(this.#leases)) return undefined;
    const line = readFileSync(this.#leases, 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`TCP:${port}:`));
    return line === undefined ? undefined : Number(line.split(':')[4]);
  }

  async close(): Promise<void> {
    for (const program of this.#programs.reverse()) await program.end();
    this.#removeNamespaces();
    process.removeListener('exit', this.#removeNamespaces);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #leases(): string {
    return join(this.#folder, 'leases');
  }

  #onRouter(...command: readonly string[]): void {
    execFileSync('ip', ['netns', 'exec', this.#router, ...command]);
  }

  #nft(rules: string): void {
    execFileSync('ip', ['netns', 'exec', this.#router, 'nft', '-f', '-'], { input: rules });
  }

  /** Both ends are made where they belong, so that nothing is left over in the machine's own network. */
  #cable(device: string, address: string, namespace: string, theirAddress: string): void {
    execFileSync('ip', [
      '-n',
      this.#router,
      'link',
      'add',
      device,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      namespace,
    ]);
    for (const [home, name, own] of [
      [this.#router, device, address],
      [namespace, 'eth0', theirAddress],
    ] as const) {
      execFileSync('ip', ['-n', home, 'addr', 'add', `${own}/24`, 'dev', name]);
      execFileSync('ip', ['-n', home, 'link', 'set', name, 'up']);
    }
  }

  #start(namespace: string, command: readonly string[]): Program {
    const program = new Program(['ip', 'netns', 'exec', namespace, ...command]);
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
}
