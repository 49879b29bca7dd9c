/** The deeds about other servers of the network, and what the window and the status are told of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Config } from '../server/config/config.ts';
import { serverGroups } from '../server/config/settings.ts';
import { PairError } from '../server/federation/pairing/consents.ts';
import type { PairedServer } from '../server/federation/pairing/servers.ts';
import { createPairCarriers } from '../server/pair-carriers.ts';
import { pairDeeds, pairProblems } from '../server/pair-summaries.ts';

const SMITH = { domain: 'smith.local', fingerprint: 'bb'.repeat(32) };
const server = (more: Partial<PairedServer> = {}): PairedServer => ({
  ...SMITH,
  ...{ state: 'found', addresses: ['192.168.1.2'], sinceMs: undefined, untilMs: undefined },
  ...{ hasEnded: false, impostors: [] },
  ...more,
});

describe('deeds', () => {
  let folder: string;
  let config: Config;
  let done: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'snug-pairs-'));
    config = Config.load({ path: join(folder, 'settings.json'), groups: serverGroups, overrides: [] });
    done = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const note = (deed: string) => (domain: string) => {
    done.push(`${deed} ${domain}`);
    return Promise.resolve();
  };
  const keeper = { consent: note('consent'), refuse: note('refuse'), remove: note('remove') };

  test('consent switches chatting with other servers on where only paired ones can be meant', async () => {
    const carriers = createPairCarriers({ domain: 'miller.local', config, keeper: () => keeper });
    await carriers['pairs.consent']({ ...SMITH, domain: 'SMITH.local' });
    expect(done).toEqual(['consent smith.local']);
    expect(config.get('federation.enabled')).toBe(true);
  });

  test('consent opens no server to the whole internet', async () => {
    const carriers = createPairCarriers({ domain: 'miller.example', config, keeper: () => keeper });
    await carriers['pairs.consent'](SMITH);
    expect(config.get('federation.enabled')).toBe(false);
  });

  test('what cannot be is refused with the sentence, and switches nothing on', async () => {
    const consent = () => Promise.reject(new PairError('refused', 'smith.local shows another key now.'));
    const carriers = createPairCarriers({ domain: 'miller.local', config, keeper: () => ({ ...keeper, consent }) });
    await expect(carriers['pairs.consent'](SMITH)).rejects.toMatchObject({ name: 'DeedError', code: 'refused' });
    expect(config.get('federation.enabled')).toBe(false);
    const none = createPairCarriers({ domain: 'miller.local', config, keeper: () => undefined });
    await expect(none['pairs.remove'](SMITH)).rejects.toThrow('cannot be paired');
  });
});

describe('what needs attention', () => {
  test('is who asks, once for all of them', () => {
    const asking = [server({ state: 'asked' }), server({ domain: 'jones.local', state: 'asked' })];
    expect(pairProblems(asking)).toMatchObject([
      { code: 'pair-asked', text: 'smith.local and jones.local want to chat with this server.' },
    ]);
    expect(pairProblems([server(), server({ state: 'paired' })])).toEqual([]);
  });

  test('is a key that is another one: beside the right one, or in its place', () => {
    const impostors = [{ fingerprint: 'cc'.repeat(32), address: '192.168.1.66' }];
    const [beside] = pairProblems([server({ state: 'paired', impostors })]);
    expect(beside?.text).toBe(
      'Another computer of this network (192.168.1.66) calls itself smith.local, with another key.',
    );
    const [instead] = pairProblems([server({ state: 'paired', impostors, addresses: [] })]);
    expect(instead?.text).toBe('smith.local shows another key now (at 192.168.1.66).');
    expect(instead?.fix).toContain('once the words agree');
  });
});

describe('the overview', () => {
  const overview = (servers: readonly PairedServer[], isOpen = true, isAnnouncing = true, isConnected = false) =>
    pairDeeds({
      domain: 'miller.local',
      pairing: {
        pairs: { servers, onUpdate: () => () => undefined } as never,
        fingerprint: 'aa'.repeat(32),
        isOpen,
      },
      announcer: () => ({ isAnnouncing }),
      federation: {
        status: { state: 'on' } as never,
        summaries: [
          {
            ...{
              domain: 'rooms.smith.local',
              state: isConnected ? 'connected' : 'waiting',
              outgoing: [],
              incoming: [],
            },
            ...{ queuedStanzas: 0, queuedBytes: 0, nextAttemptAtMs: undefined },
            lastFailure: { sentence: 'Nobody answers.', atMs: 0 },
          },
        ],
        onChange: () => () => undefined,
      },
    }).overview();

  test('has the words of both, and how the connection with a paired server goes', () => {
    const paired = [server({ state: 'paired', sinceMs: 0 })];
    const { words, servers } = overview(paired);
    expect(words.split(' ')).toHaveLength(6);
    expect(servers[0]).toMatchObject({
      isConnected: false,
      failure: 'Nobody answers.',
      since: '1970-01-01T00:00:00.000Z',
    });
    expect(servers[0]?.words).not.toBe(words);
    expect(overview(paired, true, true, true).servers[0]).not.toHaveProperty('failure');
    expect(overview([server()]).servers[0]).not.toHaveProperty('failure');
  });

  test('says why other servers cannot see this one', () => {
    expect(overview([]).why).toBeUndefined();
    expect(overview([], false).why).toContain('lan.pairing');
    expect(overview([], true, false).why).toContain('not shown on the network');
  });
});
