import { expect, test } from 'vitest';
import { addressOctets, addressText } from '../../server/certificates/ip-address.ts';

test.each([
  ['192.168.1.5', 'c0a80105', '192.168.1.5'],
  ['::', '00000000000000000000000000000000', '::'],
  ['::1', '00000000000000000000000000000001', '::1'],
  ['fd00::', 'fd000000000000000000000000000000', 'fd00::'],
  ['FD12:3456:789A:1:0:0:0:5', 'fd123456789a00010000000000000005', 'fd12:3456:789a:1::5'],
  ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001', '::ffff:a00:1'],
])('%s is %s, and back', (address, hex, text) => {
  const octets = addressOctets(address);
  expect(octets?.toString('hex')).toBe(hex);
  expect(addressText(Buffer.from(hex, 'hex'))).toBe(text);
});

test.each(['', 'miller.local', '192.168.1', 'fe80::1%eth0', '[::1]'])(
  '“%s” is no address for a certificate',
  (text) => {
    expect(addressOctets(text)).toBeUndefined();
  },
);

test('octets of another number, which only a faulty certificate has, are shown as they are', () => {
  expect(addressText(Buffer.from('0a0000', 'hex'))).toBe('0a0000');
});
