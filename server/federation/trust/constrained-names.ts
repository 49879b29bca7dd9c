/**
 * Whether an authority may vouch for the names of a certificate (RFC 5280 sections 4.2.1.10 and 6.1.3 b, c).
 *
 * SECURITY: constraints on DNS names hold here for SRVName and xmppAddr too, which name domains just as well. RFC 5280
 * leaves a form unconstrained that is not listed, and most authorities, Snug's own among them, list DNS names only.
 */
import { asciiDomain } from '../../certificates/certificate-names.ts';
import { readDer } from '../../certificates/der.ts';
import { readDomainOfOtherName } from './certificate-domains.ts';
import { type CertificateFields, type GeneralName, NAME_FORM, type NameConstraints } from './certificate-fields.ts';

/** OpenSSL's own limit on names times constraints: more would only be work for us. */
const MAX_COMPARISONS = 1 << 18;

/** Forms that are compared; a certificate with a name of another form that is constrained is refused. */
const COMPARED: ReadonlySet<number> = new Set([NAME_FORM.dNSName, NAME_FORM.directoryName, NAME_FORM.iPAddress]);

export function areNamesPermitted(fields: CertificateFields, constraints: NameConstraints): boolean {
  const names = namesOf(fields);
  const { permitted, excluded } = constraints;
  if (names.length * (permitted.length + excluded.length) > MAX_COMPARISONS) return false;
  return names.every((name) => {
    const limits = permitted.filter(({ form }) => form === name.form);
    const bans = excluded.filter(({ form }) => form === name.form);
    if (limits.length === 0 && bans.length === 0) return true;
    if (!COMPARED.has(name.form)) return false;
    return (
      (limits.length === 0 || limits.some((base) => isWithin(name, base))) && !bans.some((ban) => touches(name, ban))
    );
  });
}

/** The alternative names; the subject, if there is one; and the domains of otherNames once more as DNS names. */
function namesOf({ alternativeNames, subject }: CertificateFields): readonly GeneralName[] {
  const subjectNames = readDer(readDer(subject)[0]?.content ?? Buffer.alloc(0)).length > 0;
  const domains = alternativeNames.flatMap((name) => {
    const domain = name.form === NAME_FORM.otherName ? readDomainOfOtherName(name.content) : undefined;
    // What is no domain at all proves nothing either, and stays within no constraint.
    return domain === undefined ? [] : [{ form: NAME_FORM.dNSName, content: Buffer.from(asciiDomain(domain) ?? '') }];
  });
  return [
    ...alternativeNames,
    ...domains,
    ...(subjectNames ? [{ form: NAME_FORM.directoryName, content: subject }] : []),
  ];
}

function isWithin(name: GeneralName, base: GeneralName): boolean {
  switch (name.form) {
    case NAME_FORM.dNSName:
      return isDnsWithin(text(name), text(base));
    case NAME_FORM.iPAddress:
      return isAddressWithin(name.content, base.content);
    default:
      return isNameWithin(name.content, base.content);
  }
}

/** A wildcard also stands for names that are excluded below it. */
function touches(name: GeneralName, ban: GeneralName): boolean {
  if (isWithin(name, ban)) return true;
  const [wild, banned] = [text(name), text(ban)];
  return name.form === NAME_FORM.dNSName && wild.startsWith('*.') && isDnsWithin(banned, wild.slice(2));
}

/** An empty base is every name; one that begins with a dot, which some write, is what is below it. */
function isDnsWithin(name: string, base: string): boolean {
  if (base === '') return true;
  return base.startsWith('.') ? name.endsWith(base) : name === base || name.endsWith(`.${base}`);
}

/** The base is an address and a mask. */
function isAddressWithin(address: Buffer, base: Buffer): boolean {
  if (base.length !== 2 * address.length) return false;
  const mask = base.subarray(address.length);
  return address.every((byte, at) => ((byte ^ (base[at] ?? 0)) & (mask[at] ?? 0)) === 0);
}

/** The base is what the name begins with (RFC 5280 section 7.1, comparing as far as case and spaces go). */
function isNameWithin(name: Buffer, base: Buffer): boolean {
  const [own, limit] = [readName(name), readName(base)];
  return limit.length <= own.length && limit.every((part, at) => part === own[at]);
}

/** One string for each RelativeDistinguishedName. */
function readName(name: Buffer): readonly string[] {
  const sequence = readDer(name)[0]?.content ?? Buffer.alloc(0);
  return readDer(sequence).map((set) =>
    readDer(set.content)
      .map((pair) => {
        const [type, value] = readDer(pair.content);
        const BMP_STRING = 0x1e;
        const content = value?.content ?? Buffer.alloc(0);
        const isEven = content.length % 2 === 0;
        const words =
          value?.tag === BMP_STRING && isEven ? Buffer.from(content).swap16().toString('utf16le') : content.toString();
        return `${type?.content.toString('hex')}=${words.trim().replace(/\s+/g, ' ').toLowerCase()}`;
      })
      .sort()
      .join('+'),
  );
}

function text({ content }: GeneralName): string {
  return content.toString('latin1').toLowerCase();
}
