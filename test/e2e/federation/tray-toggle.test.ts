/**
 * The switch in the tray, thrown again and again while people of two servers chat: no message is lost without a word,
 * no port stays open, contacts are shown as they are, and nothing is left behind. SNUG_TOGGLES says how often.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AppFolder, createAppFolder } from '../../electron/app-folder.ts';
import { freshDataDirectory, startInTest } from '../../electron/desktop-in-test.ts';
import { FakeDns } from '../../federation/dialling/fake-dns.ts';
import { freePort } from '../../free-port.ts';
import { ServerInTest } from '../server-in-test.ts';
import { addAccount, runSnug } from '../snug-command.ts';
import { startSnug } from '../snug-process.ts';
import { listeningPorts, Person } from './two-servers.ts';

const TIMES = Number(process.env.SNUG_TOGGLES ?? 5);
const ROW = 'Allow chatting with other servers';
const WAIT = { timeout: 20_000, interval: 20 };
/** Between two messages of one person. */
const PACE_MS = 15;

let app: AppFolder;
beforeAll(async () => {
  app = await createAppFolder();
});
afterAll(() => app.remove());

interface Usage {
  readonly handles: number;
  readonly residentKb: number;
}

function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    handles: readdirSync(`/proc/${pid}/fd`).length,
    residentKb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]),
  };
}

/** How many, and how many of them twice. */
function arrived({ heard }: Person): string {
  return `${heard.length} (${heard.length - new Set(heard).size} twice)`;
}

test('under traffic', { timeout: 60_000 + TIMES * 15_000 }, async () => {
  const [port, portOfB] = [await freePort(), await freePort()];
  const serves = (name: string, at: number) => [{ priority: 1, weight: 1, port: at, target: name }];
  await using dns = await FakeDns.of({
    'A a.test': ['127.0.0.1'],
    'A b.test': ['127.0.0.1'],
    'SRV _xmpp-server._tcp.a.test': serves('a.test', port),
    'SRV _xmpp-server._tcp.b.test': serves('b.test', portOfB),
  });
  const dataDir = freshDataDirectory();
  const bundle = join(dataDir, 'trust.pem');
  const settings = (own: number) => ({
    'federation.port': own,
    'federation.directTlsPort': 'off',
    'dns.servers': [dns.address],
    'tls.trust': bundle,
  });
  const file = join(dataDir, 'settings.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...settings(port) }));
  // The first start chooses the domain, which the desktop app leaves to its setup.
  await (await startSnug({ dataDir, args: ['--domain', 'a.test'] })).stop();
  const b = await ServerInTest.start({
    domain: 'b.test',
    settings: Object.entries(settings(portOfB)).map(([key, value]) => `${key}=${String(value)}`),
  });
  try {
    const authorities = [dataDir, b.dataDir].map((folder) => readFileSync(join(folder, 'certificates/ca.pem'), 'utf8'));
    writeFileSync(bundle, authorities.join('\n'));
    await runSnug(b.dataDir, 'federation', 'on');

    const desktop = await startInTest({ appPath: app.path, dataDir, argv: ['--hidden'] });
    await expect.poll(() => desktop.tray().rows, WAIT).toContain(`☐ ${ROW}`);
    const { pid, ports } = (await runSnug(dataDir, 'status')) as unknown as { pid: number; ports: { c2sTls: number } };
    const alice = await Person.login(await addAccount(dataDir, 'alice'), ports.c2sTls);
    const bob = await Person.login(await addAccount(b.dataDir, 'bob'), b.process.ports.c2sTls);

    const throwSwitch = async (isOn: boolean) => {
      desktop.tray().choose(ROW);
      await expect.poll(() => desktop.tray().rows, WAIT).toContain(`${isOn ? '✓' : '☐'} ${ROW}`);
      await expect.poll(() => listeningPorts(pid).includes(port), WAIT).toBe(isOn);
    };

    await throwSwitch(true);
    await alice.befriends(bob);
    await throwSwitch(false);
    const before = usageOf(pid);

    let count = 0;
    const sent = { alice: [] as string[], bob: [] as string[] };
    const traffic = setInterval(() => {
      const id = `m${++count}`;
      alice.says(bob, id);
      bob.says(alice, id);
      sent.alice.push(id);
      sent.bob.push(id);
    }, PACE_MS);
    for (let time = 0; time < TIMES; time++) {
      await throwSwitch(true);
      await expect
        .poll(() => [alice.sees(`${bob.jid}/`), bob.sees(`${alice.jid}/`)], WAIT)
        .toEqual(['available', 'available']);
      await throwSwitch(false);
      await expect
        .poll(() => [alice.sees(`${bob.jid}/`), bob.sees(`${alice.jid}/`)], WAIT)
        .toEqual(['unavailable', 'unavailable']);
    }
    clearInterval(traffic);
    await throwSwitch(true);
    alice.says(bob, 'last');
    await expect.poll(() => bob.heard, WAIT).toContain('last');

    const lost = (from: Person, to: Person, ids: readonly string[]) => {
      const known = new Set([...to.heard, ...from.returned.map((text) => text.split(' ')[0] ?? '')]);
      return ids.filter((id) => !known.has(id));
    };
    await expect.poll(() => lost(alice, bob, sent.alice), WAIT).toEqual([]);
    await expect.poll(() => lost(bob, alice, sent.bob), WAIT).toEqual([]);
    await throwSwitch(false);
    const after = usageOf(pid);
    process.stdout.write(
      `${TIMES} times, ${count} messages each way, ${arrived(bob)} and ${arrived(alice)} arrived; ` +
        `handles ${before.handles} → ${after.handles}, resident ${before.residentKb} → ${after.residentKb} kB\n`,
    );
    expect(after.handles).toBeLessThanOrEqual(before.handles + 2);
  } finally {
    await b.close();
  }
});
