/**
 * Domainparts (RFC 7622 section 3.2): a domain name, the name of a host, or an IP address.
 *
 * Names are kept as U-labels in lower case, so that `xn--…` and its readable form are one address.
 */
import { isIPv6, SocketAddress } from 'node:net';
import { toASCII, toUnicode } from 'tr46';
import { isIdnaLabel } from './u-label.ts';

/** RFC 1034 section 3.1: 255 octets on the wire, 253 when written out; RFC 7622 does not override it. */
const MAX_NAME_LENGTH = 253;

/**
 * In UTF-16 units, to refuse cheaply before mapping. 253 octets of A-labels hold at most 253 code points, and none
 * has more than four units when it comes decomposed.
 */
const MAX_UNMAPPED_LENGTH = 1023;

/**
 * Labels of letters, digits and hyphens, without hyphens at the ends or in third and fourth place (NR-LDH labels,
 * RFC 5890 section 2.3.1). No underscore: that is for names which are not host names (RFC 8552), and no server lives
 * under one. IPv4 addresses look the same and need nothing else.
 */
const NR_LDH_NAME =
  /^(?![A-Za-z0-9]{2}--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.(?![A-Za-z0-9]{2}--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

/** RFC 6874 section 2. IPvFuture (RFC 3986) is left out, since no such address exists. */
const IPV6_LITERAL = /^\[([0-9A-Fa-f:.]+)(%25(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+)?\]$/;

/**
 * UTS #46, nontransitional, with all its checks. Its mapping covers what RFC 5895 asks for (case, width, NFC, the
 * ideographic full stop) and is the one that browsers and resolvers use.
 */
const UTS46 = {
  checkHyphens: true,
  checkBidi: true,
  checkJoiners: true,
  useSTD3ASCIIRules: true,
  transitionalProcessing: false,
} as const;

const FINAL_DOT = /[.\u3002\uFF0E\uFF61]$/u;

/** The canonical domainpart that `text` spells, or undefined when it is not one. */
export function prepareDomainpart(text: string): string | undefined {
  if (text.startsWith('[')) return prepareIpv6Literal(text);
  const name = text.replace(FINAL_DOT, ''); // RFC 7622 section 3.2: before any other step
  if (name.length <= MAX_NAME_LENGTH && NR_LDH_NAME.test(name)) return name.toLowerCase();
  return prepareInternationalName(name);
}

/** The text form of RFC 5952. The zone, which means something on one host only, is kept as it is. */
function prepareIpv6Literal(text: string): string | undefined {
  const [, address, zone = ''] = IPV6_LITERAL.exec(text) ?? [];
  if (address === undefined || !isIPv6(address)) return undefined;
  return `[${new SocketAddress({ address, family: 'ipv6' }).address}${zone}]`;
}

/** A-labels and U-labels (RFC 7622 section 3.2.1): the lengths are those of the A-labels, the result has U-labels. */
function prepareInternationalName(name: string): string | undefined {
  if (name === '' || name.length > MAX_UNMAPPED_LENGTH) return undefined;
  const ascii = toASCII(name, { ...UTS46, verifyDNSLength: true });
  if (ascii === null) return undefined;
  const { domain, error } = toUnicode(ascii, UTS46);
  return !error && domain.split('.').every(isIdnaLabel) ? domain : undefined;
}
