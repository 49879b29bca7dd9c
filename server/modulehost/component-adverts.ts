/** Tells components what they may do, when they have come and whenever that changes. */
import { NS_CLIENT } from '../stanza/stanza.ts';
import { type Element, el } from '../xml/element.ts';
import type { Component, ComponentEvent } from './components.ts';

export interface ComponentAdvertsOptions {
  readonly domain: string;
  readonly randomId: (bytes: number) => string;
  /** Routes a stanza. */
  readonly send: (message: Element) => void;
  /** What there is to tell; without children when there is nothing. */
  readonly advert: (component: Component) => Element;
}

const ID_BYTES = 6;

export class ComponentAdverts {
  readonly #options: ComponentAdvertsOptions;
  /** What each component that is connected was told last, by domain. */
  readonly #told = new Map<string, string>();

  constructor(options: ComponentAdvertsOptions) {
    this.#options = options;
  }

  /** To be called with everything that happens to components. */
  heard(event: ComponentEvent, component: Component): void {
    const { domain, randomId, send, advert } = this.#options;
    const { domain: to, connection } = component;
    if (event === 'gone' || connection === undefined) {
      this.#told.delete(to);
      return;
    }
    const payload = advert(component);
    const xml = payload.toXml();
    const before = this.#told.get(to);
    if (before === xml || (before === undefined && payload.children.length === 0)) return;
    this.#told.set(to, xml);
    send(el('message', NS_CLIENT, { from: domain, to, id: randomId(ID_BYTES) }, payload));
  }
}
