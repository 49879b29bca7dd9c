/** Who has which affiliation with a room, and the nicknames that are reserved (XEP-0045 section 5.2). */
import type { Jid } from '../../jid/jid.ts';
import { nickKey } from './nickname.ts';
import type { Affiliation } from './privileges.ts';

export interface Affiliated {
  /** A bare JID, or a domain for all its people. */
  readonly jid: string;
  /** Never `none`. */
  readonly affiliation: Affiliation;
  /** Reserved for this user. */
  readonly nick: string | undefined;
  /** Why, in the words of whoever decided it. */
  readonly reason: string | undefined;
}

export class Affiliations {
  readonly #byJid = new Map<string, Affiliated>();
  /** Bare JIDs by the key of the nickname that they reserved. */
  readonly #byNick = new Map<string, string>();

  get count(): number {
    return this.#byJid.size;
  }

  get(jid: string): Affiliated | undefined {
    return this.#byJid.get(jid);
  }

  /** Section 9.2, the order of matching: the user, then the domain. */
  of(user: Jid): Affiliation {
    return (this.#byJid.get(user.bare) ?? this.#byJid.get(user.domain))?.affiliation ?? 'none';
  }

  /** Undefined as a nickname takes a reservation away. */
  set(affiliated: Affiliated): void {
    this.remove(affiliated.jid);
    this.#byJid.set(affiliated.jid, affiliated);
    if (affiliated.nick !== undefined) this.#byNick.set(nickKey(affiliated.nick), affiliated.jid);
  }

  remove(jid: string): void {
    const nick = this.#byJid.get(jid)?.nick;
    if (nick !== undefined) this.#byNick.delete(nickKey(nick));
    this.#byJid.delete(jid);
  }

  reservedNick(user: Jid): string | undefined {
    return this.#byJid.get(user.bare)?.nick;
  }

  /** Bare JID of whoever reserved the nickname, if anybody. */
  holderOf(nick: string): string | undefined {
    return this.#byNick.get(nickKey(nick));
  }

  list(affiliation: Affiliation): readonly Affiliated[] {
    return [...this.#byJid.values()].filter((affiliated) => affiliated.affiliation === affiliation);
  }

  all(): Iterable<Affiliated> {
    return this.#byJid.values();
  }
}
