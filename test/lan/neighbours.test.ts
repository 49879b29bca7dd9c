/** Other Snug servers, as their announcements tell; everybody can announce anything. */
import type { DnsPacket, DnsRecord } from 'multicast-dns';
import { beforeEach, describe, expect, test } from 'vitest';
import { Browser } from '../../server/lan/browser.ts';
import { Neighbours } from '../../server/lan/neighbours.ts';
import { FakeClock } from '../scene/fake-clock.ts';

const KEY = 'ab'.repeat(32);
const TOKEN = '0123456789abcdef';

let clock: FakeClock;
let changes: number;
let neighbours: Neighbours;
beforeEach(() => {
  clock = new FakeClock();
  changes = 0;
  neighbours = new Neighbours(
    () => clock.elapsedMs(),
    () => (changes += 1),
  );
});

const isOnLink = (address: string) => address.startsWith('192.168.1.');
const record = (name: string, type: string, data: unknown, more: Partial<DnsRecord> = {}): DnsRecord => ({
  ...{ name, type, data, ttl: 120, flush: true },
  ...more,
});
const packet = (...answers: DnsRecord[]): DnsPacket => ({
  ...{ id: 0, questions: [], authorities: [], additionals: [] },
  answers,
});

interface Said {
  readonly address?: string;
  readonly key?: string;
  readonly text?: readonly string[];
  readonly ttl?: number;
}

function announcement({ address = '192.168.1.2', key = KEY, text = [], ttl = 120 }: Said = {}): DnsRecord[] {
  const all = (['xmpp-client', 'xmpp-server'] as const).flatMap((type) => {
    const name = `Smith._${type}._tcp.local`;
    const port = type === 'xmpp-client' ? 5222 : 5269;
    const strings = ['txtvers=1', 'domain=smith.local', `pair=${key}`, ...text].map((one) => Buffer.from(one));
    return [
      record(`_${type}._tcp.local`, 'PTR', name, { flush: false }),
      record(name, 'SRV', { priority: 0, weight: 0, port, target: 'smith.local' }),
      record(name, 'TXT', strings),
    ];
  });
  return [...all, record('smith.local', 'A', address)].map((one) => ({ ...one, ttl }));
}

const hear = (from: string, ...records: DnsRecord[]) => neighbours.hear(packet(...records), from, isOnLink);

describe('a neighbour', () => {
  test('is put together from its services', () => {
    hear('192.168.1.2', ...announcement({ text: [`asks=${TOKEN},nonsense`] }));
    expect(neighbours.list).toEqual([
      {
        ...{ domain: 'smith.local', fingerprint: KEY, asks: [TOKEN], from: '192.168.1.2' },
        ...{ addresses: ['192.168.1.2'], s2sPort: 5269 },
      },
    ]);
    expect(changes).toBe(1);
    hear('192.168.1.2', ...announcement({ text: [`asks=${TOKEN},nonsense`] }));
    expect(changes).toBe(1);
  });

  test('is gone with its goodbye, or when it has not been heard for as long as it said', () => {
    hear('192.168.1.2', ...announcement());
    hear('192.168.1.2', ...announcement({ ttl: 0 }));
    expect(neighbours.list).toEqual([]);
    hear('192.168.1.2', ...announcement());
    clock.advance(119_000);
    neighbours.expire();
    expect(neighbours.list).toHaveLength(1);
    clock.advance(2_000);
    neighbours.expire();
    expect(neighbours.list).toEqual([]);
  });

  test('says something else by its next announcement', () => {
    hear('192.168.1.2', ...announcement());
    hear('192.168.1.2', ...announcement({ text: [`asks=${TOKEN}`] }));
    expect(neighbours.list[0]?.asks).toEqual([TOKEN]);
  });

  test('that has moved is known by its new address first', () => {
    hear('192.168.1.2', ...announcement());
    clock.advance(1000);
    hear('192.168.1.9', ...announcement({ address: '192.168.1.9' }));
    expect(neighbours.list.map(({ addresses }) => addresses[0])).toEqual(['192.168.1.9', '192.168.1.2']);
  });

  test('is not replaced by somebody else who speaks in its name', () => {
    hear('192.168.1.2', ...announcement());
    hear('192.168.1.66', ...announcement({ address: '192.168.1.66', key: 'cd'.repeat(32) }));
    hear('192.168.1.66', ...announcement({ ttl: 0 }));
    expect(neighbours.list.map(({ from }) => from)).toEqual(['192.168.1.2']);
  });
});

describe('what cannot be used is not there', () => {
  const without = (...types: string[]) => announcement().filter(({ type }) => !types.includes(type));
  test.each<[string, DnsRecord[]]>([
    ['no key', announcement({ key: 'short' })],
    ['no text', without('TXT')],
    ['no address', without('A')],
    ['an address of elsewhere', announcement({ address: '203.0.113.9' })],
    ['no service', without('SRV')],
    [
      'a port that is none',
      [...without('SRV'), record('Smith._xmpp-server._tcp.local', 'SRV', { port: 0, target: 'smith.local' })],
    ],
    ['data that is none', announcement().map((one) => ({ ...one, data: null }))],
    [
      'a domain that is none',
      announcement({ text: [] }).map((one) =>
        one.type === 'TXT' ? { ...one, data: [`domain=a b`, `pair=${KEY}`] } : one,
      ),
    ],
  ])('%s', (_what, records) => {
    hear('192.168.1.2', ...records);
    expect(neighbours.list).toEqual([]);
  });

  test('thousands of records from thousands of senders are bounded, and go', () => {
    for (let sender = 0; sender < 2_000; sender += 1) {
      const from = `10.0.${sender >> 8}.${sender & 255}`;
      hear(from, ...Array.from({ length: 200 }, (_, at) => record(`h${at}.local`, 'A', `192.168.1.${at}`)));
      hear(from, ...announcement());
    }
    expect(neighbours.list.length).toBeLessThanOrEqual(256);
    clock.advance(700_000);
    neighbours.expire();
    hear('192.168.1.2', ...announcement());
    expect(neighbours.list).toHaveLength(1);
  });
});

describe('the browser', () => {
  const asked: string[][] = [];
  const open = () => {
    asked.length = 0;
    return new Browser({
      clock,
      ask: (questions) => asked.push(questions.map(({ name, type }) => `${type} ${name}`)),
      onChange: () => undefined,
    });
  };

  test('asks often at first and seldom later, and again from the beginning', () => {
    const browser = open();
    browser.search();
    clock.advance(7_000);
    expect(asked).toHaveLength(4);
    expect(asked[0]).toContain('PTR _xmpp-client._tcp.local');
    clock.advance(60_000);
    expect(asked).toHaveLength(7);
    browser.search();
    expect(asked).toHaveLength(8);
    browser.stop();
    clock.advance(10_000_000);
    expect(asked).toHaveLength(8);
  });

  test('asks again for what would otherwise be taken for gone', () => {
    const browser = open();
    browser.search();
    clock.advance(8_000);
    browser.hear(packet(...announcement()), '192.168.1.2', isOnLink);
    clock.advance(92_000);
    asked.length = 0;
    clock.advance(6_000);
    expect(asked.flat()).toContain('SRV smith._xmpp-server._tcp.local'.replace('smith', 'Smith'));
    expect(browser.list).toHaveLength(1);
    clock.advance(30_000);
    expect(browser.list).toEqual([]);
  });
});
