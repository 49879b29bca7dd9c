/** A computer behind a router that we did not write: reached from outside by each of the three protocols. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PortMappingSummary } from '../../../server/control/contract.ts';
import { HomeNetwork, ROUTER_INSIDE, ROUTER_OUTSIDE, whyNoHome } from './home-network.ts';
import type { Program } from './office-network.ts';

const PROCESS = join(import.meta.dirname, 'mapping-process.ts');
const PORT = 5269;
const reason = whyNoHome();
if (reason !== undefined) process.stdout.write(`skipped: ports behind a router: ${reason}\n`);

describe.skipIf(reason !== undefined)('behind a router', { timeout: 20_000 }, () => {
  let home: HomeNetwork;
  let snug: Program | undefined;

  beforeAll(() => {
    home = new HomeNetwork();
  });
  afterEach(() => snug?.end());
  afterAll(() => home?.close());

  /** Gives what was found out first. */
  async function startSnug(): Promise<{ readonly program: Program; readonly summary: PortMappingSummary }> {
    const program = home.start(process.execPath, PROCESS);
    snug = program;
    return { program, summary: JSON.parse(await program.line(/"state":/)) };
  }

  /** What is found out when so many seconds have passed. */
  async function nextRound(program: Program, seconds: number): Promise<PortMappingSummary> {
    const from = program.lines.length;
    program.process.stdin?.write(`${seconds}\n`);
    return JSON.parse(await program.line(/"state":/, from));
  }

  async function stop(program: Program): Promise<void> {
    program.process.stdin?.end();
    await program.line(/"stopped"/);
  }

  test.each(['PCP', 'NAT-PMP', 'UPnP'] as const)(
    'that speaks %s, the port is reached from outside, renewed, and taken back at the end',
    async (speaks) => {
      await home.startRouter({ speaks });
      expect(home.readOutside(PORT)).toBe('');
      const { program, summary } = await startSnug();
      expect(summary).toMatchObject({ state: 'on', protocol: speaks, router: ROUTER_INSIDE });
      expect(summary).toMatchObject({ externalAddress: ROUTER_OUTSIDE, hint: null });
      expect(summary.ports).toMatchObject([{ port: PORT, state: 'forwarded' }]);
      expect(home.readOutside(PORT)).toBe('welcome home');

      const end = home.leaseEnd(PORT) ?? 0;
      expect(end).toBeGreaterThan(Date.now() / 1000);
      const renew = async () => {
        await nextRound(program, 1800);
        return home.leaseEnd(PORT);
      };
      await expect.poll(renew, { timeout: 8_000, interval: 300 }).toBeGreaterThan(end);

      await stop(program);
      expect(home.leaseEnd(PORT)).toBeUndefined();
      expect(home.readOutside(PORT)).toBe('');
    },
  );

  test('that restarts, the port is asked for again as soon as the router announces itself', async () => {
    await home.startRouter({ speaks: 'PCP' });
    const { program } = await startSnug();
    expect(home.readOutside(PORT)).toBe('welcome home');
    await home.startRouter({ speaks: 'PCP' });
    expect(home.leaseEnd(PORT)).toBeUndefined();
    expect(await program.line(/"heard"/)).toContain(ROUTER_INSIDE);
    expect((await nextRound(program, 5)).state).toBe('on');
    expect(home.readOutside(PORT)).toBe('welcome home');
    await stop(program);
  });

  test.each(['PCP', 'NAT-PMP'] as const)(
    'of a provider that shares addresses, it is said that nobody gets through, by %s',
    async (speaks) => {
      home.moveRouter('100.64.7.1');
      await home.startRouter({ speaks });
      const { program, summary } = await startSnug();
      expect(summary).toMatchObject({ state: 'on', protocol: speaks, externalAddress: null });
      expect(summary.ports[0]?.text).toContain('no public address from its provider');
      expect(summary.hint).toContain('carrier-grade NAT');
      await stop(program);
      home.moveRouter(ROUTER_OUTSIDE);
    },
  );
});
