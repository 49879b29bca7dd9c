/** What a certificate says about itself (RFC 5280 section 4), as far as judging a path needs it. */
import type { KeyObject, X509Certificate } from 'node:crypto';
import { der, readDer, TAG } from '../../certificates/der.ts';

/** One GeneralName (RFC 5280 section 4.2.1.6): its context tag's number, and its contents. */
export interface GeneralName {
  readonly form: number;
  readonly content: Buffer;
}

/** The forms of GeneralName. */
export const NAME_FORM = { otherName: 0, rfc822Name: 1, dNSName: 2, directoryName: 4, uri: 6, iPAddress: 7 } as const;

export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

export interface CertificateFields {
  readonly certificate: X509Certificate;
  /** 1 or 3. */
  readonly version: number;
  /** Whether subject and issuer are the same name. */
  readonly isSelfIssued: boolean;
  /** Names as DER. */
  readonly subject: Buffer;
  /** SubjectPublicKeyInfo as it stands in the certificate. */
  readonly publicKeyInfo: Buffer;
  /** Undefined when OpenSSL cannot read it or does not know its kind, which shows only when it is asked for. */
  readonly publicKey: KeyObject | undefined;
  /** What it is signed with: identifier, and its parameters as DER. */
  readonly signature: { readonly identifier: string; readonly parameters: Buffer };
  /** Undefined when there is no such extension. */
  readonly basicConstraints: { readonly isAuthority: boolean; readonly pathLength: number | undefined } | undefined;
  /** Whether the key may sign certificates; undefined when the key's use is not limited. */
  readonly maySignCertificates: boolean | undefined;
  /** Identifiers of the purposes; undefined when they are not limited. */
  readonly purposes: readonly string[] | undefined;
  readonly alternativeNames: readonly GeneralName[];
  readonly nameConstraints: NameConstraints | undefined;
  /** Identifiers of critical extensions that nobody here understands, so that the certificate must be refused. */
  readonly unknownCritical: readonly string[];
}

const ID = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
};
/** Policies are understood in so far as none is asked for (RFC 5280 section 6.1.1, any-policy). */
const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(ID));
const KEY_CERT_SIGN = 0x04;
const INTEGER = 0x02;

/** @throws RangeError when it is not what RFC 5280 describes. */
export function readCertificateFields(certificate: X509Certificate): CertificateFields {
  const [toBeSigned, signatureAlgorithm] = sequence(readDer(certificate.raw)[0]?.content);
  const fields = sequence(toBeSigned?.content);
  const version = fields[0]?.tag === TAG.constructed(0) ? (readDer(fields[0].content)[0]?.content[0] ?? 0) + 1 : 1;
  const [, innerAlgorithm, issuer, , subject, publicKeyInfo, ...rest] = version === 1 ? fields : fields.slice(1);
  if (issuer === undefined || subject === undefined || publicKeyInfo === undefined)
    throw new RangeError('a certificate that lacks a field');
  // RFC 5280 section 4.1.1.2: they must be the same, or what was signed says something else than what is verified.
  if (!bytes(innerAlgorithm).equals(bytes(signatureAlgorithm)))
    throw new RangeError('a certificate with two signature algorithms');
  const [identifier, parameters] = sequence(signatureAlgorithm?.content);
  const extensions = readExtensions(rest.find(({ tag }) => tag === TAG.constructed(3))?.content);
  const extensionValue = (id: string) => {
    const value = extensions.get(id)?.value;
    return value === undefined ? undefined : readDer(value)[0];
  };
  return {
    certificate,
    version,
    isSelfIssued: bytes(subject).equals(bytes(issuer)),
    subject: bytes(subject),
    publicKeyInfo: bytes(publicKeyInfo),
    publicKey: readPublicKey(certificate),
    signature: { identifier: readObjectIdentifier(identifier?.content), parameters: bytes(parameters) },
    basicConstraints: readBasicConstraints(extensionValue(ID.basicConstraints)?.content),
    maySignCertificates: readMaySign(extensionValue(ID.keyUsage)?.content),
    purposes: readPurposes(extensionValue(ID.extendedKeyUsage)?.content),
    alternativeNames: readGeneralNames(extensionValue(ID.subjectAltName)?.content),
    nameConstraints: readNameConstraints(extensionValue(ID.nameConstraints)?.content),
    unknownCritical: [...extensions].flatMap(([id, { isCritical }]) => (isCritical && !UNDERSTOOD.has(id) ? [id] : [])),
  };
}

