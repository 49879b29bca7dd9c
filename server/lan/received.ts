/** Which packets are read at all. */
import type { RemoteInfo } from 'node:dgram';
import type { DnsPacket } from 'multicast-dns';
import { MDNS_PORT } from './answers.ts';

/** RFC 6762 sections 18.3 and 18.11: anything but a plain query or response is ignored silently. */
export function isPlain({ opcode = 'QUERY', rcode = 'NOERROR' }: DnsPacket): boolean {
  return opcode === 'QUERY' && rcode === 'NOERROR';
}

/** RFC 6762 section 11: what claims to be a response of a responder comes from the responders' port. */
export function isResponse(packet: DnsPacket, from: RemoteInfo): boolean {
  return from.port === MDNS_PORT && isPlain(packet);
}
