/** The certificate the server shows: opened at start, renewed or read again while it runs, announced to the listeners. */
import { unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../log/log.ts';
import { CertificateError } from './certificate-error.ts';
import { type LocalAuthorityOptions, openLocalIdentity, rotateLocalIdentity } from './local-authority.ts';
import { loadPemFiles, type PemFiles } from './pem-files.ts';
import type { TlsIdentity } from './tls-identity.ts';

/** Daily, because certbot and its like renew weeks before the end and the local leaf months before. */
const RENEWAL_INTERVAL_MS = 24 * 60 * 60 * 1000;
/** How soon a file that somebody replaced is noticed. By looking, because certbot's symbolic links change no directory of ours. */
const FILE_INTERVAL_MS = 5_000;

export interface OwnFiles {
  readonly certificatePath: string;
  readonly keyPath: string;
}

export interface CertificatesOptions {
  /** The local authority lives in `<dataDir>/certificates/`. */
  readonly dataDir: string;
  readonly domain: string;
  /** PEM files to use instead of all others, as they are set at each moment. @throws CertificateError for half a pair */
  readonly files?: () => OwnFiles | undefined;
  /** The certificate of a public authority, where there is one, to use instead of the local authority's. */
  readonly acquired?: () => Promise<PemFiles | undefined>;
  /** Under which pages are opened, at each moment; none when left out. */
  readonly addresses?: () => readonly string[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Logger;
  /** How often own files are looked at, in milliseconds. */
  readonly fileIntervalMs?: number;
}

interface Loaded {
  readonly identity: TlsIdentity;
  readonly concern?: CertificateError;
}

export class Certificates {
  readonly #options: CertificatesOptions;
  readonly #listeners = new Set<(identity: TlsIdentity) => void>();
  #loaded: Loaded;
  #reloading: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #watched: readonly string[] = [];
  #trouble: CertificateError | undefined;

  /** @throws CertificateError when there is nothing that can be shown to clients. */
  static async open(options: CertificatesOptions): Promise<Certificates> {
    return new Certificates(options, await load(options));
  }

  private constructor(options: CertificatesOptions, loaded: Loaded) {
    this.#options = options;
    this.#loaded = loaded;
    if (loaded.concern) options.log.error({ problem: loaded.concern.problem }, loaded.concern.message);
  }

  get current(): TlsIdentity {
    return this.#loaded.identity;
  }

  /** Why what is set now is not in use, while the certificate of before is; undefined when all is as it is set. */
  get trouble(): CertificateError | undefined {
    return this.#trouble;
  }

  /** Calls `listener` with each new identity from now on; the function that is returned ends that. */
  onChange(listener: (identity: TlsIdentity) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads own files again, or renews the local leaves when that is due or the addresses are others. Never rejects: what
   * is bad is logged, and the old identity stays. Calls wait for each other, so that two never write the same files.
   */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  /**
   * Makes a new local authority with new leaves, and shows them at once: every device has to trust the server again.
   * @throws CertificateError when there is no local authority, or the files cannot be written; the old ones then stay
   *   in use.
   */
  rotate(): Promise<TlsIdentity> {
    const rotated = this.#reloading.then(() => this.#rotate());
    this.#reloading = rotated.then(
      () => undefined,
      () => undefined,
    );
    return rotated;
  }

  /** Reloads once a day from now on, and whenever an own file has changed. The timers keep no process alive. */
  startRenewal(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.reload(), RENEWAL_INTERVAL_MS);
    this.#timer.unref();
    this.#watch();
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#watch();
    this.#listeners.clear();
  }

  /** Certificate and key are two files: what does not fit together yet is kept back by `reload` until the other one follows. */
  readonly #fileChanged = (): void => void this.reload();

  /** Looks at the files that are set now, and at no others. */
  #watch(): void {
    const { files, fileIntervalMs: interval = FILE_INTERVAL_MS } = this.#options;
    let wanted: readonly string[] = [];
    try {
      const own = this.#closed ? undefined : files?.();
      wanted = own === undefined ? [] : [...new Set([own.certificatePath, own.keyPath])];
    } catch {
      // half a pair: there is nothing to look at until the other half is set
    }
    for (const path of this.#watched) unwatchFile(path, this.#fileChanged);
    for (const path of wanted) watchFile(path, { interval, persistent: false }, this.#fileChanged);
    this.#watched = wanted;
  }

  async #reload(): Promise<void> {
    if (this.#closed) return;
    if (this.#timer !== undefined) this.#watch();
    const { log } = this.#options;
    let loaded: Loaded;
    try {
      loaded = await load(this.#options);
    } catch (error) {
      log.error({ err: error }, 'certificate not reloaded: the old one stays in use');
      this.#trouble =
        error instanceof CertificateError
          ? error
          : new CertificateError('unusable', 'The certificate cannot be read; the log says why.', { cause: error });
      return;
    }
    this.#trouble = undefined;
    const { concern } = loaded;
    if (concern) log.error({ problem: concern.problem }, concern.message);
    // An outdated certificate replaces no good one; but when the old one is outdated too, the newer is what was meant.
    if (concern && !this.#loaded.concern && !isExpired(this.current, this.#options.now())) {
      this.#trouble = concern;
      return;
    }
    this.#accept(loaded);
  }

  async #rotate(): Promise<TlsIdentity> {
    const { source } = this.current;
    if (source !== 'local-ca')
      throw new CertificateError(
        'unusable',
        source === 'acme'
          ? 'This server shows a certificate of a public authority, which renews itself.'
          : 'This server shows a certificate of your own, which only you can replace.',
      );
    const identity = await rotateLocalIdentity(localOptions(this.#options));
    this.#accept({ identity });
    return identity;
  }

  #accept(loaded: Loaded): void {
    const before = this.current;
    this.#loaded = loaded;
    const { identity } = loaded;
    if (this.#closed || isSame(identity, before)) return;
    const { fingerprintSha256: fingerprint, expiresAt } = identity;
    this.#options.log.info({ fingerprint, expiresAt }, 'certificate changed');
    for (const listener of this.#listeners) {
      try {
        listener(identity);
      } catch (error) {
        this.#options.log.error({ err: error }, 'certificate change not taken over by a listener');
      }
    }
  }
}

async function load(options: CertificatesOptions): Promise<Loaded> {
  const { domain, now, log } = options;
  const files = options.files?.();
  if (files === undefined) return loadOwn(options);
  const loaded = await loadPemFiles({ ...files, domain, nowMs: now() });
  if (loaded.uncovered.length > 0)
    log.info({ names: loaded.uncovered }, 'certificate does not cover all names: other servers may refuse these');
  return loaded;
}

/** The public authority's, or else the local one's. Pages that are opened by IP address always need the local one. */
async function loadOwn(options: CertificatesOptions): Promise<Loaded> {
  const acquired = await options.acquired?.();
  const local = await openLocalIdentity(localOptions(options));
  if (acquired === undefined) return { identity: local };
  const { identity, concern } = acquired;
  return {
    identity: local.byAddress === undefined ? identity : { ...identity, byAddress: local.byAddress },
    ...(concern && { concern }),
  };
}

function localOptions({ dataDir, domain, now, addresses, log }: CertificatesOptions): LocalAuthorityOptions {
  return { directory: join(dataDir, 'certificates'), domain, nowMs: now(), addresses: addresses?.() ?? [], log };
}

function isExpired(identity: TlsIdentity, nowMs: number): boolean {
  return identity.expiresAt.getTime() < nowMs;
}

function isSame(one: TlsIdentity, other: TlsIdentity): boolean {
  return (
    one.certificatePem === other.certificatePem &&
    one.keyPem === other.keyPem &&
    one.caPem === other.caPem &&
    one.byAddress?.certificatePem === other.byAddress?.certificatePem
  );
}
