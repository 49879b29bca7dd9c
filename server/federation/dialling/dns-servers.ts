/** Which servers answer our questions about names, and whose word that an answer was validated counts. */
import { Resolver as SystemResolver } from 'node:dns';
import { BlockList, isIP, isIPv6 } from 'node:net';

export interface DnsServer {
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53;
/** As many as a C library asks (MAXNS in resolv.h). */
const MAX_SERVERS = 3;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`; undefined for anything else. */
export function parseDnsServer(text: string): DnsServer | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const address = isIPv6(text.replace(/%.*$/, '')) ? text : (bracketed ?? plain ?? '');
  const portNumber = port === undefined || address === text ? DNS_PORT : Number(port);
  return isIP(address) === 0 || portNumber < 1 || portNumber > 65_535 ? undefined : { address, port: portNumber };
}

/** The servers named, or else those of the system, which are read anew because a laptop changes its network. */
export function dnsServers(named: readonly string[]): readonly DnsServer[] {
  const texts = named.length > 0 ? named : new SystemResolver().getServers();
  return texts.flatMap((text) => parseDnsServer(text) ?? []).slice(0, MAX_SERVERS);
}

/**
 * Whether the AD bit of this server's answers counts. Anybody on the way can set the bit, and only to this computer
 * itself there is no way between (RFC 4035 section 4.9.3); of any other server somebody has to say so, with `trustsAd`.
 */
export function isBelieved({ address }: DnsServer, trustsAd: () => boolean): boolean {
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') || trustsAd();
}
