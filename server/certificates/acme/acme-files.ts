/**
 * What ACME leaves on disk, in `<dataDir>/certificates/acme/`: the account's key, the certificate with its key, and what
 * happened lately, so that a server that restarts often does not ask often.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CertificateError } from '../certificate-error.ts';
import { coversDomain, readCertificateNames } from '../certificate-names.ts';
import { makePrivate, writeDurably } from '../durable-file.ts';
import { generateKeyPem } from '../issue.ts';
import { loadPemFiles, type PemFiles } from '../pem-files.ts';
import { isKeyOf } from '../tls-identity.ts';
import { AcmeError } from './acme-error.ts';

const state = z.object({
  /** Failed attempts in a row. */
  failures: z.int().min(0).default(0),
  failure: z
    .object({ code: z.string(), text: z.string(), fix: z.string().optional(), atMs: z.number() })
    .nullable()
    .default(null),
  /** No attempt by itself before this moment. */
  waitUntilMs: z.number().default(0),
  /** When the authority would like the certificate of this fingerprint to be renewed (RFC 9773). */
  advice: z.object({ fingerprint: z.string(), renewAtMs: z.number(), askAgainMs: z.number() }).nullable().default(null),
  /** Services without a DNS record, which the certificate therefore lacks. */
  omitted: z.array(z.string()).default([]),
  /** Certificates of late: authorities give only so many of the same names in a week. */
  issued: z.array(z.object({ wish: z.string(), atMs: z.number() })).default([]),
});
const records = z.array(z.object({ name: z.string(), value: z.string() })).max(100);
export type AcmeState = z.output<typeof state>;

export class AcmeFiles {
  readonly #folder: string;

  /** @param certificates the folder of the local authority */
  constructor(certificates: string) {
    this.#folder = join(certificates, 'acme');
  }

  get certificatePath(): string {
    return join(this.#folder, 'leaf.pem');
  }

  get keyPath(): string {
    return join(this.#folder, 'leaf-key.pem');
  }

  /**
   * The certificate that was got; undefined when there is none for `domain`, or it is damaged, in which case a new one is
   * asked for.
   */
  async certificate(domain: string, nowMs: number): Promise<PemFiles | undefined> {
    try {
      const { certificatePath, keyPath } = this;
      const loaded = await loadPemFiles({ certificatePath, keyPath, domain, nowMs });
      return { ...loaded, identity: { ...loaded.identity, source: 'acme' } };
    } catch (error) {
      if (error instanceof CertificateError) return undefined;
      throw error;
    }
  }

  /** Checked before the old ones are touched. @throws AcmeError for one that is not for this domain and key */
  async keep(domain: string, certificatePem: string, keyPem: string): Promise<void> {
    const leaf = new X509Certificate(certificatePem);
    if (!isKeyOf(leaf, keyPem) || !coversDomain(readCertificateNames(leaf.raw), domain))
      throw new AcmeError('certificate', 'The authority sent a certificate that is not for this domain and key.');
    await this.#prepare();
    // The key is the old one but for the first time, so at no moment do the two files disagree.
    await writeDurably(this.keyPath, keyPem, 0o600);
    await writeDurably(this.certificatePath, certificatePem, 0o644);
  }

  /**
   * The key of the certificate, kept when it is renewed: DANE records (RFC 6698, usage 3 1 1) and clients that pinned it
   * stay right. Who wants another removes the file.
   */
  certificateKey(): Promise<string> {
    return readKey(this.keyPath, generateKeyPem);
  }

  /** The key of the account with the authority, made once. */
  async accountKey(): Promise<string> {
    await this.#prepare();
    const path = join(this.#folder, 'account-key.pem');
    return readKey(path, async () => {
      const pem = await generateKeyPem();
      await writeDurably(path, pem, 0o600);
      return pem;
    });
  }

  async state(): Promise<AcmeState> {
    try {
      return state.parse(JSON.parse(await readFile(join(this.#folder, 'state.json'), 'utf8')));
    } catch {
      return state.parse({}); // none yet, or damaged: worth nothing but a little patience
    }
  }

  async keepState(to: AcmeState): Promise<void> {
    await this.#prepare();
    await writeDurably(join(this.#folder, 'state.json'), `${JSON.stringify(to, null, 2)}\n`, 0o600);
  }

  /** TXT records of an attempt that may still be in the DNS. */
  async leftRecords(): Promise<z.output<typeof records>> {
    try {
      return records.parse(JSON.parse(await readFile(this.#recordsPath, 'utf8')));
    } catch {
      return []; // none, or damaged: records that prove nothing any more do no harm
    }
  }

  async keepLeftRecords(left: readonly { readonly name: string; readonly value: string }[]): Promise<void> {
    await this.#prepare();
    if (left.length === 0) await rm(this.#recordsPath, { force: true });
    else await writeDurably(this.#recordsPath, `${JSON.stringify(left, null, 2)}\n`, 0o600);
  }

  get #recordsPath(): string {
    return join(this.#folder, 'left-records.json');
  }

  async #prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await makePrivate(this.#folder, 0o700);
  }
}

async function readKey(path: string, make: () => Promise<string>): Promise<string> {
  try {
    const pem = await readFile(path, 'utf8');
    if (createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1') return pem;
  } catch {
    // none, or damaged
  }
  return make();
}
