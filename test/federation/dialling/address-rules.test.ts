import { describe, expect, test } from 'vitest';
import { type AddressRules, refuseAddress } from '../../../server/federation/dialling/address-rules.ts';
import { dnsServers, isBelieved, parseDnsServer } from '../../../server/federation/dialling/dns-servers.ts';

const rules: AddressRules = { own: () => [{ address: '203.0.113.5', port: 5269 }], allowsThisComputer: () => false };

describe('addresses that DNS gave', () => {
  test.each([
    '127.0.0.1',
    '127.8.9.10',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0.0.0.0',
    '::',
    '169.254.169.254',
    'fe80::1',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
  ])('%s is not connected to', (address) => {
    expect(refuseAddress(address, 5269, rules)).toMatch(/^is /);
  });

  test.each(['192.0.2.1', '10.0.0.1', '2001:db8::1', 'fd00::1', '::ffff:192.0.2.1'])('%s is', (address) => {
    expect(refuseAddress(address, 5269, rules)).toBeUndefined();
  });

  test('this server itself is not, in whatever spelling, but another one beside it is', () => {
    expect(refuseAddress('203.0.113.5', 5269, rules)).toBe('is this server itself');
    expect(refuseAddress('::ffff:203.0.113.5', 5269, rules)).toBe('is this server itself');
    expect(refuseAddress('203.0.113.5', 5270, rules)).toBeUndefined();
  });

  test('this computer may be allowed, but never this server itself', () => {
    const own = () => [{ address: '127.0.0.1', port: 5269 }];
    const trying: AddressRules = { own, allowsThisComputer: () => true };
    expect(refuseAddress('127.0.0.1', 5270, trying)).toBeUndefined();
    expect(refuseAddress('127.0.0.1', 5269, trying)).toBe('is this server itself');
  });
});

describe('DNS servers', () => {
  test.each([
    ['192.0.2.1', { address: '192.0.2.1', port: 53 }],
    ['192.0.2.1:5353', { address: '192.0.2.1', port: 5353 }],
    ['2001:db8::1', { address: '2001:db8::1', port: 53 }],
    ['[2001:db8::1]:5353', { address: '2001:db8::1', port: 5353 }],
    ['dns.example', undefined],
    ['192.0.2.1:0', undefined],
    ['192.0.2.1:99999', undefined],
    ['', undefined],
  ])('“%s” is read', (text, server) => {
    expect(parseDnsServer(text)).toEqual(server);
  });

  test('those of this computer are taken when none are named, and three at most', () => {
    expect(dnsServers([]).length).toBeGreaterThan(0);
    expect(dnsServers(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']).length).toBe(3);
  });

  test('only one on this computer is believed about signatures, unless somebody says that others are too', () => {
    const areBelieved = (trustsAd: boolean) =>
      ['127.0.0.53', '::1', '192.168.1.1', '2001:db8::1'].map((address) =>
        isBelieved({ address, port: 53 }, () => trustsAd),
      );
    expect(areBelieved(false)).toEqual([true, true, false, false]);
    expect(areBelieved(true)).toEqual([true, true, true, true]);
  });
});
