/**
 * Which domains a certificate names as servers (RFC 6120 section 13.7.1.2, RFC 9525). The common name does not count
 * (RFC 9525 section 2), and neither does any name that is for clients or for an address of a person.
 */
import { asciiDomain, type CertificateNames } from '../../certificates/certificate-names.ts';
import { readDer } from '../../certificates/der.ts';
import { prepareDomainpart } from '../../jid/domainpart.ts';
import { readObjectIdentifier } from './certificate-fields.ts';

/** RFC 6120 section 13.7.1.4. */
const ID_ON_XMPP_ADDR = '1.3.6.1.5.5.7.8.5';
/** RFC 4985 section 2. */
const ID_ON_DNS_SRV = '1.3.6.1.5.5.7.8.7';

const SERVER_SERVICE = '_xmpp-server.';

/** @param domain a prepared domainpart */
export function namesDomain({ dns, srv, xmppAddr }: CertificateNames, domain: string): boolean {
  const ascii = asciiDomain(domain);
  if (ascii === undefined) return false;
  return (
    dns.some((name) => matchesDnsName(name, ascii)) ||
    srv.includes(`${SERVER_SERVICE}${ascii}`) ||
    xmppAddr.some((name) => prepareDomainpart(name) === domain)
  );
}

/** Whether a host is named, for DANE, where signed DNS has made it the domain's (RFC 7673 section 4.2). */
export function namesHost({ dns }: CertificateNames, host: string): boolean {
  return dns.some((name) => matchesDnsName(name, host));
}

/** At most three of them, for a sentence: whoever made the certificate may have written anything there. */
export function wordsOfNames({ dns, srv, xmppAddr }: CertificateNames): string {
  const names = [...new Set([...dns, ...xmppAddr, ...srv.map((name) => name.replace(/^_[^.]*\./, ''))])];
  const readable = names.map((name) => name.replace(/[^\x20-\x7e]/g, '?').slice(0, 80));
  if (readable.length === 0) return 'no domain at all';
  return readable.slice(0, 3).join(', ') + (readable.length > 3 ? ` and ${readable.length - 3} more` : '');
}

/** The domain in an otherName that names one, whatever the service; undefined for any other. */
export function readDomainOfOtherName(content: Buffer): string | undefined {
  const [type, wrapped] = readDer(content);
  const value = readDer(wrapped?.content ?? Buffer.alloc(0))[0]?.content;
  if (value === undefined) return undefined;
  const identifier = readObjectIdentifier(type?.content);
  if (identifier === ID_ON_DNS_SRV) return value.toString('latin1').replace(/^_[^.]*\./, '');
  return identifier === ID_ON_XMPP_ADDR ? value.toString('utf8').replace(/^.*@/, '').replace(/\/.*$/, '') : undefined;
}

/** RFC 9525 section 6.3: a wildcard is the whole leftmost label, and stands for exactly one label. */
function matchesDnsName(presented: string, domain: string): boolean {
  if (!presented.startsWith('*.')) return presented === domain;
  const dot = domain.indexOf('.');
  return dot > 0 && domain.slice(dot) === presented.slice(1);
}
