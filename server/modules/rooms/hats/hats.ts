/** XEP-0317: Hats. What somebody is in a room beside role and affiliation: presenter, teacher, scribe. */
import { createHash } from 'node:crypto';
import { type Element, el } from '../../../xml/element.ts';
import { NS_HATS } from '../namespaces.ts';

export interface Hat {
  /** Names the hat for good. */
  readonly uri: string;
  /** As shown to people. */
  readonly title: string;
  /** An angle in degrees, as whoever made the hat wrote it. */
  readonly hue: string | undefined;
  /** Language of the title, as in xml:lang. */
  readonly lang: string | undefined;
}

/** The hats of one room, and who wears them. */
export class Hats {
  /** By URI, in the order in which they were made. */
  readonly #all = new Map<string, Hat>();
  /** URIs by bare JID. */
  readonly #worn = new Map<string, Set<string>>();
  /** What presences show of them, by bare JID. */
  readonly #drawn = new Map<string, Element>();

  get count(): number {
    return this.#all.size;
  }

  get wearerCount(): number {
    return this.#worn.size;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  all(): Iterable<Hat> {
    return this.#all.values();
  }

  get(uri: string): Hat | undefined {
    return this.#all.get(uri);
  }

  /** Makes a hat, or changes the one with this URI. */
  set(hat: Hat): void {
    this.#all.set(hat.uri, hat);
    this.#drawn.clear();
  }

  /** Takes a hat from everybody and out of the list. */
  remove(uri: string): void {
    this.#all.delete(uri);
    for (const jid of [...this.#worn.keys()]) this.unassign(jid, uri);
    this.#drawn.clear();
  }

  /** Does nothing when there is no such hat. */
  assign(jid: string, uri: string): void {
    if (!this.#all.has(uri)) return;
    const worn = this.#worn.get(jid) ?? new Set();
    worn.add(uri);
    this.#worn.set(jid, worn);
    this.#drawn.delete(jid);
  }

  /** False when the hat was not worn. */
  unassign(jid: string, uri: string): boolean {
    const worn = this.#worn.get(jid);
    if (worn?.delete(uri) !== true) return false;
    if (worn.size === 0) this.#worn.delete(jid);
    this.#drawn.delete(jid);
    return true;
  }

  /** Takes all hats from somebody; false when there was none. */
  forget(jid: string): boolean {
    this.#drawn.delete(jid);
    return this.#worn.delete(jid);
  }

  /** Bare JIDs of those who wear it. */
  wearers(uri: string): readonly string[] {
    return [...this.#worn].filter(([, worn]) => worn.has(uri)).map(([jid]) => jid);
  }

  wornBy(jid: string): readonly Hat[] {
    return [...(this.#worn.get(jid) ?? [])].flatMap((uri) => this.#all.get(uri) ?? []);
  }

  *assignments(): Iterable<readonly [jid: string, hat: Hat]> {
    for (const jid of this.#worn.keys()) for (const hat of this.wornBy(jid)) yield [jid, hat];
  }

  /** The `<hats/>` of a presence; undefined when this user wears none. */
  elementFor(jid: string): Element | undefined {
    if (this.#worn.size === 0) return undefined;
    const known = this.#drawn.get(jid);
    if (known !== undefined || !this.#worn.has(jid)) return known;
    const drawn = el('hats', NS_HATS, undefined, this.wornBy(jid).map(hatElement));
    this.#drawn.set(jid, drawn);
    return drawn;
  }

  /** By which clients see whether the list that they have is still right. */
  hash(): string {
    return createHash('sha256')
      .update(JSON.stringify([...this.#all.values()].sort((a, b) => (a.uri < b.uri ? -1 : 1))))
      .digest('hex');
  }
}

function hatElement({ uri, title, hue, lang }: Hat): Element {
  return el('hat', NS_HATS, { title, uri, hue, 'xml:lang': lang });
}
