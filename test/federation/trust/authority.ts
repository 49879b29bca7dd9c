/** Certificates of every kind, good and bad, for tests of trust. */
import 'reflect-metadata'; // before @peculiar/x509, whose dependency injection needs it

import { webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import {
  type CertificateNames,
  encodeSubjectAltName,
  ID_SUBJECT_ALT_NAME,
} from '../../../server/certificates/certificate-names.ts';
import { ID_NAME_CONSTRAINTS } from '../../../server/certificates/name-constraints.ts';

x509.cryptoProvider.set(webcrypto);

export const NOW_MS = Date.UTC(2026, 4, 1);
const DAY_MS = 86_400_000;

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export const RSA = (modulusLength: number, hash: string) => ({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash,
});

export const RSA_PSS = (hash: string) => ({ ...RSA(2048, hash), name: 'RSA-PSS', saltLength: 32 });

export interface Recipe {
  readonly name: string;
  /** Undefined: the certificate signs itself. */
  readonly issuer?: Made | undefined;
  readonly isAuthority?: boolean;
  readonly pathLength?: number;
  readonly withoutBasicConstraints?: boolean;
  readonly keyUsage?: number;
  readonly purposes?: readonly string[];
  readonly names?: Partial<CertificateNames>;
  /** The value of the extension, DER. */
  readonly constraints?: Buffer;
  readonly extensions?: readonly x509.Extension[];
  readonly validDays?: readonly [from: number, to: number];
  readonly algorithm?: Parameters<typeof webcrypto.subtle.generateKey>[0] & { readonly hash?: string };
  /** What it is signed with, when that is not the issuer's own way. */
  readonly signingAlgorithm?: typeof ECDSA;
  readonly keys?: webcrypto.CryptoKeyPair;
}

export interface Made {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly algorithm: object;
}

export async function make(recipe: Recipe): Promise<Made> {
  const { name, issuer, isAuthority = false, validDays: [from, to] = [-10, 10], algorithm = ECDSA } = recipe;
  const generated = await webcrypto.subtle.generateKey(algorithm as typeof ECDSA, true, ['sign', 'verify']);
  const keys = recipe.keys ?? (generated as webcrypto.CryptoKeyPair);
  const names: CertificateNames = { dns: [], srv: [], xmppAddr: [], ip: [], ...recipe.names };
  const hasNames = recipe.names !== undefined;
  const extensions = [
    ...(recipe.withoutBasicConstraints
      ? []
      : [new x509.BasicConstraintsExtension(isAuthority, recipe.pathLength, true)]),
    ...(recipe.keyUsage === undefined ? [] : [new x509.KeyUsagesExtension(recipe.keyUsage, true)]),
    ...(recipe.purposes === undefined ? [] : [new x509.ExtendedKeyUsageExtension([...recipe.purposes])]),
    ...(hasNames ? [new x509.Extension(ID_SUBJECT_ALT_NAME, false, encodeSubjectAltName(names))] : []),
    ...(recipe.constraints === undefined ? [] : [new x509.Extension(ID_NAME_CONSTRAINTS, true, recipe.constraints)]),
    ...(recipe.extensions ?? []),
  ];
  const signer = issuer ?? { keys, algorithm };
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8)))
      .toString('hex')
      .replace(/^./, '4'),
    subject: `CN=${name}`,
    issuer: issuer === undefined ? `CN=${name}` : issuer.certificate.subject,
    notBefore: new Date(NOW_MS + from * DAY_MS),
    notAfter: new Date(NOW_MS + to * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: recipe.signingAlgorithm ?? (signer.algorithm as typeof ECDSA),
    extensions,
  });
  return { certificate: new X509Certificate(Buffer.from(certificate.rawData)), keys, algorithm };
}

export const makeAuthority = (name: string, recipe: Partial<Recipe> = {}): Promise<Made> =>
  make({ name, isAuthority: true, keyUsage: x509.KeyUsageFlags.keyCertSign, ...recipe });

/** The private key as PEM, for TLS. */
export async function keyPem({ keys }: Made): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
}

export const PURPOSE = x509.ExtendedKeyUsage;
export const KEY_USAGE = x509.KeyUsageFlags;

export function extension(identifier: string, isCritical: boolean, value: Buffer): x509.Extension {
  return new x509.Extension(identifier, isCritical, value);
}