function readPublicKey(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

/** The dotted form. @throws RangeError when there is none */
export function readObjectIdentifier(content: Buffer | undefined): string {
  if (content === undefined || content.length === 0) throw new RangeError('an object identifier that is missing');
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...others] = arcs;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...others].join('.');
}

interface Extension {
  readonly isCritical: boolean;
  readonly value: Buffer;
}

function readExtensions(content: Buffer | undefined): Map<string, Extension> {
  const extensions = new Map<string, Extension>();
  if (content === undefined) return extensions;
  for (const extension of sequence(readDer(content)[0]?.content)) {
    const fields = readDer(extension.content);
    const id = readObjectIdentifier(fields[0]?.content);
    const value = fields.at(-1);
    // RFC 5280 section 4.2: not twice; which one would count?
    if (value?.tag !== TAG.octetString || extensions.has(id)) throw new RangeError('an extension that is wrong');
    const isCritical = fields[1]?.tag === TAG.boolean && fields[1].content[0] !== 0;
    extensions.set(id, { isCritical, value: value.content });
  }
  return extensions;
}

function readBasicConstraints(content: Buffer | undefined): CertificateFields['basicConstraints'] {
  if (content === undefined) return undefined;
  const fields = readDer(content);
  const isAuthority = fields.some(({ tag, content: flag }) => tag === TAG.boolean && flag[0] !== 0);
  const length = fields.find(({ tag }) => tag === INTEGER)?.content;
  if (length === undefined) return { isAuthority, pathLength: undefined };
  // A length of more bytes than one, which is never meant, or a negative one, permits nothing.
  return { isAuthority, pathLength: length.length === 1 && length.readUInt8(0) < 0x80 ? length.readUInt8(0) : 0 };
}

/** A BIT STRING: the number of unused bits, then the bits, keyCertSign (5) being the third from the right. */
function readMaySign(content: Buffer | undefined): boolean | undefined {
  return content === undefined ? undefined : ((content[1] ?? 0) & KEY_CERT_SIGN) !== 0;
}

function readPurposes(content: Buffer | undefined): readonly string[] | undefined {
  return content === undefined ? undefined : readDer(content).map((one) => readObjectIdentifier(one.content));
}

function readGeneralNames(content: Buffer | undefined): readonly GeneralName[] {
  return readDer(content ?? Buffer.alloc(0)).map(({ tag, content: name }) => ({ form: tag & 0x1f, content: name }));
}

/** @throws RangeError for a subtree with a distance, which RFC 5280 section 4.2.1.10 does not use */
function readNameConstraints(content: Buffer | undefined): NameConstraints | undefined {
  if (content === undefined) return undefined;
  const subtrees = (form: number) =>
    readDer(content)
      .filter(({ tag }) => tag === TAG.constructed(form))
      .flatMap((trees) => readDer(trees.content))
      .flatMap((tree) => {
        const [base, ...distances] = readDer(tree.content);
        if (base === undefined || distances.length > 0) throw new RangeError('a name constraint with a distance');
        return [{ form: base.tag & 0x1f, content: base.content }];
      });
  return { permitted: subtrees(0), excluded: subtrees(1) };
}

function sequence(content: Buffer | undefined) {
  return readDer(content ?? Buffer.alloc(0));
}

function bytes(value: { readonly tag: number; readonly content: Buffer } | undefined): Buffer {
  return value === undefined ? Buffer.alloc(0) : der(value.tag, value.content);
}
