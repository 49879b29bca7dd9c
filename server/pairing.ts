/** Pairing on this computer: joins what the network says, what the host has agreed to, and what is announced of it. */
import { X509Certificate } from 'node:crypto';
import type { Certificates } from './certificates/certificates.ts';
import { sha256OfPublicKey } from './certificates/key-fingerprint.ts';
import type { TlsIdentity } from './certificates/tls-identity.ts';
import type { Clock } from './clock/clock.ts';
import type { Config } from './config/config.ts';
import { lanSettings } from './config/settings.ts';
import { Pairs } from './federation/pairing/pairs.ts';
import type { Announcer } from './lan/announcer.ts';
import { Browser } from './lan/browser.ts';
import { MAX_ASKS } from './lan/neighbour-text.ts';
import type { Opened } from './opened.ts';
import type { Database } from './store/database.ts';

export interface PairingOptions {
  readonly config: Config;
  /** Of the accounts. */
  readonly domain: string;
  readonly database: Pick<Database, 'reader' | 'writer'>;
  readonly certificates: Pick<Certificates, 'current' | 'onChange'>;
  readonly clock: Clock;
  readonly opened: Opened;
}

export class Pairing {
  readonly #options: PairingOptions;
  readonly #browser: Browser;
  readonly #listeners = new Set<() => void>();
  readonly pairs: Pairs;
  #announcer: Announcer | undefined;
  #announced = '';
  #isAnnouncing = false;
  #fingerprint: { readonly of: TlsIdentity; readonly text: string } | undefined;

  constructor(options: PairingOptions) {
    this.#options = options;
    const { config, domain, database, clock, certificates, opened } = options;
    this.#browser = new Browser({
      clock,
      ask: (questions) => this.#announcer?.ask(questions),
      onChange: () => this.pairs.heard(),
    });
    this.pairs = new Pairs({
      ...database,
      domain,
      fingerprint: () => this.fingerprint,
      neighbours: () => (this.isOpen || this.pairs.hasConsents ? this.#browser.list : []),
      clock,
    });
    this.pairs.onUpdate(() => this.#tellAnnouncement());
    certificates.onChange(() => this.pairs.heard());
    config.onChange((key) => {
      if (key === 'lan.pairing' || key === 'lan.mdns') this.pairs.heard();
    });
    opened.add(() => {
      this.#browser.stop();
      this.pairs.close();
    });
  }

  /** Whether servers that are not paired may see that this one can be, and are shown. */
  get isOpen(): boolean {
    return this.#options.config.group('lan', lanSettings).pairing;
  }

  /** What others know this server by, as lower-case hexadecimal digits: what a renewal of the certificate leaves alone. */
  get fingerprint(): string {
    const { current } = this.#options.certificates;
    if (this.#fingerprint?.of !== current) this.#fingerprint = { of: current, text: fingerprintOf(current) };
    return this.#fingerprint.text;
  }

  /** For the announcement. */
  readonly announced = (): { readonly pairKey?: string; readonly asks?: readonly string[] } => {
    if (!this.isOpen && !this.pairs.hasConsents) return {};
    return { pairKey: this.fingerprint, asks: this.pairs.tokens.slice(0, MAX_ASKS) };
  };

  /** Calls back when `announced` gives something else. */
  onAnnounced(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** What is heard on the networks. */
  readonly hear: Browser['hear'] = (packet, from, isOnLink) => this.#browser.hear(packet, from, isOnLink);

  /** From now on the networks of the announcer are searched. */
  attach(announcer: Announcer): void {
    this.#announcer = announcer;
    this.announcementChanged();
  }

  /** The server has come into a network, or left one. */
  announcementChanged(): void {
    const isAnnouncing = this.#announcer?.isAnnouncing ?? false;
    if (isAnnouncing && !this.#isAnnouncing) this.#browser.search();
    if (!isAnnouncing && this.#announcer?.links.length === 0) this.#browser.stop();
    this.#isAnnouncing = isAnnouncing;
  }

  #tellAnnouncement(): void {
    const announced = JSON.stringify(this.announced());
    if (announced === this.#announced) return;
    this.#announced = announced;
    for (const listener of this.#listeners) listener();
  }
}

/**
 * The local authority, whose fingerprint its leaves do not change; without one the public key, which is kept when the
 * certificate of a public authority is renewed.
 */
function fingerprintOf({ caFingerprintSha256, certificatePem }: TlsIdentity): string {
  if (caFingerprintSha256 !== undefined) return caFingerprintSha256.replaceAll(':', '').toLowerCase();
  return sha256OfPublicKey(new X509Certificate(certificatePem));
}
