/**
 * `npm run bench [-- --peers] [--only chat,login] [--seconds 6] [--rounds 1]`: what a message, a login, a presence and
 * an idle session cost, measured with the load generator that stands beside the project; with `--peers` next to
 * Debian's Prosody and ejabberd in the same run, as ratios. Prints; fails only when a run is not exact.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startSnug } from '../e2e/snug-process.ts';

const TOOLS = resolve(process.env.SNUG_BENCH_TOOLS ?? join(import.meta.dirname, '../../../shared/bench'));
const USERS = 100;
const CONTACTS = 10;

interface Scenario {
  readonly name: string;
  readonly args: readonly string[];
  /** The figure that is compared: server CPU in milliseconds per so many things. */
  readonly figure: string;
  readonly unit: string;
}

const users = ['--users', String(USERS)];

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'idle',
    args: ['--scenario', 'idle', ...users, '--settle', '3'],
    figure: 'rss_kb_per_session',
    unit: 'KB per session',
  },
  {
    name: 'login',
    args: ['--scenario', 'login', ...users, '--concurrency', '8'],
    figure: 'server_cpu_ms_per_login',
    unit: 'CPU ms per login',
  },
  {
    name: 'chat',
    args: ['--scenario', 'chat', ...users, '--window', '1'],
    figure: 'server_cpu_ms_per_1000_msg',
    unit: 'CPU ms per 1000 messages',
  },
  {
    name: 'chat8',
    args: ['--scenario', 'chat', ...users, '--window', '8'],
    figure: 'server_cpu_ms_per_1000_msg',
    unit: 'CPU ms per 1000 messages',
  },
  {
    name: 'sm',
    args: ['--scenario', 'chat', ...users, '--window', '1', '--rich', '--sm', '--carbons'],
    figure: 'server_cpu_ms_per_1000_msg',
    unit: 'CPU ms per 1000 messages',
  },
  {
    name: 'presence',
    args: ['--scenario', 'presence', ...users, '--count', '8'],
    figure: 'server_cpu_ms_per_1000_delivery',
    unit: 'CPU ms per 1000 deliveries',
  },
];

type Result = Readonly<Record<string, unknown>>;

/** Asynchronous, so that a server of ours in this very run is not starved of its output being read. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((done) => child.on('close', () => done(output)));
}

async function load(port: number, pid: number | undefined, args: readonly string[]): Promise<Result> {
  const measured = pid === undefined ? [] : ['--pid', String(pid)];
  const output = await run(process.execPath, [
    join(TOOLS, 'xmpp-load.mjs'),
    '--port',
    String(port),
    ...measured,
    ...args,
  ]);
  const line = output.trim().split('\n').at(-1) ?? '';
  return line === '' ? { failed: 'no result' } : (JSON.parse(line) as Result);
}

interface Server {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

async function startOurs(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'snug-bench-'));
  const snug = await startSnug({
    dataDir,
    args: [
      '--domain',
      'localhost',
      '--set',
      'registration.open=true',
      '--set',
      'registration.maxPerHour=0',
      '--set',
      'log.level=warn',
    ],
  });
  await load(snug.ports.c2s, undefined, ['--scenario', 'register', ...users]);
  await load(snug.ports.c2s, undefined, ['--scenario', 'seedroster', ...users, '--contacts', String(CONTACTS)]);
  return {
    name: 'snug',
    port: snug.ports.c2s,
    pid: snug.pid,
    stop: async () => {
      await snug.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The script installs, seeds and starts a peer, and prints `name pid=… port=…`. */
async function startPeer(name: string): Promise<Server> {
  const env = {
    ...process.env,
    PEER_USERS: String(USERS),
    PEER_CONTACTS: String(CONTACTS),
    PEERS_DIR: join(tmpdir(), 'snug-bench-peers'),
  };
  const output = await run('bash', [join(TOOLS, 'peers-up.sh'), name], env);
  const [, pid, port] = /pid=(\d+) port=(\d+)/.exec(output) ?? [];
  if (pid === undefined || port === undefined) throw new Error(`${name} did not start`);
  return {
    name: name.replace(/-a$/, ''),
    port: Number(port),
    pid: Number(pid),
    stop: async () => {
      await run('bash', [join(TOOLS, 'peers-down.sh'), name], env);
    },
  };
}

function figureOf(scenario: Scenario, result: Result): number | undefined {
  const direct = result[scenario.figure];
  if (typeof direct === 'number') return direct;
  const key = Object.keys(result).find((name) => name.startsWith(scenario.figure));
  const value = key === undefined ? undefined : result[key];
  return typeof value === 'number' ? value : undefined;
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      peers: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      seconds: { type: 'string', default: '6' },
      rounds: { type: 'string', default: '1' },
      raw: { type: 'boolean', default: false },
    },
  });
  if (!existsSync(join(TOOLS, 'xmpp-load.mjs'))) {
    process.stderr.write(`The load generator is not in ${TOOLS}; say where it is with SNUG_BENCH_TOOLS.\n`);
    process.exitCode = 1;
    return;
  }
  const wanted = values.only === '' ? SCENARIOS : SCENARIOS.filter(({ name }) => values.only.split(',').includes(name));
  const starters = [startOurs, ...(values.peers ? [() => startPeer('prosody-a'), () => startPeer('ejabberd-a')] : [])];
  const figures = new Map<string, Map<string, number[]>>();
  const latencies = new Map<string, string>();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const start of starters) {
      const server = await start();
      for (const scenario of wanted) {
        const result = await load(server.port, server.pid, [...scenario.args, '--seconds', values.seconds]);
        if (values.raw) process.stdout.write(`${JSON.stringify({ server: server.name, ...result })}\n`);
        if (result.failed !== undefined || result.exact === false) {
          process.stdout.write(`${server.name} ${scenario.name}: NOT EXACT ${JSON.stringify(result)}\n`);
          if (server.name === 'snug') process.exitCode = 3;
        }
        const row = figures.get(scenario.name) ?? new Map<string, number[]>();
        const figure = figureOf(scenario, result);
        if (figure !== undefined) row.set(server.name, [...(row.get(server.name) ?? []), figure]);
        figures.set(scenario.name, row);
        if (typeof result.lat_ms_p50 === 'number') {
          latencies.set(
            `${scenario.name} ${server.name}`,
            `p50 ${result.lat_ms_p50} p99 ${String(result.lat_ms_p99)} ms`,
          );
        }
      }
      await server.stop();
    }
  }
  for (const scenario of wanted) {
    const row = figures.get(scenario.name) ?? new Map<string, number[]>();
    const ours = median(row.get('snug') ?? []);
    const cells = [...row].map(([server, list]) => {
      const value = median(list);
      const ratio =
        server === 'snug' || ours === undefined || value === undefined ? '' : ` (${(value / ours).toFixed(1)} × snug)`;
      const latency = latencies.get(`${scenario.name} ${server}`);
      return `${server} ${value?.toFixed(2)}${ratio}${latency === undefined ? '' : ` [${latency}]`}`;
    });
    process.stdout.write(`${scenario.name.padEnd(9)} ${scenario.unit.padEnd(27)} ${cells.join('   ')}\n`);
  }
}

await main();
