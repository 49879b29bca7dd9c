/** Certificates that an administrator has pinned: the server of a domain is known by them, whoever has signed them. */
import { prepareDomainpart } from '../jid/domainpart.ts';
import type { Reader } from '../store/reader.ts';
import type { Writer } from '../store/writer.ts';
import * as store from './store.ts';

const SHA256 = /^[0-9a-f]{64}$/;
/** More than anybody compares by hand. */
const MAX_PINS = 1_000;

export interface Pin {
  readonly domain: string;
  /** Of the certificate or of its public key: SHA-256 in lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** `message` is a sentence for who asked. */
export class PinError extends Error {
  override readonly name = 'PinError';
  readonly code: 'invalid' | 'conflict' | 'not-found';

  constructor(code: PinError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** All of them are in memory; changes resolve once they are on disk. */
export class Pins {
  readonly #writer: Writer;
  readonly #now: () => number;
  readonly #pins = new Map<string, Pin[]>();

  constructor(options: { readonly reader: Reader; readonly writer: Writer; readonly now: () => number }) {
    this.#writer = options.writer;
    this.#now = options.now;
    for (const pin of store.readPins(options.reader)) this.#put(pin);
  }

  list(): readonly Pin[] {
    return [...this.#pins.values()].flat();
  }

  /** Fingerprints. */
  of(domain: string): readonly string[] {
    return this.#pins.get(domain)?.map(({ fingerprint }) => fingerprint) ?? [];
  }

  has(domain: string): boolean {
    return this.#pins.has(domain);
  }

  /** Gives the domain as it is compared. @throws PinError */
  async add(domainText: string, fingerprintText: string): Promise<string> {
    const { domain, fingerprint } = readPin(domainText, fingerprintText);
    if (this.of(domain).includes(fingerprint)) throw new PinError('conflict', `${domain} is pinned to this already.`);
    if (this.list().length >= MAX_PINS) throw new PinError('conflict', `There are ${MAX_PINS} pins already.`);
    const pin = { domain, fingerprint, atMs: this.#now() };
    await this.#writer.write([store.insertPin(pin)]);
    this.#put(pin);
    return domain;
  }

  /** Gives the domain as it is compared. @throws PinError */
  async remove(domainText: string, fingerprintText: string): Promise<string> {
    const { domain, fingerprint } = readPin(domainText, fingerprintText);
    if (!this.of(domain).includes(fingerprint)) throw new PinError('not-found', `${domain} is not pinned to this.`);
    await this.#writer.write([store.deletePin(domain, fingerprint)]);
    const left = (this.#pins.get(domain) ?? []).filter((pin) => pin.fingerprint !== fingerprint);
    if (left.length === 0) this.#pins.delete(domain);
    else this.#pins.set(domain, left);
    return domain;
  }

  #put(pin: Pin): void {
    const others = (this.#pins.get(pin.domain) ?? []).filter(({ fingerprint }) => fingerprint !== pin.fingerprint);
    this.#pins.set(pin.domain, [...others, pin]);
  }
}

/** Fingerprints are taken as programs show them: with colons or spaces, in capitals or not. */
function readPin(domainText: string, fingerprintText: string): { domain: string; fingerprint: string } {
  const domain = prepareDomainpart(domainText.trim());
  if (domain === undefined) throw new PinError('invalid', `“${domainText}” is not a domain.`);
  const fingerprint = fingerprintText.replace(/[\s:]/g, '').toLowerCase();
  if (!SHA256.test(fingerprint)) {
    throw new PinError('invalid', 'A pin is the SHA-256 of a certificate or of its public key: 64 hexadecimal digits.');
  }
  return { domain, fingerprint };
}
