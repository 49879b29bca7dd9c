/** The part of an IP address that stands for one subscriber. */
import { isIPv6 } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
/** A household or a rented machine gets a /64 at least (RFC 6177) and may use any address in it. */
const SUBSCRIBER_GROUPS = 4;

/** An IPv4 address as it is, also when written as IPv6; of an IPv6 address the first 64 bits. Other text as it is. */
export function addressPrefix(address: string): string {
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [withoutZone = ''] = address.split('%');
  const [head = '', tail] = withoutZone.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const tailGroups = tail === '' ? [] : tail.split(':');
    // An embedded IPv4 address is one piece of text and two groups.
    const tailLength = tailGroups.length + (tail.includes('.') ? 1 : 0);
    while (groups.length < GROUPS - tailLength) groups.push('0');
    groups.push(...tailGroups);
  }
  const prefix = groups.slice(0, SUBSCRIBER_GROUPS).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}
