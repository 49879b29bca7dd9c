/** Addresses as PCP sends them: sixteen bytes, those of IPv4 in IPv6 form (RFC 6887 section 5). */
import { isIPv6, SocketAddress } from 'node:net';

const MAPPED_PREFIX = Buffer.from('00000000000000000000ffff', 'hex');

/** @param text IPv4 or IPv6, with or without an interface */
export function addressBytes(text: string): Buffer {
  if (!isIPv6(text)) return Buffer.concat([MAPPED_PREFIX, Buffer.from(text.split('.').map(Number))]);
  // The constructor of URL writes an address out in hexadecimal groups with one gap, whatever it looked like.
  const { hostname } = new URL(`http://[${text.replace(/%.*$/, '')}]`);
  const [before = '', after] = hostname.slice(1, -1).split('::');
  const head = groups(before);
  const tail = groups(after ?? '');
  const gap: readonly number[] = Array.from({ length: 8 - head.length - tail.length }, () => 0);
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...head, ...gap, ...tail].entries()) bytes.writeUInt16BE(group, index * 2);
  return bytes;
}

/** @param bytes sixteen of them */
export function addressText(bytes: Buffer): string {
  if (bytes.subarray(0, 12).equals(MAPPED_PREFIX)) return [...bytes.subarray(12, 16)].join('.');
  const written = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(':');
  return new SocketAddress({ address: written, family: 'ipv6' }).address;
}

function groups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
