/** IP addresses as the octets that certificates carry (RFC 5280 section 4.2.1.6), and back. */
import { isIPv4, isIPv6 } from 'node:net';

const IPV6_GROUPS = 8;

/** 4 or 16 octets; undefined for what is no IP address, or one that means nothing without an interface (`fe80::1%eth0`). */
export function addressOctets(address: string): Buffer | undefined {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (!isIPv6(address) || address.includes('%')) return undefined;
  // The URL parser writes what is dotted, padded or in capital letters in one form.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groupsOf = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = Array.from({ length: IPV6_GROUPS - before.length - after.length }, () => '0');
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** The usual spelling; hexadecimal digits for what has neither 4 nor 16 octets. */
export function addressText(octets: Buffer): string {
  if (octets.length === 4) return octets.join('.');
  const hex = octets.toString('hex');
  if (octets.length !== 16) return hex;
  return new URL(`http://[${hex.match(/.{4}/g)?.join(':')}]`).hostname.slice(1, -1);
}
