/**
 * The names an XMPP server proves with its certificate (RFC 6120 section 13.7.1.2): dNSName, id-on-xmppAddr and
 * SRVName (RFC 4985), and whether they cover a domain.
 */
import { domainToASCII, domainToUnicode } from 'node:url';
import { der, derObjectIdentifier, readDer, readExtension, TAG } from './der.ts';
import { addressOctets, addressText } from './ip-address.ts';

export const ID_SUBJECT_ALT_NAME = '2.5.29.17';
/** RFC 6120 section 13.7.1.4. */
const ID_ON_XMPP_ADDR = '1.3.6.1.5.5.7.8.5';
/** RFC 4985 section 2. */
const ID_ON_DNS_SRV = '1.3.6.1.5.5.7.8.7';

/** All names as they stand in the certificate: A-labels in `dns` and `srv`, Unicode in `xmppAddr`. */
export interface CertificateNames {
  readonly dns: readonly string[];
  readonly xmppAddr: readonly string[];
  readonly srv: readonly string[];
  readonly ip: readonly string[];
}

/** The domain in the form DNS and TLS carry (A-labels), in small letters; undefined when it is not a domain name. */
export function asciiDomain(domain: string): string | undefined {
  return domainToASCII(domain.replace(/\.$/, '')) || undefined;
}

/**
 * What the leaf of an installation proves: the domain and its rooms, in every form that a client may ask for. No IP
 * address: clients remember this very certificate, and a DHCP lease must not make it another one.
 */
export function namesOfDomain(domain: string): CertificateNames {
  const ascii = asciiDomain(domain) ?? domain;
  const unicode = domainToUnicode(ascii) || ascii;
  return {
    dns: [ascii, `rooms.${ascii}`],
    xmppAddr: [unicode, `rooms.${unicode}`],
    srv: [`_xmpp-client.${ascii}`, `_xmpp-server.${ascii}`],
    ip: [],
  };
}

/** The value of a subjectAltName extension (RFC 5280 section 4.2.1.6). */
export function encodeSubjectAltName(names: CertificateNames): Buffer {
  return der(
    TAG.sequence,
    ...names.dns.map((name) => der(TAG.primitive(2), Buffer.from(name, 'ascii'))),
    ...names.xmppAddr.map((name) => otherName(ID_ON_XMPP_ADDR, der(TAG.utf8String, Buffer.from(name, 'utf8')))),
    ...names.srv.map((name) => otherName(ID_ON_DNS_SRV, der(TAG.ia5String, Buffer.from(name, 'ascii')))),
    ...names.ip.flatMap((address) => addressOctets(address) ?? []).map((octets) => der(TAG.primitive(7), octets)),
  );
}

/**
 * The names of a certificate given as DER; none when it has no subjectAltName.
 * @throws RangeError when the certificate is not DER.
 */
export function readCertificateNames(certificate: Buffer): CertificateNames {
  const names = { dns: [] as string[], xmppAddr: [] as string[], srv: [] as string[], ip: [] as string[] };
  const extension = readExtension(certificate, ID_SUBJECT_ALT_NAME);
  for (const name of readDer(readDer(extension ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0))) {
    if (name.tag === TAG.primitive(2)) names.dns.push(name.content.toString('latin1').toLowerCase());
    if (name.tag === TAG.primitive(7)) names.ip.push(addressText(name.content));
    if (name.tag !== TAG.constructed(0)) continue;
    const [type, wrapped] = readDer(name.content);
    const value = readDer(wrapped?.content ?? Buffer.alloc(0))[0];
    if (type === undefined || value === undefined) continue;
    const identifier = der(type.tag, type.content);
    if (identifier.equals(derObjectIdentifier(ID_ON_XMPP_ADDR))) names.xmppAddr.push(value.content.toString('utf8'));
    if (identifier.equals(derObjectIdentifier(ID_ON_DNS_SRV)))
      names.srv.push(value.content.toString('latin1').toLowerCase());
  }
  return names;
}

/**
 * Whether a client that connects for `domain` accepts a certificate with these names. The common name does not count:
 * RFC 9525 section 2 forbids it, and no TLS library of today looks at it.
 */
export function coversDomain(names: CertificateNames, domain: string): boolean {
  const ascii = asciiDomain(domain);
  if (ascii === undefined) return false;
  return (
    names.dns.some((name) => matchesDnsName(name, ascii)) ||
    names.xmppAddr.some((name) => asciiDomain(name) === ascii) ||
    names.srv.includes(`_xmpp-client.${ascii}`)
  );
}

/** RFC 9525 section 6.3: a wildcard is the whole leftmost label, and stands for exactly one label. */
function matchesDnsName(presented: string, domain: string): boolean {
  if (!presented.startsWith('*.')) return presented === domain;
  const dot = domain.indexOf('.');
  return dot > 0 && domain.slice(dot) === presented.slice(1);
}

function otherName(identifier: string, value: Buffer): Buffer {
  return der(TAG.constructed(0), derObjectIdentifier(identifier), der(TAG.constructed(0), value));
}
