/** The certificate the server shows: opened at start, renewed or read again while it runs, announced to the listeners. */
import { unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../log/log.ts';
import type { CertificateError } from './certificate-error.ts';
import { openLocalIdentity } from './local-authority.ts';
import { loadPemFiles } from './pem-files.ts';
import type { TlsIdentity } from './tls-identity.ts';

/** Daily, because certbot and its like renew weeks before the end and the local leaf months before. */
const RENEWAL_INTERVAL_MS = 24 * 60 * 60 * 1000;
/** How soon a file that somebody replaced is noticed. By looking, because certbot's symbolic links change no directory of ours. */
const FILE_INTERVAL_MS = 5_000;

export interface CertificatesOptions {
  /** The local authority lives in `<dataDir>/certificates/`. */
  readonly dataDir: string;
  readonly domain: string;
  /** PEM files to use instead of the local authority. */
  readonly files?: { readonly certificatePath: string; readonly keyPath: string };
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

  /** Calls `listener` with each new identity from now on; the function that is returned ends that. */
  onChange(listener: (identity: TlsIdentity) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads own files again, or renews the local leaf when that is due. Never rejects: what is bad is logged, and the old
   * identity stays. Calls wait for each other, so that two never write the same files.
   */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  /** Reloads once a day from now on, and whenever an own file has changed. The timers keep no process alive. */
  startRenewal(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.reload(), RENEWAL_INTERVAL_MS);
    this.#timer.unref();
    for (const path of this.#ownPaths()) {
      watchFile(
        path,
        { interval: this.#options.fileIntervalMs ?? FILE_INTERVAL_MS, persistent: false },
        this.#fileChanged,
      );
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const path of this.#ownPaths()) unwatchFile(path, this.#fileChanged);
    this.#listeners.clear();
  }

  /** Certificate and key are two files: what does not fit together yet is kept back by `reload` until the other one follows. */
  readonly #fileChanged = (): void => void this.reload();

  #ownPaths(): readonly string[] {
    const { files } = this.#options;
    return files === undefined ? [] : [files.certificatePath, files.keyPath];
  }

  async #reload(): Promise<void> {
    if (this.#closed) return;
    const { log } = this.#options;
    let loaded: Loaded;
    try {
      loaded = await load(this.#options);
    } catch (error) {
      log.error({ err: error }, 'certificate not reloaded: the old one stays in use');
      return;
    }
    const { concern } = loaded;
    if (concern) log.error({ problem: concern.problem }, concern.message);
    // An outdated certificate replaces no good one; but when the old one is outdated too, the newer is what was meant.
    if (concern && !this.#loaded.concern && !isExpired(this.current, this.#options.now())) return;
    this.#accept(loaded);
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

async function load({ dataDir, domain, files, now, log }: CertificatesOptions): Promise<Loaded> {
  if (files === undefined) {
    const directory = join(dataDir, 'certificates');
    return { identity: await openLocalIdentity({ directory, domain, nowMs: now(), log }) };
  }
  const loaded = await loadPemFiles({ ...files, domain, nowMs: now() });
  if (loaded.uncovered.length > 0)
    log.info({ names: loaded.uncovered }, 'certificate does not cover all names: other servers may refuse these');
  return loaded;
}

function isExpired(identity: TlsIdentity, nowMs: number): boolean {
  return identity.expiresAt.getTime() < nowMs;
}

function isSame(one: TlsIdentity, other: TlsIdentity): boolean {
  return one.certificatePem === other.certificatePem && one.keyPem === other.keyPem && one.caPem === other.caPem;
}
