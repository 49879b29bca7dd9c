/** What kind of IP address one is, as far as reaching it from the internet goes. */
import { BlockList, isIP } from 'node:net';

/**
 * `carrier`: what a provider gives its customers behind a NAT of its own (RFC 6598) · `private`: of a local network, this
 * computer or documentation (RFC 6890) · `public`: everything else.
 */
export type AddressKind = 'public' | 'private' | 'carrier' | 'none';

const CARRIER = blockList([['100.64.0.0', 10, 'ipv4']]);
const PRIVATE = blockList([
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]);

/** IPv4 addresses in IPv6 form count as what they hold. */
export function addressKind(text: string): AddressKind {
  const address = text.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
  const family = isIP(address);
  if (family === 0) return 'none';
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (CARRIER.check(address, type)) return 'carrier';
  return PRIVATE.check(address, type) ? 'private' : 'public';
}

function blockList(networks: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits, type] of networks) list.addSubnet(network, bits, type);
  return list;
}
