/** Two servers on one network, with no internet and no DNS: found, agreed on by both hosts, and chatting. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectControl } from '../../../server/control/client.ts';
import type { PairedServerSummary, PairsOverview } from '../../../server/control/contract.ts';
import { openssl } from '../../certificates/pem-maker.ts';
import { Person } from '../federation/two-servers.ts';
import { addAccount, runSnug } from '../snug-command.ts';
import { type Computer, IsolatedNetwork, whyNoIsolation } from './isolated-network.ts';
import type { Program } from './office-network.ts';

const CLI = join(import.meta.dirname, '../../../server/cli.ts');
const IMPOSTOR = join(import.meta.dirname, 'impostor-process.ts');
const WAIT = { timeout: 25_000, interval: 300 };
const reason = whyNoIsolation();
if (reason !== undefined) process.stdout.write(`skipped: two servers on one network: ${reason}\n`);

describe.skipIf(reason !== undefined)('two servers on one network', { timeout: 90_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'snug-pairing-'));
  const miller = join(folder, 'miller');
  const smith = join(folder, 'smith');
  let network: IsolatedNetwork;
  let millers: Computer;
  let smiths: Computer;
  let alice: Person;
  let bob: Person;

  beforeAll(async () => {
    network = new IsolatedNetwork();
    millers = network.addComputer('miller', 1);
    smiths = network.addComputer('smith', 2);
    await Promise.all([serve(millers, miller, 'miller.local'), serve(smiths, smith, 'smith.local')]);
    alice = await login(millers, miller, 'alice');
    bob = await login(smiths, smith, 'bob');
  }, 60_000);

  afterAll(async () => {
    for (const person of [alice, bob]) person?.client?.drop();
    await network?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serve(computer: Computer, dataDir: string, domain: string): Promise<Program> {
    const settings = ['window.enabled=false', 'groups.everyone=false'].flatMap((setting) => ['--set', setting]);
    const program = computer.start(
      process.execPath,
      CLI,
      ...['serve', '--json', '--data', dataDir, '--domain', domain, ...settings],
    );
    await program.line(/"event":"ready"/);
    return program;
  }

  async function login(computer: Computer, dataDir: string, localpart: string): Promise<Person> {
    const port = await network.reach(computer, 5223);
    return Person.login(await addAccount(dataDir, localpart), port);
  }

  const pairs = async (dataDir: string) => (await runSnug(dataDir, 'pair', 'list')) as unknown as PairsOverview;
  const seen = async (dataDir: string, domain: string): Promise<Partial<PairedServerSummary>> =>
    (await pairs(dataDir)).servers.find((server) => server.domain === domain) ?? {};
  const problems = async (dataDir: string) =>
    ((await runSnug(dataDir, 'status')) as { readonly problems?: readonly { code: string; text: string }[] }).problems;

  test('find each other while no port for other servers is open, and show each other’s words', async () => {
    expect(millers.routes()).not.toContain('default');
    await expect.poll(() => seen(miller, 'smith.local'), WAIT).toMatchObject({ state: 'found' });
    await expect.poll(() => seen(smith, 'miller.local'), WAIT).toMatchObject({ state: 'found' });
    expect((await seen(miller, 'smith.local')).words).toBe((await pairs(smith)).words);
    expect((await seen(smith, 'miller.local')).addresses).toEqual(['192.168.88.1']);
    expect(await runSnug(miller, 'federation', 'status')).toMatchObject({ state: 'off', isPossible: false });
  });

  test('wrong words are refused, and nothing is agreed on', async () => {
    const { words } = await pairs(smith);
    const wrong = words.split(' ').reverse().join(' ');
    await expect(runSnug(miller, 'pair', 'ask', 'smith.local', '--words', wrong)).rejects.toThrow(
      /must not be trusted/,
    );
    expect(await seen(miller, 'smith.local')).toMatchObject({ state: 'found' });
  });

  test('one host asks, the other is told so, and agrees; until then nobody can chat', async () => {
    await runSnug(miller, 'pair', 'ask', 'smith.local', '--words', (await pairs(smith)).words);
    expect(await seen(miller, 'smith.local')).toMatchObject({ state: 'asking' });
    await expect.poll(() => seen(smith, 'miller.local'), WAIT).toMatchObject({ state: 'asked' });
    expect(await problems(smith)).toMatchObject([
      { code: 'pair-asked', text: 'miller.local wants to chat with this server.' },
    ]);
    alice.says(bob, 'too soon');
    await expect.poll(() => alice.returned, WAIT).toEqual(['too soon not-allowed']);
    await runSnug(smith, 'pair', 'accept', 'miller.local', '--words', (await pairs(miller)).words);
    for (const [dataDir, other] of [
      [miller, 'smith.local'],
      [smith, 'miller.local'],
    ] as const) {
      await expect.poll(() => seen(dataDir, other), WAIT).toMatchObject({ state: 'paired' });
      await expect
        .poll(() => runSnug(dataDir, 'federation', 'status'), WAIT)
        .toMatchObject({ state: 'on', isEnabled: true });
    }
    await expect.poll(() => problems(smith), WAIT).toEqual([]);
  });

  test('people become contacts, see each other and chat, each server known by the key that was agreed on', async () => {
    await expect
      .poll(() => runSnug(miller, 'federation', 'test', 'smith.local').catch(() => ({})), WAIT)
      .toMatchObject({ isReachable: true });
    await alice.befriends(bob);
    alice.says(bob, 'over the fence');
    bob.says(alice, 'and back');
    await expect.poll(() => bob.heard, WAIT).toEqual(['over the fence']);
    await expect.poll(() => alice.heard, WAIT).toEqual(['and back']);
    const { peers } = (await runSnug(miller, 'federation', 'status')) as unknown as {
      readonly peers: readonly {
        domain: string;
        outgoing: readonly { proof: string }[];
        incoming: readonly object[];
      }[];
    };
    const peer = peers.find(({ domain }) => domain === 'smith.local');
    const streams = [...(peer?.outgoing ?? []), ...(peer?.incoming ?? [])];
    expect(streams.length).toBeGreaterThan(0);
    for (const stream of streams) expect(stream).toMatchObject({ proof: 'pin' });
  });

  test('a computer that announces the name with another key, or with a copied one, gets nothing', async () => {
    const stranger = network.addComputer('impostor', 66);
    const [certificate, key] = [join(folder, 'impostor.pem'), join(folder, 'impostor-key.pem')];
    openssl(
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=smith.local'],
      ...['-addext', 'subjectAltName=DNS:smith.local', '-keyout', key, '-out', certificate],
    );
    const { fingerprint } = await pairs(smith);
    for (const claimed of ['ab'.repeat(32), fingerprint]) {
      const impostor = stranger.start(
        process.execPath,
        ...[IMPOSTOR, 'smith.local', claimed, stranger.address, certificate, key],
      );
      await impostor.line(/ready/);
      if (claimed !== fingerprint)
        await expect
          .poll(() => problems(miller), WAIT)
          .toMatchObject([{ code: 'pair-key', text: expect.stringContaining('192.168.88.66') }]);
      else
        await expect.poll(async () => (await seen(miller, 'smith.local')).addresses, WAIT).toContain(stranger.address);
      const isDialled = () => impostor.lines.some((line) => line.includes('connected'));
      const speaks = async () => {
        // The next stream has to find its way again: most often to who was heard last.
        await (await connectControl(miller)).federation.disconnect({ domain: 'smith.local' });
        alice.says(bob, `past ${claimed.slice(0, 2)}`);
        return isDialled();
      };
      if (claimed === fingerprint) await expect.poll(speaks, { ...WAIT, interval: 1_000 }).toBe(true);
      else expect(await speaks()).toBe(false);
      await expect.poll(() => bob.heard, WAIT).toContain(`past ${claimed.slice(0, 2)}`);
      await impostor.end();
      expect(isDialled()).toBe(claimed === fingerprint);
      expect(impostor.lines.filter((line) => line.includes('received'))).toEqual([]);
    }
  });

  test('another address of the other server is followed', async () => {
    smiths.moveTo('192.168.88.22');
    await expect.poll(async () => (await seen(miller, 'smith.local')).addresses, WAIT).toContain('192.168.88.22');
    await expect
      .poll(
        () => {
          alice.says(bob, 'are you there?');
          return bob.heard.includes('are you there?');
        },
        { timeout: 60_000, interval: 3_000 },
      )
      .toBe(true);
  });

  test('either host ends it: contacts go, messages come back, and the other host sees it', async () => {
    await expect.poll(() => alice.sees(`${bob.jid}/test`), WAIT).toBe('available');
    await runSnug(smith, 'pair', 'remove', 'miller.local');
    await expect.poll(() => alice.sees(`${bob.jid}/test`), WAIT).toBe('unavailable');
    await expect.poll(() => bob.sees(`${alice.jid}/test`), WAIT).toBe('unavailable');
    bob.says(alice, 'gone');
    await expect.poll(() => bob.returned.at(-1), WAIT).toBe('gone not-allowed');
    await expect.poll(() => seen(miller, 'smith.local'), WAIT).toMatchObject({ state: 'paired', hasEnded: true });
    await expect
      .poll(() => runSnug(smith, 'federation', 'status'), WAIT)
      .toMatchObject({ state: 'off', isPossible: false });
  });
});
