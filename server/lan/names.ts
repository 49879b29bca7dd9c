/** The names under which the server appears in mDNS. */
import { domainToASCII, domainToUnicode } from 'node:url';

/** RFC 1035 section 2.3.4, also for the UTF-8 labels of DNS-SD (RFC 6763 section 4.1.1). */
const MAX_LABEL_BYTES = 63;

/**
 * The host names whose address records we publish; the first is the one that service records point to.
 *
 * A domain under `.local` is its own host name, because clients look up the domain itself. It is published in both
 * spellings when it is internationalised: programs ask with A-labels, RFC 6762 section 16 speaks of UTF-8.
 *
 * No other domain may be answered for in mDNS. There the services still need a host that can be resolved without a DNS
 * server, so one is derived: `chat.example.org` becomes `chat-example-org.local`. The computer's own host name would be
 * no substitute: whether its system publishes it, and under what name after a conflict, is not ours to know.
 */
export function hostNames(domain: string): readonly [string, ...string[]] {
  const ascii = domainToASCII(domain.replace(/\.$/, '')) || domain.toLowerCase();
  if (!isLocalDomain(domain)) return [`${cutLabel(ascii.replaceAll('.', '-')).replace(/-+$/, '')}.local`];
  const unicode = domainToUnicode(ascii);
  return unicode === '' || unicode === ascii ? [ascii] : [ascii, unicode];
}

/** Whether mDNS is where this domain is looked up (RFC 6762 section 3). */
export function isLocalDomain(domain: string): boolean {
  return /[^.]\.local\.?$/i.test(domain);
}

/** A name to propose in the place of one that cannot be used: `miller.local` becomes `miller-chat.local`. */
export function otherLocalDomain(domain: string): string {
  const labels = domain.toLowerCase().replace(/\.$/, '').split('.');
  const parts = labels.at(-1) === 'local' ? labels.slice(0, -1) : labels;
  // A name of several parts has its proposal in itself.
  const label = parts.length > 1 ? parts.join('-') : `${parts[0] ?? 'snug'}-chat`;
  return `${cutLabel(label).replace(/-+$/, '')}.local`;
}

/** Whether the computer itself already goes by one of these names in mDNS; `hostName` with or without a domain. */
export function isComputersName(hosts: readonly string[], hostName: string): boolean {
  const own = `${hostName.split('.')[0]}.local`.toLowerCase();
  return hosts.some((host) => host.toLowerCase() === own);
}

/**
 * The DNS-SD instance name as one label.
 * @param attempt counts from 1; further attempts are numbered, as people know it from printers: `Miller (2)`.
 */
export function instanceLabel(name: string, attempt = 1): string {
  // A dot would end the label: the DNS library knows no escapes. Control characters are forbidden in RFC 6763 4.1.1.
  const plain =
    name
      .replaceAll('.', '-')
      .replaceAll(/\p{Cc}/gu, ' ')
      .trim() || 'Snug';
  const suffix = attempt === 1 ? '' : ` (${attempt})`;
  return cutLabel(plain, MAX_LABEL_BYTES - suffix.length).trim() + suffix;
}

/** As many whole characters as fit. */
function cutLabel(text: string, maxBytes = MAX_LABEL_BYTES): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > maxBytes) break;
    kept += character;
  }
  return kept;
}
