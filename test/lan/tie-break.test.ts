import type { DnsRecord } from 'multicast-dns';
import { expect, test } from 'vitest';
import { compareClaims } from '../../server/lan/tie-break.ts';
import { A, SRV } from './office-records.ts';

const at = (data: string): DnsRecord => ({ ...A, type: data.includes(':') ? 'AAAA' : 'A', data });
const order = (ours: readonly DnsRecord[], theirs: readonly DnsRecord[]) => Math.sign(compareClaims(ours, theirs));

test('RFC 6762 section 8.2: of two addresses the numerically later one wins', () => {
  expect(order([at('169.254.99.200')], [at('169.254.200.50')])).toBe(-1);
  expect(order([at('169.254.200.50')], [at('169.254.99.200')])).toBe(1);
});

test('who says the same has not lost', () => {
  expect(order([at('10.0.0.5'), at('fd12::5')], [at('fd12:0::5'), at('10.0.0.5')])).toBe(0);
});

test('section 8.2.1: who runs out of records first has lost', () => {
  expect(order([at('10.0.0.5')], [at('10.0.0.5'), at('fd12::5')])).toBe(-1);
  expect(order([at('10.0.0.5'), at('fd12::5')], [at('10.0.0.5')])).toBe(1);
});

test('the type counts before the contents', () => {
  expect(order([at('10.0.0.5')], [at('fd12::5')])).toBe(-1);
  expect(order([at('200.0.0.5')], [at('::1')])).toBe(-1);
});

test('services compare by priority, weight, port and target', () => {
  const srv = (port: number, target: string): DnsRecord => ({ ...SRV, data: { port, target } });
  expect(order([srv(5222, 'zoe.local')], [srv(5223, 'anna.local')])).toBe(-1);
  expect(order([srv(5222, 'zoe.local')], [srv(5222, 'eva.local')])).toBe(1);
});

test('texts and what nobody knows compare without an error', () => {
  const txt = (data: unknown): DnsRecord => ({ ...A, type: 'TXT', data });
  expect(order([txt([Buffer.from('b')])], [txt([Buffer.from('a')])])).toBe(1);
  for (const data of [null, undefined, 5, {}, 'text', [], Buffer.from('x')]) {
    for (const type of ['A', 'AAAA', 'SRV', 'TXT', 'PTR', 'UNKNOWN_77']) {
      expect(compareClaims([{ ...A, type, data }], [{ ...A, type, data }])).toBe(0);
    }
  }
});
