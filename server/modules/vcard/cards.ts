/** The cards of all accounts: what is on its way to the disk is known to every read, and changes are told. */
import type { VcardService } from '../../modulehost/services.ts';
import type { Element } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import type { VcardStore } from './store.ts';

type Listener = Parameters<VcardService['onChange']>[0];

export class Cards implements VcardService {
  readonly #store: VcardStore;
  readonly #listeners = new Set<Listener>();
  /** What has been written and is not on disk yet. */
  readonly #underWay = new Map<string, { readonly card: Element | undefined }>();

  constructor(store: VcardStore) {
    this.#store = store;
  }

  read(account: string): Element | undefined {
    const underWay = this.#underWay.get(account);
    if (underWay !== undefined) return underWay.card;
    const xml = this.#store.read(account);
    return xml === undefined ? undefined : parseXml(xml);
  }

  write(account: string, card: Element): Promise<void> {
    // An empty card says nothing, so there is none.
    const after = card.elements.length === 0 ? undefined : card;
    const before = this.#listeners.size === 0 ? undefined : this.read(account);
    const entry = { card: after };
    this.#underWay.set(account, entry);
    const written = after === undefined ? this.#store.remove(account) : this.#store.write(account, after.toXml());
    const settle = () => {
      if (this.#underWay.get(account) === entry) this.#underWay.delete(account);
    };
    written.then(settle, settle); // before anybody who awaits it goes on
    for (const listener of this.#listeners) listener(account, after, before);
    return written;
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The account is gone, and its card with it. */
  forget(account: string): void {
    this.#underWay.delete(account);
    void this.#store.remove(account);
  }
}
