/** The TLSA records of one target (RFC 7673 section 3, RFC 7671). */
import type { Tlsa } from '../trust/tlsa.ts';
import type { DnsResolver } from './dns-resolver.ts';
import type { Target } from './targets.ts';

/** Enough for every change of keys; more would be work for whoever wants to make some. */
const MAX_RECORDS = 16;

/**
 * Those that DNSSEC vouches for; undefined when there are none.
 *
 * @param finalHost the host at the end of its aliases, whose records come first (RFC 7671 section 7)
 * @throws DnsFailure when it cannot be known: an attacker who suppresses them must not gain by it (RFC 7673 section 3.4)
 */
export async function lookUpTlsa(
  { host, port, isSecure }: Target,
  finalHost: string,
  dns: DnsResolver,
): Promise<readonly Tlsa[] | undefined> {
  if (!isSecure) return undefined;
  for (const base of new Set([finalHost, host])) {
    const answer = await dns.query(`_${port}._tcp.${base}`, 'TLSA');
    if (!answer.isSecure || answer.records.length === 0) continue;
    return answer.records.slice(0, MAX_RECORDS).map(({ usage, selector, matchingType, association }) => ({
      usage,
      selector,
      matchingType,
      association,
      host: base,
    }));
  }
  return undefined;
}
