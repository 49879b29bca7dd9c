/** Who this server is to others, and whom it believes: its certificate, and the authorities that may vouch for them. */
import { constants } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { TlsIdentity } from './certificates/tls-identity.ts';
import type { LinkIdentity } from './federation/links/link-options.ts';
import { readTrustRoots, type TrustRoots } from './federation/trust/trust-roots.ts';
import { createServerTls } from './listeners/tls.ts';
import type { Logger } from './log/log.ts';

export interface ServerIdentityOptions {
  /** A new object for each new certificate. */
  readonly certificate: () => TlsIdentity;
  /** The path of the setting `tls.trust`; empty for none. */
  readonly trustPath: () => string;
  readonly log: Logger;
}

export class ServerIdentity {
  readonly #options: ServerIdentityOptions;
  #roots: TrustRoots | undefined;
  #link: (LinkIdentity & { readonly of: TlsIdentity }) | undefined;
  #fault: string | undefined;

  constructor(options: ServerIdentityOptions) {
    this.#options = options;
  }

  /** Why the file of further authorities does not count, as a sentence; undefined when there is no fault. */
  get fault(): string | undefined {
    return this.#fault;
  }

  get roots(): TrustRoots {
    this.#roots ??= this.#readRoots();
    return this.#roots;
  }

  /** The same object until certificate or authorities change. */
  get link(): LinkIdentity {
    const certificate = this.#options.certificate();
    if (this.#link?.of === certificate) return this.#link;
    const { options: tls } = createServerTls(withAuthority(certificate));
    const options = {
      ...tls,
      ca: [...this.roots.pems],
      // A resumed session comes without the chain that the peer is judged by, and OpenSSL breaks the handshake of whoever
      // asks for one where a certificate is requested: each connection shakes hands in full.
      secureOptions: Number(tls.secureOptions) | constants.SSL_OP_NO_TICKET,
    };
    this.#link = { of: certificate, options, context: createSecureContext(options) };
    return this.#link;
  }

  /** The setting has changed, or the file may have. */
  reread(): void {
    this.#roots = undefined;
    this.#link = undefined;
  }

  #readRoots(): TrustRoots {
    const { trustPath, log } = this.#options;
    this.#fault = undefined;
    const path = trustPath();
    if (path === '') return readTrustRoots();
    try {
      return readTrustRoots(readFileSync(path, 'utf8'));
    } catch (error) {
      this.#fault =
        error instanceof RangeError ? error.message : 'The file of trusted certificates (tls.trust) cannot be read.';
      log.error({ err: error }, 'the authorities of tls.trust do not count');
      return readTrustRoots();
    }
  }
}

/**
 * Other servers are shown the local authority as well, unlike clients (see `localIdentity`): who is paired with this one
 * has pinned its fingerprint, and needs the certificate itself to check what is below it.
 */
function withAuthority({ certificatePem, keyPem, caPem }: TlsIdentity): Pick<TlsIdentity, 'certificatePem' | 'keyPem'> {
  return { certificatePem: caPem === undefined ? certificatePem : `${certificatePem.trimEnd()}\n${caPem}`, keyPem };
}
