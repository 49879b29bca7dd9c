/**
 * What the local authority may vouch for (RFC 5280 section 4.2.1.10): installing it must not endanger anybody's other
 * traffic, also when its key is stolen later.
 *
 * A name form that is not listed is not constrained at all, so every form that a TLS client compares is listed:
 * dNSName, rfc822Name, and iPAddress, where only addresses that exist inside a network are permitted, because pages
 * that are reached by address get a leaf of their own from the same authority.
 *
 * xmppAddr and SRVName stay unlisted although RFC 4985 section 4 would allow the latter: the extension is critical,
 * OpenSSL ("unsupported name constraint type") refuses every leaf with a name of a constrained otherName form, and
 * OpenSSL is what Python's and Node's clients and most other servers verify with.
 */
import { der, readDer, readExtension, TAG } from './der.ts';

export const ID_NAME_CONSTRAINTS = '2.5.29.30';

/**
 * Address and mask: RFC 1918, RFC 3927 (link-local), loopback, RFC 4193 (unique local), and fe80::/10 and ::1 of
 * RFC 4291.
 */
const PRIVATE_NETWORKS = [
  '0a000000ff000000',
  'ac100000fff00000',
  'c0a80000ffff0000',
  'a9fe0000ffff0000',
  '7f000000ff000000',
  `fc${'00'.repeat(15)}fe${'00'.repeat(15)}`,
  `fe80${'00'.repeat(14)}ffc0${'00'.repeat(14)}`,
  `${'00'.repeat(15)}01${'ff'.repeat(16)}`,
];

/** The value of the extension that permits `domain` (A-labels), what is below it, and private addresses. */
export function encodeNameConstraints(domain: string): Buffer {
  const name = Buffer.from(domain, 'ascii');
  const permitted = [
    der(TAG.primitive(2), name),
    der(TAG.primitive(1), name),
    ...PRIVATE_NETWORKS.map((network) => der(TAG.primitive(7), Buffer.from(network, 'hex'))),
  ];
  return der(TAG.sequence, der(TAG.constructed(0), ...permitted.map((base) => der(TAG.sequence, base))));
}

/**
 * The DNS names that an authority given as DER is permitted to vouch for; empty when it is not constrained.
 * @throws RangeError when the certificate is not DER.
 */
export function readPermittedDnsNames(certificate: Buffer): string[] {
  return permittedNames(certificate, TAG.primitive(2)).map((name) => name.toString('latin1').toLowerCase());
}

export interface PermittedNetwork {
  /** Whether an address, given as its 4 or 16 octets, belongs to it. */
  has(octets: Buffer): boolean;
}

/**
 * Where an authority given as DER may vouch for addresses. Asked of the authority itself, since one that an older version
 * made may permit fewer than new ones do, and a leaf with one address too many is refused as a whole.
 * @throws RangeError when the certificate is not DER.
 */
export function readPermittedNetworks(certificate: Buffer): PermittedNetwork[] {
  return permittedNames(certificate, TAG.primitive(7)).map((network) => {
    const size = network.length / 2;
    const mask = network.subarray(size);
    return {
      has: (octets) =>
        octets.length === size && octets.every((octet, at) => (octet & (mask[at] ?? 0xff)) === network[at]),
    };
  });
}

/** The contents of all names of one form among the permitted subtrees. */
function permittedNames(certificate: Buffer, form: number): Buffer[] {
  const extension = readExtension(certificate, ID_NAME_CONSTRAINTS) ?? Buffer.alloc(0);
  return readDer(readDer(extension)[0]?.content ?? Buffer.alloc(0))
    .filter((subtrees) => subtrees.tag === TAG.constructed(0))
    .flatMap((subtrees) => readDer(subtrees.content))
    .flatMap((subtree) => readDer(subtree.content).slice(0, 1))
    .filter((base) => base.tag === form)
    .map((base) => base.content);
}
