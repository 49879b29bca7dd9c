/** Who is online, as privileged components learn it (XEP-0356 section 7): the accounts, and with more right their contacts. */

import type { ComponentGrants } from '../../administration/component-grants.ts';
import type { Jid } from '../../jid/jid.ts';
import type { Component } from '../../modulehost/components.ts';
import type { RosterService } from '../../modulehost/services.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import type { Presence } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';

/**
 * Characters of contacts' presence that are remembered, to be told to components that come later and to tell each only
 * once: some ten thousand contacts.
 */
const MAX_REMEMBERED = 4 * 1024 * 1024;

export interface PresencesOptions {
  /** Of the accounts. */
  readonly domain: string;
  readonly sessions: Sessions;
  readonly roster: Pick<RosterService, 'isSubscribedTo'>;
  readonly list: () => readonly Component[];
  /** Routes a presence that has its `to`. */
  readonly send: (presence: Element) => void;
}

type Access = ComponentGrants['presence'];

export class Presences {
  readonly #options: PresencesOptions;
  /** Connected components that may know, by domain. */
  readonly #watching = new Map<string, Access>();
  /** The last presence of each contact without `to`, by full JID. */
  readonly #known = new Map<string, Element>();
  #rememberedLength = 0;
  /** True while some component, be it here or away, may know of contacts. */
  #isRemembering = false;

  constructor(options: PresencesOptions) {
    this.#options = options;
    this.update();
  }

  /** Looks at what is granted now. A component that may know more than before is told all that it has missed (section 8, rule 1). */
  update(): void {
    const components = this.#options.list();
    this.#isRemembering = components.some(({ grants }) => grants.presence === 'roster');
    if (!this.#isRemembering) this.#forgetAll();
    const before = new Map(this.#watching);
    this.#watching.clear();
    for (const { domain, grants, connection } of components) {
      if (connection === undefined || grants.presence === 'none') continue;
      this.#watching.set(domain, grants.presence);
      if (before.get(domain) !== grants.presence) this.#catchUp(domain, grants.presence);
    }
  }

  /** An account's resource has come or gone, or has changed its presence. */
  changed(session: Session, wasAvailable: boolean, presence: Element): void {
    // Section 7.1: only initial presence and unavailable presence.
    if (session.isAvailable === wasAvailable) return;
    for (const [domain, access] of this.#watching) {
      if (access === 'managed_entity') this.#options.send(presence.withAttr('to', domain));
    }
    if (this.#isRemembering) this.#tell(session.jid, presence, session.isAvailable);
  }

  /** A contact's presence has come to an account, whether or not somebody is there to see it (section 7.4). */
  came({ type, from, element }: Presence, account: string): void {
    if (!this.#isRemembering || (type !== 'available' && type !== 'unavailable')) return;
    if (from.bare === `${account}@${this.#options.domain}`) return;
    // Who was told that somebody is there hears of the end as well, though the subscription may be over by then.
    if (type === 'available' && !this.#options.roster.isSubscribedTo(account, from.bare)) return;
    this.#tell(from, element, type === 'available');
  }

  /** Section 8, rule 2: the same presence once, however many accounts it came to. */
  #tell(from: Jid, element: Element, isAvailable: boolean): void {
    const presence = element.withAttr('to', undefined);
    if (!(isAvailable ? this.#remember(from.full, presence) : this.#forget(from.full))) return;
    for (const [domain, access] of this.#watching) {
      if (access === 'roster') this.#options.send(presence.withAttr('to', domain));
    }
  }

  /** False when it is known already. */
  #remember(jid: string, presence: Element): boolean {
    const xml = presence.toXml();
    if (this.#known.get(jid)?.toXml() === xml) return false;
    this.#forget(jid);
    if (this.#rememberedLength + xml.length > MAX_REMEMBERED) return true;
    this.#known.set(jid, presence);
    this.#rememberedLength += xml.length;
    return true;
  }

  /** False when nobody has been told that it is there, unless that can have been forgotten for want of room. */
  #forget(jid: string): boolean {
    const before = this.#known.get(jid);
    if (before === undefined) return this.#rememberedLength > MAX_REMEMBERED / 2;
    this.#known.delete(jid);
    this.#rememberedLength -= before.toXml().length;
    return true;
  }

  #forgetAll(): void {
    this.#known.clear();
    this.#rememberedLength = 0;
  }

  #catchUp(domain: string, access: Access): void {
    const { sessions, send } = this.#options;
    const told = new Set<string>();
    for (const session of sessions.all()) {
      if (session.presence === undefined) continue;
      told.add(session.jid.full);
      send(session.presence.withAttr('to', domain));
      if (access === 'roster') this.#remember(session.jid.full, session.presence);
    }
    if (access !== 'roster') return;
    for (const [jid, presence] of this.#known) if (!told.has(jid)) send(presence.withAttr('to', domain));
  }
}
