import type { DnsRecord } from 'multicast-dns';
import { describe, expect, test } from 'vitest';
import {
  addressRecords,
  correctServiceRecords,
  directServiceRecords,
  isSameName,
  isSameRecord,
  servicesOf,
  textOf,
} from '../../server/lan/records.ts';
import { A, LAN, OFFICE, PTR, SRV, TXT } from './office-records.ts';

describe('what is announced', () => {
  test('a port that is not open has no service', () => {
    expect(servicesOf(OFFICE).map(({ type, port }) => `${type} ${port}`)).toEqual([
      'xmpp-client 5222',
      'xmpps-client 5223',
    ]);
    expect(servicesOf({ domain: 'miller.local', name: 'Miller', c2sTlsPort: 5223 })).toHaveLength(1);
    expect(servicesOf({ domain: 'miller.local', name: 'Miller' })).toEqual([]);
  });

  test('other servers are told of their ports while there are any', () => {
    const services = servicesOf({ domain: 'miller.local', name: 'Miller', s2sPort: 5269, s2sTlsPort: 5270 });
    expect(services.map(({ type, port }) => `${type} ${port}`)).toEqual(['xmpp-server 5269', 'xmpps-server 5270']);
  });

  test('every host name has the addresses of this interface, and the cache-flush bit', () => {
    const lan = { ...LAN, addresses: ['192.168.1.5', 'fd12::5'] };
    expect(addressRecords(['xn--mller-kva.local', 'müller.local'], lan)).toEqual([
      { name: 'xn--mller-kva.local', type: 'A', ttl: 120, flush: true, data: '192.168.1.5' },
      { name: 'xn--mller-kva.local', type: 'AAAA', ttl: 120, flush: true, data: 'fd12::5' },
      { name: 'müller.local', type: 'A', ttl: 120, flush: true, data: '192.168.1.5' },
      { name: 'müller.local', type: 'AAAA', ttl: 120, flush: true, data: 'fd12::5' },
    ]);
  });

  test('the text says what it is a server for, where to join, and which authority it has', () => {
    const caFingerprint = Array.from({ length: 32 }, () => 'AB').join(':');
    expect(textOf({ ...OFFICE, joinPort: 5280, caFingerprint }, LAN)).toEqual({
      txtvers: '1',
      domain: 'miller.local',
      join: 'http://192.168.1.5:5280/join',
      fp: 'ab'.repeat(32),
    });
    expect(textOf(OFFICE, LAN)).toEqual({ txtvers: '1', domain: 'miller.local' });
    expect(textOf({ ...OFFICE, domain: `${'a.'.repeat(125)}org` }, LAN)).toEqual({ txtvers: '1' });
  });

  test('the direct SRV questions are answered for a domain under .local, and for no other', () => {
    const data = { priority: 0, weight: 0, target: 'miller.local' };
    expect(directServiceRecords(OFFICE, ['miller.local'])).toEqual([
      { name: '_xmpp-client._tcp.miller.local', type: 'SRV', ttl: 120, flush: true, data: { ...data, port: 5222 } },
      { name: '_xmpps-client._tcp.miller.local', type: 'SRV', ttl: 120, flush: true, data: { ...data, port: 5223 } },
    ]);
    expect(directServiceRecords({ ...OFFICE, domain: 'chat.example.org' }, ['chat-example-org.local'])).toEqual([]);
  });
});

describe("the library's records, put right", () => {
  const enumeration: DnsRecord = {
    name: '_services._dns-sd._udp.local',
    type: 'PTR',
    ttl: 120,
    data: '_xmpp-client._tcp.local',
  };
  const { flush: _flush, ...bareSrv } = SRV;
  const made = [PTR, bareSrv, TXT, enumeration, { ...A, data: '172.17.0.1' }, { ...A, type: 'AAAA', data: 'fe80::1' }];

  test('addresses of other interfaces are gone, and what only we can say flushes caches', () => {
    expect(correctServiceRecords(made, false).map(({ type, flush }) => [type, flush])).toEqual([
      ['PTR', false],
      ['SRV', true],
      ['TXT', true],
      ['PTR', false],
    ]);
  });

  test('the goodbye leaves alone that others offer such a service', () => {
    expect(correctServiceRecords(made, true).map(({ name }) => name)).not.toContain(enumeration.name);
  });
});

describe('comparing', () => {
  test('names are the same whatever the case of their letters and their final dot', () => {
    expect(isSameName('Miller.LOCAL.', 'miller.local')).toBe(true);
    expect(isSameName('miller.local', 'muller.local')).toBe(false);
  });

  test('records are the same by name, type and contents, not by life', () => {
    expect(isSameRecord(A, { ...A, ttl: 5, flush: false, name: 'MILLER.local' })).toBe(true);
    expect(isSameRecord(A, { ...A, data: '192.168.1.6' })).toBe(false);
    expect(isSameRecord(SRV, { ...SRV, data: { priority: 0, weight: 0, port: 5222, target: 'Miller.local' } })).toBe(
      true,
    );
    expect(isSameRecord(SRV, { ...SRV, data: { port: 5223, target: 'miller.local' } })).toBe(false);
    expect(isSameRecord(TXT, { ...TXT, data: [Buffer.from('txtvers=1')] })).toBe(true);
    expect(
      isSameRecord({ ...TXT, data: [Buffer.from('ab')] }, { ...TXT, data: [Buffer.from('a'), Buffer.from('b')] }),
    ).toBe(false);
  });
});
