/** What people call themselves, for the contact lists of others: by their profile, else by their nickname, else their address. */
import type { PepService, VcardService } from '../../modulehost/services.ts';
import type { Element } from '../../xml/element.ts';

const NS_VCARD = 'vcard-temp';
/** Of XEP-0292: the node, and what is in it. */
const VCARD4_NODE = 'urn:xmpp:vcard4';
const NS_VCARD4 = 'urn:ietf:params:xml:ns:vcard-4.0';
const NS_NICK = 'http://jabber.org/protocol/nick';
/** In UTF-16 units. SECURITY: what one says of oneself stands in everybody's list. */
const MAX_NAME_LENGTH = 100;

export class DisplayNames {
  readonly #vcards: VcardService;
  readonly #pep: PepService;
  /** To read all cards, pictures included, takes a while. */
  readonly #known = new Map<string, string>();

  constructor(vcards: VcardService, pep: PepService) {
    this.#vcards = vcards;
    this.#pep = pep;
  }

  of(localpart: string): string {
    const known = this.#known.get(localpart);
    if (known !== undefined) return known;
    const name = this.#read(localpart);
    this.#known.set(localpart, name);
    return name;
  }

  /** Calls `listener` whenever somebody is called otherwise; the function takes it back. */
  onChange(listener: (localpart: string) => void): () => void {
    const look = (localpart: string): void => {
      const before = this.#known.get(localpart);
      if (before === undefined) return; // nobody has asked
      this.#known.delete(localpart);
      if (this.of(localpart) !== before) listener(localpart);
    };
    const takeBack = [
      this.#vcards.onChange((localpart) => look(localpart)),
      this.#pep.onChange(({ account, node }) => (node === NS_NICK || node === VCARD4_NODE) && look(account)),
    ];
    return () => {
      for (const undo of takeBack) undo();
    };
  }

  forget(localpart: string): void {
    this.#known.delete(localpart);
  }

  /** Where both kinds of cards are open to all they are kept the same (XEP-0292). */
  #read(localpart: string): string {
    const card = this.#vcards.read(localpart);
    const name = tidy(card?.child('FN', NS_VCARD)) || tidy(card?.child('NICKNAME', NS_VCARD));
    if (name !== '') return name;
    const vcard4 = this.#published(localpart, VCARD4_NODE);
    const formatted = vcard4?.is('vcard', NS_VCARD4) === true ? tidy(vcard4.child('fn')?.child('text')) : '';
    const nick = this.#published(localpart, NS_NICK); // XEP-0172
    return formatted || (nick?.is('nick', NS_NICK) === true ? tidy(nick) : '') || localpart;
  }

  /** What contacts may read anyway: all to whom a group shows somebody see their presence. */
  #published(localpart: string, node: string): Element | undefined {
    const access = this.#pep.accessModel(localpart, node);
    return access === 'open' || access === 'presence' ? this.#pep.item(localpart, node)?.payload : undefined;
  }
}

/** One line, without what turns the direction of text beyond it, and not cut between the halves of a character. */
function tidy(element: Element | undefined): string {
  const text = (element?.text() ?? '').replace(/[\s\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
  return text.length <= MAX_NAME_LENGTH ? text : text.slice(0, MAX_NAME_LENGTH).replace(/[\ud800-\udbff]$/, '');
}
