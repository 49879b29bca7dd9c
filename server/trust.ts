/** Whom devices trust when they trust this server, and whether the computer it runs on does. */
import { X509Certificate } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { authorityName } from './certificates/authority-name.ts';
import { CertificateError } from './certificates/certificate-error.ts';
import type { Certificates } from './certificates/certificates.ts';
import { fingerprintWords } from './certificates/fingerprint-words.ts';
import type { TlsIdentity } from './certificates/tls-identity.ts';
import { run } from './certificates/trust/run.ts';
import { ThisComputer } from './certificates/trust/this-computer.ts';
import type { Surroundings, TrustedAuthority } from './certificates/trust/trust-store.ts';
import type { TrustSummary } from './control/contract.ts';
import type { Logger } from './log/log.ts';
import type { TrustKeeper } from './trust-carriers.ts';

export interface TrustOptions {
  readonly domain: string;
  readonly dataDir: string;
  readonly certificates: Pick<Certificates, 'current' | 'rotate'>;
  /** The address of the join page; undefined while nobody can reach it. */
  readonly joinPage: () => string | undefined;
  readonly log: Logger;
  /** This computer; tests have others. */
  readonly surroundings?: Surroundings;
}

export class Trust implements TrustKeeper {
  readonly #options: TrustOptions;
  readonly #file: string;
  readonly #computer: ThisComputer;

  constructor(options: TrustOptions) {
    this.#options = options;
    this.#file = join(options.dataDir, 'certificates', 'ca.pem');
    const surroundings = options.surroundings ?? {
      platform: process.platform,
      home: homedir(),
      environment: process.env,
      run,
    };
    this.#computer = new ThisComputer(surroundings, this.#file);
  }

  async describe(): Promise<TrustSummary> {
    const { domain, certificates, joinPage } = this.#options;
    const { current } = certificates;
    const page = joinPage();
    const authority = authorityOf(current);
    return {
      domain,
      source: current.source,
      certificate: { fingerprint: current.fingerprintSha256, expiresAt: current.expiresAt.toISOString() },
      ...(authority === undefined ? {} : { authority: this.#summarize(authority), here: await this.#here(authority) }),
      ...(page === undefined || authority === undefined ? {} : { page: new URL('/trust', page).href }),
    };
  }

  /** Where the former authority was trusted on this computer, the new one is instead. */
  async rotate(): Promise<void> {
    const { certificates, log } = this.#options;
    const former = authorityOf(certificates.current);
    const report = former && (await this.#computer.report(former));
    const made = await certificates.rotate();
    const authority = authorityOf(made);
    if (former === undefined || authority === undefined || !report?.places.some(({ isTrusted }) => isTrusted)) return;
    try {
      await this.#computer.remove(former);
      await this.#computer.install(authority);
    } catch (error) {
      // The certificates are new all the same; the window shows what this computer trusts.
      log.warn({ err: error }, 'this computer was not told of the new local authority');
    }
  }

  trustHere(): Promise<void> {
    return this.#computer.install(this.#authority());
  }

  distrustHere(): Promise<void> {
    return this.#computer.remove(this.#authority());
  }

  #here(authority: TrustedAuthority) {
    return this.#computer.report(authority);
  }

  #summarize({ name, pem }: TrustedAuthority) {
    const { fingerprint256: fingerprint, validToDate } = new X509Certificate(pem);
    return {
      name,
      pem,
      fingerprint,
      words: fingerprintWords(fingerprint),
      expiresAt: validToDate.toISOString(),
      file: this.#file,
    };
  }

  #authority(): TrustedAuthority {
    const authority = authorityOf(this.#options.certificates.current);
    if (authority !== undefined) return authority;
    throw new CertificateError(
      'unusable',
      'This server shows a certificate of your own, so there is no authority of Snug to trust.',
    );
  }
}

function authorityOf({ caPem }: TlsIdentity): TrustedAuthority | undefined {
  return caPem === undefined ? undefined : { name: authorityName(caPem), pem: caPem };
}
