/** Servers of one network that both hosts have agreed on. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AnnouncedServer, consentToken, Pairs } from '../../../server/federation/pairing/pairs.ts';
import { PAIRING_MIGRATIONS } from '../../../server/federation/pairing/store.ts';
import { createLogger } from '../../../server/log/log.ts';
import { Database } from '../../../server/store/database.ts';
import { FakeClock } from '../../scene/fake-clock.ts';

const OWN = 'aa'.repeat(32);
const SMITH = 'bb'.repeat(32);
const OTHER = 'cc'.repeat(32);
const OUR_TOKEN = consentToken('miller.local', OWN);
const DAY_MS = 86_400_000;

let database: Database;
let clock: FakeClock;
let neighbours: AnnouncedServer[];
let pairs: Pairs;
let changes: string[];

const smith = (more: Partial<AnnouncedServer> = {}): AnnouncedServer => ({
  domain: 'smith.local',
  fingerprint: SMITH,
  asks: [],
  from: '192.168.1.2',
  addresses: ['192.168.1.2'],
  s2sPort: 5269,
  ...more,
});

function open(): Pairs {
  changes = [];
  const opened = new Pairs({
    domain: 'miller.local',
    fingerprint: () => OWN,
    neighbours: () => neighbours,
    reader: database.reader,
    writer: database.writer,
    clock,
  });
  opened.onChange((domain) => changes.push(domain));
  return opened;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const states = () => pairs.servers.map(({ domain, state }) => `${domain} ${state}`);

beforeEach(() => {
  database = Database.inMemory({
    migrations: PAIRING_MIGRATIONS,
    log: createLogger('silent', { write: () => undefined }),
  });
  clock = new FakeClock();
  neighbours = [smith()];
  pairs = open();
});
afterEach(() => database.close());

describe('consent', () => {
  test('of one host alone makes no pair, and is announced for the other to see', async () => {
    await pairs.consent('smith.local', SMITH);
    expect(states()).toEqual(['smith.local asking']);
    expect(pairs.tokens).toEqual([consentToken('smith.local', SMITH)]);
    expect([pairs.isEmpty, pairs.has('smith.local'), pairs.pinsOf('smith.local')]).toEqual([true, false, []]);
    expect(changes).toEqual([]);
  });

  test('of both makes one, whoever came first, and it outlives a restart', async () => {
    await pairs.consent('smith.local', SMITH);
    neighbours = [smith({ asks: [OUR_TOKEN] })];
    pairs.heard();
    pairs.heard();
    await settled();
    expect(states()).toEqual(['smith.local paired']);
    expect(changes).toEqual(['smith.local']);
    pairs = open();
    expect(pairs.has('smith.local')).toBe(true);
    expect(pairs.pinsOf('rooms.smith.local')).toEqual([SMITH]);
    expect(pairs.has('blacksmith.local')).toBe(false);
  });

  test('to somebody who asks makes a pair at once', async () => {
    neighbours = [smith({ asks: ['0123456789abcdef', OUR_TOKEN] })];
    expect(states()).toEqual(['smith.local asked']);
    await pairs.consent('smith.local', SMITH);
    expect(states()).toEqual(['smith.local paired']);
    expect(changes).toEqual(['smith.local']);
  });

  test('holds for the key that was seen, and for no other', async () => {
    await expect(pairs.consent('smith.local', OTHER)).rejects.toThrow('smith.local shows another key now.');
    await expect(pairs.consent('jones.local', OTHER)).rejects.toThrow('There is no jones.local on this network');
    await pairs.consent('smith.local', SMITH);
    neighbours = [smith({ fingerprint: OTHER, asks: [OUR_TOKEN] })];
    pairs.heard();
    await settled();
    expect(states()).toEqual(['smith.local asking']);
    await expect(pairs.consent('smith.local', OTHER)).rejects.toThrow('End that first.');
    await expect(pairs.consent('smith.local', SMITH)).rejects.toThrow('already');
  });

  test('of the other host to a former key of ours is none', () => {
    neighbours = [smith({ asks: [consentToken('miller.local', OTHER)] })];
    expect(states()).toEqual(['smith.local found']);
  });

  test('that nobody answers is withdrawn after a week', async () => {
    await pairs.consent('smith.local', SMITH);
    clock.advance(6 * DAY_MS);
    await settled();
    expect(states()).toEqual(['smith.local asking']);
    clock.advance(2 * DAY_MS);
    await settled();
    expect(states()).toEqual(['smith.local found']);
    expect(pairs.tokens).toEqual([]);
  });

  test('is told only on a network where the other server is', async () => {
    await pairs.consent('smith.local', SMITH);
    neighbours = [];
    expect(pairs.tokens).toEqual([]);
    expect(pairs.servers).toMatchObject([{ domain: 'smith.local', addresses: [] }]);
  });
});

describe('refusing and ending', () => {
  test('who was refused is not shown as asking again, also after a restart', async () => {
    neighbours = [smith({ asks: [OUR_TOKEN] })];
    await pairs.refuse('smith.local', SMITH);
    pairs = open();
    expect(states()).toEqual(['smith.local found']);
    await expect(pairs.refuse('smith.local', SMITH)).rejects.toThrow('does not ask');
  });

  test('goodbye is said while the pair still stands, and then nothing is left of it', async () => {
    neighbours = [smith({ asks: [OUR_TOKEN] })];
    await pairs.consent('smith.local', SMITH);
    const parted: string[] = [];
    pairs.onParting((domain) => {
      parted.push(`${domain} ${pairs.has(domain)}`);
      return Promise.resolve();
    });
    await pairs.remove('smith.local');
    expect(parted).toEqual(['smith.local true']);
    expect(changes).toEqual(['smith.local', 'smith.local']);
    expect(pairs.isEmpty).toBe(true);
    // The other still announces its consent: that is no new question.
    expect(states()).toEqual(['smith.local found']);
    await expect(pairs.remove('smith.local')).rejects.toThrow('not connected');
  });

  test('who has changed his mind can agree after all', async () => {
    neighbours = [smith({ asks: [OUR_TOKEN] })];
    await pairs.refuse('smith.local', SMITH);
    await pairs.consent('smith.local', SMITH);
    expect(states()).toEqual(['smith.local paired']);
  });

  test('that the other host has ended it is seen, and changes nothing by itself', async () => {
    neighbours = [smith({ asks: [OUR_TOKEN] })];
    await pairs.consent('smith.local', SMITH);
    neighbours = [smith()];
    pairs.heard();
    expect(pairs.servers).toMatchObject([{ state: 'paired', hasEnded: true }]);
    expect(pairs.has('smith.local')).toBe(true);
  });
});

describe('where a paired server is dialled', () => {
  const hosts = () => pairs.targets('smith.local')?.map(({ host, port }) => `${host}:${port}`);
  beforeEach(async () => {
    neighbours = [smith({ asks: [OUR_TOKEN], s2sTlsPort: 5270 })];
    await pairs.consent('smith.local', SMITH);
  });

  test('is where it announces itself, by TLS from the first byte first', () => {
    expect(hosts()).toEqual(['192.168.1.2:5270', '192.168.1.2:5269']);
    neighbours = [smith({ addresses: ['192.168.1.9'] }), smith()];
    expect(pairs.targets('rooms.smith.local')?.[0]).toEqual({ host: '192.168.1.9', port: 5269, isDirectTls: false });
    pairs.connected('smith.local');
    expect(hosts()).toEqual(['192.168.1.9:5269', '192.168.1.2:5269']);
  });

  test('is never where another key is announced; DNS is not asked either', () => {
    neighbours = [smith({ fingerprint: OTHER, from: '192.168.1.66', addresses: ['192.168.1.66'] })];
    expect(() => hosts()).toThrow('smith.local is not to be seen on this network at the moment.');
    expect(pairs.servers).toMatchObject([{ impostors: [{ fingerprint: OTHER, address: '192.168.1.66' }] }]);
  });

  test('begins with direct TLS, where a copied announcement is found out before anything is said', () => {
    neighbours = [smith({ addresses: ['192.168.1.66'] }), smith({ s2sTlsPort: 5270 })];
    for (const _ of [1, 2]) expect(hosts()).toEqual(['192.168.1.2:5270', '192.168.1.66:5269', '192.168.1.2:5269']);
  });

  test('without it begins elsewhere after each vain attempt, so that a copied announcement cannot keep it out', () => {
    neighbours = [smith({ addresses: ['192.168.1.66'] }), smith()];
    expect([hosts()?.[0], hosts()?.[0], hosts()?.[0]]).toEqual([
      '192.168.1.66:5269',
      '192.168.1.2:5269',
      '192.168.1.66:5269',
    ]);
    pairs.connected('smith.local');
    expect(hosts()?.[0]).toBe('192.168.1.66:5269');
  });

  test('is left to DNS for other domains', () => {
    expect(pairs.targets('example.org')).toBeUndefined();
  });

  test('may be a link-local address, if it is the one of a pair', () => {
    neighbours = [smith({ addresses: ['169.254.7.7'] }), smith({ fingerprint: OTHER, addresses: ['169.254.9.9'] })];
    expect(pairs.isAddressOfPair('169.254.7.7')).toBe(true);
    expect(pairs.isAddressOfPair('169.254.9.9')).toBe(false);
  });
});

test('a crowd of strangers neither fills the page nor shouts', () => {
  neighbours = Array.from({ length: 200 }, (_, at) =>
    smith({ domain: `crowd-${at}.local`, asks: [OUR_TOKEN], from: `192.168.1.${at}` }),
  );
  expect(pairs.servers).toHaveLength(20);
  expect(pairs.servers.filter(({ state }) => state === 'asked')).toHaveLength(5);
});

test('who goes by our own name is no neighbour', () => {
  neighbours = [smith({ domain: 'miller.local', asks: [OUR_TOKEN] })];
  expect(pairs.servers).toEqual([]);
});
