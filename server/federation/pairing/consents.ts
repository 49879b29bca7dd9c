/** What the host of this server has agreed to and refused: in memory, and on disk before anybody is told so. */
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import type { Consent, Refused } from './store.ts';
import * as store from './store.ts';

/** More than a building has; each is a person’s own deed. */
const MAX_CONSENTS = 100;
/** The oldest are forgotten: who is still there then may ask once more. */
const MAX_REFUSALS = 64;

/** `message` is a sentence for who asked. */
export class PairError extends Error {
  override readonly name = 'PairError';
  readonly code: 'conflict' | 'not-found' | 'refused';

  constructor(code: PairError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export class Consents {
  readonly #writer: Writer;
  readonly #consents = new Map<string, Consent>();
  #refusals: readonly Refused[];

  constructor({ reader, writer }: { readonly reader: Reader; readonly writer: Writer }) {
    this.#writer = writer;
    for (const consent of store.readConsents(reader)) this.#consents.set(consent.domain, consent);
    this.#refusals = store.readRefusals(reader);
  }

  get all(): readonly Consent[] {
    return [...this.#consents.values()];
  }

  of(domain: string): Consent | undefined {
    return this.#consents.get(domain);
  }

  hasRefused(domain: string, fingerprint: string): boolean {
    return this.#refusals.some((one) => one.domain === domain && one.fingerprint === fingerprint);
  }

  /** Takes the place of what was agreed about this domain, and of a refusal. @throws PairError when there are too many */
  async put(consent: Consent): Promise<void> {
    const { domain, fingerprint } = consent;
    if (!this.#consents.has(domain) && this.#consents.size >= MAX_CONSENTS)
      throw new PairError('conflict', `There are ${MAX_CONSENTS} other servers already.`);
    await this.#writer.write([store.putConsent(consent), store.deleteRefusal(consent)]);
    this.#consents.set(domain, consent);
    this.#refusals = this.#refusals.filter((one) => one.domain !== domain || one.fingerprint !== fingerprint);
  }

  async remove(domain: string): Promise<void> {
    await this.#writer.write([store.deleteConsent(domain)]);
    this.#consents.delete(domain);
  }

  async refuse(refused: Refused): Promise<void> {
    const kept = this.#refusals.filter(
      ({ domain, fingerprint }) => domain !== refused.domain || fingerprint !== refused.fingerprint,
    );
    const forgotten = kept.slice(0, Math.max(0, kept.length + 1 - MAX_REFUSALS));
    await this.#writer.write([store.putRefusal(refused), ...forgotten.map(store.deleteRefusal)]);
    this.#refusals = [...kept.slice(forgotten.length), refused];
  }
}
