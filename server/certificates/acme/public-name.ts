/** Which names a public authority certifies at all: names of the public DNS, and nothing that a local network made up. */
import { isIP } from 'node:net';
import { asciiDomain } from '../certificate-names.ts';

/**
 * Top-level and other names that are nobody's in the public DNS: RFC 6761, RFC 6762 appendix G, RFC 7686, RFC 8375,
 * RFC 9476, and `internal`, which ICANN keeps free for private use.
 */
const PRIVATE_SUFFIXES = [
  'local',
  'localhost',
  'localdomain',
  'lan',
  'home',
  'corp',
  'mail',
  'intranet',
  'private',
  'internal',
  'home.arpa',
  'arpa',
  'test',
  'example',
  'invalid',
  'onion',
  'alt',
] as const;

/** Why no public authority would certify `domain`, as a sentence; undefined for a name of the public DNS. */
export function whyNotPublic(domain: string): string | undefined {
  if (isIP(domain.replace(/^\[(.*)\]$/, '$1')) !== 0)
    return `${domain} is an IP address. A public authority certifies names; the certificate that Snug makes itself stays in use.`;
  const ascii = asciiDomain(domain);
  if (ascii === undefined || !/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(ascii)) return `“${domain}” is not a domain name.`;
  if (isIP(ascii) !== 0) return `${domain} is an IP address, and a public authority certifies names.`;
  const suffix = PRIVATE_SUFFIXES.find((one) => ascii === one || ascii.endsWith(`.${one}`));
  if (suffix !== undefined)
    return `${domain} exists on a local network only (nobody owns names that end in .${suffix}), so no public authority can certify it. The certificate that Snug makes itself is meant for it.`;
  if (!ascii.includes('.'))
    return `${domain} is a single word. A public authority certifies only names of the public DNS, such as chat.example.org.`;
  return undefined;
}
