import { EventEmitter } from 'node:events';
import type { DnsPacket, DnsRecord, MulticastDns } from 'multicast-dns';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findConflicts, probe } from '../../server/lan/probe.ts';
import { A, packet, SRV } from './office-records.ts';

const OWN = new Set(['192.168.1.5', '10.0.0.5', 'fd12::5']);
const CLAIMED = [A, SRV];
const conflictsIn = (parts: Partial<DnsPacket>, from = '192.168.1.9') =>
  findConflicts({ packet: packet(parts), from, claimed: CLAIMED, own: () => OWN });

describe('who contests a name', () => {
  test('another address for our host', () => {
    const conflict = [{ name: 'miller.local', holder: '192.168.1.9' }];
    expect(conflictsIn({ answers: [{ ...A, name: 'MILLER.local', data: '192.168.1.9' }] })).toEqual(conflict);
    expect(conflictsIn({ additionals: [{ ...A, type: 'AAAA', data: 'fe80::9' }] })).toEqual(conflict);
  });

  test('another place for our instance', () => {
    const other = { ...SRV, data: { port: 5222, target: 'smith.local' } };
    expect(conflictsIn({ answers: [other] })).toEqual([{ name: SRV.name, holder: '192.168.1.9' }]);
  });

  test.each<[string, DnsRecord, string]>([
    ['the same from somebody who repeats it', A, '192.168.1.1'],
    ['our address in another network, which a router repeats', { ...A, data: '10.0.0.5' }, '192.168.1.1'],
    ['what we said ourselves on another interface', { ...A, data: '192.168.1.7' }, '10.0.0.5'],
    ['a goodbye', { ...A, data: '192.168.1.9', ttl: 0 }, '192.168.1.9'],
    ['another name', { ...A, name: 'smith.local', data: '192.168.1.9' }, '192.168.1.9'],
    ['another kind of record', { ...A, type: 'NSEC', data: {} }, '192.168.1.9'],
  ])('%s is no conflict', (_what, record, from) => {
    expect(conflictsIn({ answers: [record] }, from)).toEqual([]);
  });
});

describe('probing', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function probing() {
    const network = new EventEmitter();
    const asked: Partial<DnsPacket>[] = [];
    const mdns = Object.assign(network, {
      query: (query: Partial<DnsPacket>) => asked.push(query),
    }) as unknown as MulticastDns;
    const closing = new AbortController();
    const isNear = (address: string) => address.startsWith('192.168.1.');
    const signal = closing.signal;
    const options = { mdns, proposed: CLAIMED, ownAddresses: () => OWN, isNear, random: () => 0.5, signal };
    return { network, asked, closing, result: probe(options) };
  }

  test('asks three times for everything, says what it is about to claim, and then waits once more', async () => {
    const { asked, result, network } = probing();
    const settled = vi.fn();
    void result.then(settled);
    await vi.advanceTimersByTimeAsync(124);
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1 + 250 + 250);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toEqual({
      questions: [
        { name: 'miller.local', type: 'ANY', class: 'IN' },
        { name: SRV.name, type: 'ANY', class: 'IN' },
      ],
      authorities: CLAIMED.map((record) => ({ ...record, flush: false })),
    });
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(250);
    expect(settled).toHaveBeenCalledWith([]);
    expect(network.listenerCount('response') + network.listenerCount('query')).toBe(0);
  });

  test('says who answered', async () => {
    const { network, result } = probing();
    await vi.advanceTimersByTimeAsync(200);
    const answer = packet({ answers: [{ ...A, data: '192.168.1.9' }] });
    network.emit('response', answer, { address: '192.168.1.9', port: 5353 });
    network.emit('response', answer, { address: '192.168.1.9', port: 5353 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await result).toEqual([{ name: 'miller.local', holder: '192.168.1.9' }]);
  });

  test('takes no notice of who answers in another network', async () => {
    const { network, result } = probing();
    await vi.advanceTimersByTimeAsync(200);
    network.emit('response', packet({ answers: [{ ...A, data: '10.0.0.9' }] }), { address: '10.0.0.9', port: 5353 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await result).toEqual([]);
  });

  describe('when somebody else asks for the same name at the same moment', () => {
    const rival = (address: string, own = '192.168.1.9') => [
      packet({
        questions: [{ name: 'miller.local', type: 'ANY' }],
        authorities: [{ ...A, type: address.includes(':') ? 'AAAA' : 'A', data: address }],
      }),
      { address: own, port: 5353 },
    ];

    test('whose address comes earlier waits a second and asks anew', async () => {
      const { asked, network, result } = probing();
      await vi.advanceTimersByTimeAsync(200);
      network.emit('query', ...rival('192.168.1.9'));
      await vi.advanceTimersByTimeAsync(999);
      expect(asked).toHaveLength(1);
      await vi.advanceTimersByTimeAsync(500);
      expect(asked).toHaveLength(3);
      network.emit('response', packet({ answers: [{ ...A, data: '192.168.1.9' }] }), {
        address: '192.168.1.9',
        port: 5353,
      });
      await vi.advanceTimersByTimeAsync(1000);
      expect(await result).toEqual([{ name: 'miller.local', holder: '192.168.1.9' }]);
    });

    test('whose address comes later goes on', async () => {
      const { asked, network, result } = probing();
      await vi.advanceTimersByTimeAsync(200);
      network.emit('query', ...rival('192.168.1.4'));
      await vi.advanceTimersByTimeAsync(1000);
      expect(asked).toHaveLength(3);
      expect(await result).toEqual([]);
    });

    test('our own question, also one that a router repeats with another address of ours, is no rival', async () => {
      const { asked, network, result } = probing();
      await vi.advanceTimersByTimeAsync(200);
      network.emit('query', ...rival('192.168.1.200', '192.168.1.5'));
      network.emit('query', ...rival('fd12::5', '192.168.1.1'));
      await vi.advanceTimersByTimeAsync(1000);
      expect(asked).toHaveLength(3);
      expect(await result).toEqual([]);
    });

    test('who asks for ever holds the name, too', async () => {
      const { network, result } = probing();
      for (let times = 0; times < 6; times += 1) network.emit('query', ...rival('192.168.1.9'));
      expect(await result).toEqual([{ name: 'miller.local', holder: '192.168.1.9' }]);
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  test('an answer that does not come from the port of responders, or is no plain one, is ignored', async () => {
    const { network, result } = probing();
    await vi.advanceTimersByTimeAsync(200);
    const answers = [{ ...A, data: '192.168.1.9' }];
    network.emit('response', packet({ answers }), { address: '192.168.1.9', port: 40_000 });
    network.emit('response', packet({ answers, opcode: 'UPDATE' }), { address: '192.168.1.9', port: 5353 });
    network.emit('response', packet({ answers, rcode: 'NXDOMAIN' }), { address: '192.168.1.9', port: 5353 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await result).toEqual([]);
  });

  test('ends at once when it is told to', async () => {
    const { asked, closing, result } = probing();
    closing.abort();
    await result;
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
