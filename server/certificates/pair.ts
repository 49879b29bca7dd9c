/** A certificate with its key in two PEM files of the local authority's folder. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivate, writeDurably } from './durable-file.ts';
import { isKeyOf } from './tls-identity.ts';

/** The names of the two files. */
export interface PairOfFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Pair {
  readonly certificate: X509Certificate;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** The key first: a certificate is never on disk without it. */
export async function writePair(directory: string, files: PairOfFiles, pem: Omit<Pair, 'certificate'>): Promise<Pair> {
  await writeDurably(join(directory, files.key), pem.keyPem, 0o600);
  await writeDurably(join(directory, files.certificate), pem.certificatePem, 0o644);
  return { ...pem, certificate: new X509Certificate(pem.certificatePem) };
}

/** Undefined when one of the two is missing or damaged, or they do not belong together. */
export async function readPair(directory: string, files: PairOfFiles): Promise<Pair | undefined> {
  const keyPem = await readKey(join(directory, files.key));
  const certificatePem = await readIfThere(join(directory, files.certificate));
  if (keyPem === undefined || certificatePem === undefined) return undefined;
  try {
    const certificate = new X509Certificate(certificatePem);
    return isKeyOf(certificate, keyPem) ? { certificate, certificatePem, keyPem } : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when there is no key or not one that the authority makes. A key that others can read is closed to them. */
export async function readKey(path: string): Promise<string | undefined> {
  const pem = await readIfThere(path);
  if (pem === undefined) return undefined;
  await makePrivate(path, 0o600);
  try {
    const isP256 = createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isP256 ? pem : undefined;
  } catch {
    return undefined;
  }
}

export function expiresAtMs({ certificate }: Pair): number {
  return certificate.validToDate.getTime();
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
