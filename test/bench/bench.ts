/**
 * `npm run bench [-- --peers] [--only chat,login] [--seconds 6] [--rounds 1] [--table]`: what a message, a login, a
 * presence, a page of history and an idle session cost, measured with the load generator that stands beside the project;
 * with `--peers` next to Debian's Prosody and ejabberd in the same run, as ratios. Prints; fails only when a run is not
 * exact.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figureOf, load, type Result, TOOLS } from './load.ts';
import { Report } from './report.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { type Server, startOurs, startPeer } from './servers.ts';

const { values } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '1' },
    raw: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
  },
});

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function measure(server: Server, scenario: Scenario, report: Report): Promise<void> {
  const result = await load(server, [...scenario.args, '--seconds', values.seconds]);
  if (values.raw) print(JSON.stringify({ server: server.name, scenario: scenario.name, ...result }));
  if (result.failed !== undefined || result.exact === false) {
    print(`${server.name} ${scenario.name}: NOT EXACT ${JSON.stringify(result)}`);
    if (server.name === 'snug') process.exitCode = 3;
  }
  report.add(scenario, server.name, figureOf(result, scenario.figure), latencyOf(result));
}

function latencyOf({ lat_ms_p50: median, lat_ms_p99: worst }: Result): string | undefined {
  return typeof median === 'number' ? `p50 ${median} p99 ${String(worst)} ms` : undefined;
}

async function main(): Promise<void> {
  if (!existsSync(join(TOOLS, 'xmpp-load.mjs'))) {
    process.stderr.write(`The load generator is not in ${TOOLS}; say where it is with SNUG_BENCH_TOOLS.\n`);
    process.exitCode = 1;
    return;
  }
  const only = values.only === '' ? undefined : values.only.split(',');
  const wanted = SCENARIOS.filter(({ name }) => only?.includes(name) ?? true);
  const report = new Report();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const kind of ['plain', 'archived'] as const) {
      const scenarios = wanted.filter((scenario) => scenario.kind === kind);
      if (scenarios.length === 0) continue;
      const peers = values.peers ? (['prosody', 'ejabberd'] as const) : [];
      const starters = [() => startOurs(kind), ...peers.map((name) => () => startPeer(name, kind))];
      for (const start of starters) {
        const server = await start();
        for (const scenario of scenarios) await measure(server, scenario, report);
        await server.stop();
      }
    }
  }
  for (const scenario of wanted) print(report.line(scenario));
  if (values.table) print(report.table(wanted));
}

await main();
