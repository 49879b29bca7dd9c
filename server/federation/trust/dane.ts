/** Whether a certificate is one that signed DNS describes (RFC 6698 section 2.1.1, RFC 7671 section 5, RFC 7673). */
import type { X509Certificate } from 'node:crypto';
import { readCertificateNames } from '../../certificates/certificate-names.ts';
import { namesDomain, namesHost } from './certificate-domains.ts';
import { readCertificateFields } from './certificate-fields.ts';
import { type PathQuestion, validatePath } from './path.ts';
import { matchesTlsa, type Tlsa } from './tlsa.ts';
import { TrustRoots } from './trust-roots.ts';

const PKIX_TA = 0;
const PKIX_EE = 1;
const DANE_TA = 2;

/** @throws RangeError when a certificate is not DER as RFC 5280 describes it */
export function matchesDane(record: Tlsa, domain: string, question: PathQuestion): boolean {
  const [leaf, ...others] = question.chain;
  if (leaf === undefined) return false;
  const isDescribed = (certificate: X509Certificate) => matchesTlsa(record, readCertificateFields(certificate));
  switch (record.usage) {
    case PKIX_TA: {
      if (!isNamed(leaf, domain, record)) return false;
      const answer = validatePath(question);
      return answer.isValid && answer.path.slice(1).some(isDescribed);
    }
    case PKIX_EE:
      return isDescribed(leaf) && isNamed(leaf, domain, record) && validatePath(question).isValid;
    case DANE_TA: {
      // RFC 7671 section 5.2.2: the authority comes with the handshake; what is described is trusted as a root is.
      const described = others.filter(isDescribed);
      if (described.length === 0 || !isNamed(leaf, domain, record)) return false;
      return validatePath({ ...question, roots: new TrustRoots(described) }).isValid;
    }
    default:
      // RFC 7671 section 5.1: for DANE-EE neither names nor dates count, since DNS says which key it is today.
      return isDescribed(leaf);
  }
}

function isNamed(leaf: X509Certificate, domain: string, { host }: Tlsa): boolean {
  const names = readCertificateNames(leaf.raw);
  return namesDomain(names, domain) || namesHost(names, host);
}
