/** Certificate and key that somebody brings: read, checked as a client would check them, refused with a sentence. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { CertificateError } from './certificate-error.ts';
import { type CertificateNames, coversDomain, readCertificateNames } from './certificate-names.ts';
import { isKeyOf, type TlsIdentity } from './tls-identity.ts';

const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const KEY_BLOCK = /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_EXTENDED_KEY_USAGE = '2.5.29.37.0';

export interface PemFilesOptions {
  readonly certificatePath: string;
  /** May be the same file. */
  readonly keyPath: string;
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface PemFiles {
  readonly identity: TlsIdentity;
  /**
   * What is wrong with its time. Only a concern and no refusal: the clock may be the one that is wrong, and clients that
   * remember an expired certificate still connect to it, whereas nobody connects to a server that did not start.
   */
  readonly concern?: CertificateError;
  /** Names a complete certificate would cover as well, such as the rooms' domain, which only other servers ask for. */
  readonly uncovered: readonly string[];
}

/** @throws CertificateError with a sentence that names the path and the reason. */
export async function loadPemFiles(options: PemFilesOptions): Promise<PemFiles> {
  const { certificatePath, keyPath, domain } = options;
  const blocks = (await read(certificatePath)).match(CERTIFICATE_BLOCK) ?? [];
  const chain = blocks.map((block, index) => parseCertificate(certificatePath, block, index));
  const leaf = chain[0];
  if (leaf === undefined)
    throw new CertificateError('malformed', `${certificatePath} holds no certificate (“-----BEGIN CERTIFICATE-----”).`);
  const keyPem = parseKey(keyPath, await read(keyPath));
  checkKey(options, chain, keyPem);
  checkChainOrder(certificatePath, chain);
  const names = readCertificateNames(leaf.raw);
  checkNames(certificatePath, names, domain);
  const certificatePem = `${blocks.join('\n')}\n`;
  checkUse(certificatePath, leaf, { cert: certificatePem, key: keyPem });
  const concern = timeConcern(certificatePath, leaf, options.nowMs);
  return {
    identity: {
      certificatePem,
      keyPem,
      fingerprintSha256: leaf.fingerprint256,
      expiresAt: leaf.validToDate,
      source: 'files',
    },
    uncovered: coversDomain(names, `rooms.${domain}`) ? [] : [`rooms.${domain}`],
    ...(concern && { concern }),
  };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EACCES: 'this program may not read it',
      EISDIR: 'it is a folder',
    };
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new CertificateError('unreadable', `${path} cannot be read: ${reasons[code] ?? message}.`, { cause: error });
  }
}

function parseCertificate(path: string, block: string, index: number): X509Certificate {
  try {
    const certificate = new X509Certificate(block);
    readCertificateNames(certificate.raw);
    return certificate;
  } catch (error) {
    throw new CertificateError('malformed', `${path}: certificate ${index + 1} is damaged.`, { cause: error });
  }
}

function parseKey(path: string, text: string): string {
  const [block, label] = text.match(KEY_BLOCK) ?? [];
  if (block === undefined)
    throw new CertificateError('malformed', `${path} holds no private key (“-----BEGIN PRIVATE KEY-----”).`);
  if (label === 'ENCRYPTED PRIVATE KEY' || block.includes('Proc-Type: 4,ENCRYPTED'))
    throw new CertificateError(
      'encrypted-key',
      `${path} is protected by a passphrase; write a copy without one, for example with “openssl pkey”.`,
    );
  try {
    createPrivateKey(block);
    return `${block}\n`;
  } catch (error) {
    throw new CertificateError('malformed', `${path}: the private key is damaged.`, { cause: error });
  }
}

function checkKey({ certificatePath, keyPath }: PemFilesOptions, chain: X509Certificate[], keyPem: string): void {
  const owner = chain.findIndex((certificate) => isKeyOf(certificate, keyPem));
  if (owner === 0) return;
  if (owner > 0)
    throw new CertificateError(
      'chain-order',
      `${certificatePath}: the key is that of certificate ${owner + 1}, but the server's own certificate must come first.`,
    );
  throw new CertificateError('key-mismatch', `${keyPath} is not the key of the certificate in ${certificatePath}.`);
}

/** RFC 5246 section 7.4.2, which clients of before TLS 1.3 still insist on: each certifies the one before it. */
function checkChainOrder(path: string, chain: X509Certificate[]): void {
  for (const [index, issuer] of chain.entries()) {
    const issued = chain[index - 1];
    if (issued === undefined || (issued.checkIssued(issuer) && issued.verify(issuer.publicKey))) continue;
    throw new CertificateError(
      'chain-order',
      `${path}: certificate ${index + 1} did not issue certificate ${index}; ` +
        "put the server's certificate first and behind each the one that issued it.",
    );
  }
}

function checkNames(path: string, names: CertificateNames, domain: string): void {
  if (coversDomain(names, domain)) return;
  const found = [...new Set([...names.dns, ...names.xmppAddr, ...names.srv])].slice(0, 5).join(', ');
  throw new CertificateError(
    'wrong-domain',
    found === ''
      ? `${path} names no domain in its subject alternative name, which is the only place where clients look.`
      : `${path} is for ${found}, and not for ${domain}.`,
  );
}

/** What remains is asked of TLS itself: it refuses weak keys and signatures by rules of its own. */
function checkUse(path: string, leaf: X509Certificate, pem: { cert: string; key: string }): void {
  // Node calls it keyUsage, but these are the identifiers of the extended key usage; undefined when there are none.
  const purposes: readonly string[] | undefined = leaf.keyUsage;
  if (purposes !== undefined && !purposes.includes(SERVER_AUTH) && !purposes.includes(ANY_EXTENDED_KEY_USAGE))
    throw new CertificateError(
      'unusable',
      `${path} is not meant for servers (its extended key usage lacks serverAuth).`,
    );
  try {
    createSecureContext(pem);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateError('unusable', `${path} cannot be used for TLS: ${reason}.`, { cause: error });
  }
}

function timeConcern(path: string, leaf: X509Certificate, nowMs: number): CertificateError | undefined {
  const day = (date: Date) => date.toISOString().slice(0, 10);
  if (leaf.validToDate.getTime() < nowMs)
    return new CertificateError('expired', `${path} expired on ${day(leaf.validToDate)}.`);
  if (leaf.validFromDate.getTime() > nowMs)
    return new CertificateError('not-yet-valid', `${path} is valid only from ${day(leaf.validFromDate)} on.`);
  return undefined;
}
