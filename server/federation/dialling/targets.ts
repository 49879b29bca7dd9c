/** Where the server of a domain can be reached, as its DNS says (RFC 6120 section 3.2, XEP-0368). */
import { isIP } from 'node:net';
import { type DialAttempt, DialError } from './dialled.ts';
import { DnsFailure } from './dns-failure.ts';
import type { Answer, DnsResolver } from './dns-resolver.ts';
import { orderTargets, type SrvTarget } from './srv-order.ts';

export interface Target {
  /** A host name (A-labels) or, when fixed, possibly an IP address. */
  readonly host: string;
  readonly port: number;
  readonly isDirectTls: boolean;
  /** Whether DNSSEC vouches for its being the domain's target, so that its TLSA records count. */
  readonly isSecure: boolean;
}

/** The port of servers that have no SRV record (RFC 6120 section 3.2.2). */
const DEFAULT_PORT = 5269;
/** Of all records of a domain; a hundred dead ones would hold a stanza for a quarter of an hour. */
const MAX_TARGETS = 8;

/** RFC 1123 section 2.1, and underscores, which some name their hosts with. */
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/**
 * Names that no DNS knows, because they mean something else on every network: RFC 6761, RFC 6762, RFC 7686, RFC 8375,
 * and those that homes and companies use inside.
 */
const LOCAL_SUFFIX =
  /(?:^|\.)(?:local|localhost|localdomain|lan|internal|intranet|private|home\.arpa|invalid|onion|alt)$/;

/** Why the server of `domain` (A-labels) is not looked for in DNS, as a sentence. */
export function whyNotInDns(domain: string): string | undefined {
  if (isIP(domain.replace(/^\[(.*)\]$/, '$1')) !== 0)
    return `${domain} is an IP address, and servers find each other by name.`;
  if (!HOST_NAME.test(domain)) return `“${domain}” is not a domain name.`;
  if (LOCAL_SUFFIX.test(domain) || !domain.includes('.'))
    return `${domain} exists on a local network only and cannot be found by other servers.`;
  return undefined;
}

/**
 * The targets in the order in which they are to be tried.
 * @throws DialError when the domain says that it has none, or when DNS does not say
 */
export async function findTargets(domain: string, dns: DnsResolver, random: () => number): Promise<readonly Target[]> {
  const [plain, direct] = await Promise.all([
    ask(dns, `_xmpp-server._tcp.${domain}`),
    ask(dns, `_xmpps-server._tcp.${domain}`),
  ]);
  const found = [...targetsOf(plain, false), ...targetsOf(direct, true)];
  const offered = found.filter(({ host }) => host !== '.');
  if (offered.length > 0) {
    const usable = orderTargets(offered, random).filter(({ host }) => HOST_NAME.test(host) && isIP(host) === 0);
    if (usable.length > 0) return usable.slice(0, MAX_TARGETS);
    throw new DialError('remote-server-not-found', `The SRV records of ${domain} name no host that can exist.`);
  }
  // A failure is not “there is none”: falling back on it would let whoever can cause it choose the server.
  if (plain instanceof DnsFailure) throw dnsError(domain, plain);
  if (found.length > 0)
    throw new DialError('remote-server-not-found', `${domain} says in its DNS that it has no server for chat.`);
  return [{ host: domain, port: DEFAULT_PORT, isDirectTls: false, isSecure: plain.isSecure }];
}

/** The sentence for a question that got no answer. */
export function dnsError(domain: string, failure: DnsFailure, attempts: readonly DialAttempt[] = []): DialError {
  const condition = failure.kind === 'timeout' ? 'remote-server-timeout' : 'remote-server-not-found';
  return new DialError(condition, `The server of ${domain} could not be looked up: ${failure.message}.`, attempts, {
    cause: failure,
  });
}

async function ask(dns: DnsResolver, name: string): Promise<Answer<'SRV'> | DnsFailure> {
  try {
    return await dns.query(name, 'SRV');
  } catch (error) {
    if (error instanceof DnsFailure) return error;
    throw error;
  }
}

function targetsOf(answer: Answer<'SRV'> | DnsFailure, isDirectTls: boolean): readonly (SrvTarget & Target)[] {
  if (answer instanceof DnsFailure) return [];
  return answer.records.map(({ priority, weight, port, target }) => ({
    priority,
    weight,
    port,
    host: target,
    isDirectTls,
    isSecure: answer.isSecure,
  }));
}
