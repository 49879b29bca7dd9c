/** The DNS records of an announcement on one interface, and when two records are the same. */
import type { DnsRecord } from 'multicast-dns';
import type { LanInterface } from './interfaces.ts';
import { isLocalDomain } from './names.ts';
import { pairingText } from './neighbour-text.ts';

/** RFC 6762 section 10: records that hold a host name or an address. */
const HOST_TTL_SECONDS = 120;
const SERVICE_ENUMERATION = '_services._dns-sd._udp.local';

export interface Announcement {
  /** The XMPP domain. */
  readonly domain: string;
  /** How the server is called in lists of services; becomes one label. */
  readonly name: string;
  /** STARTTLS; left out when nothing listens there. */
  readonly c2sPort?: number;
  /** Direct TLS (XEP-0368). */
  readonly c2sTlsPort?: number;
  /** For other servers, with STARTTLS; left out while federation is off, as is the next. */
  readonly s2sPort?: number;
  /** Direct TLS (XEP-0368). */
  readonly s2sTlsPort?: number;
  /** Where the page for new people is, by plain HTTP; left out when there is none. */
  readonly joinPort?: number;
  /** SHA-256 of the authority that clients may be asked to trust, as `AA:BB:…`. */
  readonly caFingerprint?: string;
  /** What other servers know this one by, as lower-case hexadecimal digits; left out when it wants to know none. */
  readonly pairKey?: string;
  /** Tokens of the servers of this network that its host has agreed to talk with, or wishes to. */
  readonly asks?: readonly string[];
  /** The addresses that are listened on; everything when left out. */
  readonly listening?: readonly string[];
  /** The names of the interfaces to announce on; nothing means: those that lead to people. */
  readonly interfaces?: readonly string[];
}

export interface AnnouncedService {
  readonly type: 'xmpp-client' | 'xmpps-client' | 'xmpp-server' | 'xmpps-server';
  readonly port: number;
}

export function servicesOf({ c2sPort, c2sTlsPort, s2sPort, s2sTlsPort }: Announcement): AnnouncedService[] {
  const services: AnnouncedService[] = [];
  if (c2sPort !== undefined) services.push({ type: 'xmpp-client', port: c2sPort });
  if (c2sTlsPort !== undefined) services.push({ type: 'xmpps-client', port: c2sTlsPort });
  if (s2sPort !== undefined) services.push({ type: 'xmpp-server', port: s2sPort });
  if (s2sTlsPort !== undefined) services.push({ type: 'xmpps-server', port: s2sTlsPort });
  return services;
}

/** A TXT string has at most 255 bytes with its name (RFC 1035 section 3.3.14). */
const MAX_TXT_BYTES = 255;

/** What the TXT record says. Everybody in the network reads it: no tokens, names of people or numbers of them. */
export function textOf(announcement: Announcement, lan: LanInterface): Record<string, string> {
  const { domain, joinPort, caFingerprint, pairKey, asks } = announcement;
  const text = {
    txtvers: '1',
    domain,
    ...(joinPort !== undefined && { join: `http://${lan.address}:${joinPort}/join` }),
    ...(caFingerprint !== undefined && { fp: caFingerprint.replaceAll(':', '').toLowerCase() }),
    ...pairingText(pairKey, asks),
  };
  return Object.fromEntries(
    Object.entries(text).filter(([key, value]) => Buffer.byteLength(`${key}=${value}`) <= MAX_TXT_BYTES),
  );
}

/** A and AAAA of every host name. */
export function addressRecords(hosts: readonly string[], lan: LanInterface): DnsRecord[] {
  return hosts.flatMap((name) =>
    lan.addresses.map((data) => ({
      name,
      type: data.includes(':') ? 'AAAA' : 'A',
      ttl: HOST_TTL_SECONDS,
      flush: true,
      data,
    })),
  );
}

/**
 * `_xmpp-client._tcp.<domain>` and its like, the SRV questions of RFC 6120 section 3.2.1 and XEP-0368: Apple's resolver
 * asks them by multicast for a domain under `.local`. They are no DNS-SD; no library makes them.
 */
export function directServiceRecords(announcement: Announcement, hosts: readonly [string, ...string[]]): DnsRecord[] {
  if (!isLocalDomain(announcement.domain)) return [];
  return hosts.flatMap((host) =>
    servicesOf(announcement).map(({ type, port }) => ({
      name: `_${type}._tcp.${host}`,
      type: 'SRV',
      ttl: HOST_TTL_SECONDS,
      flush: true,
      data: { priority: 0, weight: 0, port, target: hosts[0] },
    })),
  );
}

/**
 * What bonjour-service makes of a service, put right: without the addresses of every interface of the computer, and with
 * the cache-flush bit on what only we can say, without which an old address lives on in caches beside the new one.
 *
 * @param leaving for the goodbye, which must not revoke that the type of service exists: others may offer it too.
 */
export function correctServiceRecords(made: readonly DnsRecord[], leaving: boolean): DnsRecord[] {
  return made
    .filter((record) => record.type !== 'A' && record.type !== 'AAAA')
    .filter((record) => !(leaving && record.name === SERVICE_ENUMERATION))
    .map((record) => ({ ...record, flush: record.type !== 'PTR' }));
}

/** DNS compares names without regard to the case of ASCII letters (RFC 6762 section 16). */
export function isSameName(one: string, other: string): boolean {
  const fold = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/\.$/, '');
  return fold(one) === fold(other);
}

/** Whether name, type and contents agree; life and flush bit do not matter. */
export function isSameRecord(one: DnsRecord, other: DnsRecord): boolean {
  return recordKey(one) === recordKey(other);
}

/** The same text for the same record. */
export function recordKey({ name, type, data }: DnsRecord): string {
  return `${type} ${name.toLowerCase().replace(/\.$/, '')} ${contents(data)}`;
}

function contents(data: unknown): string {
  if (typeof data === 'string') return data.toLowerCase();
  // The strings of a TXT record are told apart by their lengths.
  if (Array.isArray(data)) return data.map((part) => `${part.length}:${Buffer.from(part).toString('latin1')}`).join();
  const { priority = 0, weight = 0, port, target } = data as Partial<Record<string, string | number>>;
  return [priority, weight, port, String(target).toLowerCase()].join(' ');
}
