/** Answers presence probes for the accounts (RFC 6121 sections 4.3.2 and 4.6.6). */
import { bareJid, type Jid } from '../../jid/jid.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import type { Presence } from '../../stanza/stanza.ts';
import type { Outward } from './outward.ts';

export interface ProbesOptions {
  readonly outward: Outward;
  readonly sessions: Sessions;
  /** True when `contact`, a bare JID, may see the presence of the account. */
  readonly isSubscribed: (account: string, contact: string) => boolean;
}

export class Probes {
  readonly #options: ProbesOptions;

  constructor(options: ProbesOptions) {
    this.#options = options;
  }

  answer({ from, element }: Presence, to: Jid): void {
    const { outward, isSubscribed } = this.#options;
    const id = element.attr('id');
    if (from.bare !== to.bare && !isSubscribed(to.local, from.bare)) {
      if (!this.#answerDirected(from, to)) outward.send(bareJid(to), bareJid(from), 'unsubscribed', id);
    } else if (to.resource !== '') {
      this.#answerForOne(from, to, id);
    } else {
      this.#answerForAll(from, to, id);
    }
  }

  /** The last presence of every available resource as it was, with its own id, and when it came (section 4.3.2.1). */
  #answerForAll(from: Jid, to: Jid, id: string | undefined): void {
    const { outward, sessions } = this.#options;
    let isAnybodyThere = false;
    for (const session of sessions.of(to.local).values()) {
      if (session.presence === undefined) continue;
      isAnybodyThere = true;
      outward.show(session, from);
    }
    if (!isAnybodyThere) outward.send(to, from, 'unavailable', id);
  }

  /** A probe of one resource is told that it is there, and nothing else about it. */
  #answerForOne(from: Jid, to: Jid, id: string | undefined): void {
    const { outward, sessions } = this.#options;
    const isThere = sessions.get(to.local, to.resource)?.isAvailable ?? false;
    outward.send(to, from, isThere ? 'available' : 'unavailable', id);
  }

  /** Who got directed presence may learn whether that still holds, for the resource it came from (section 4.6.6). */
  #answerDirected(from: Jid, to: Jid): boolean {
    const { outward, sessions } = this.#options;
    let isAnswered = false;
    for (const session of sessions.of(to.local).values()) {
      if (to.resource !== '' && session.jid.resource !== to.resource) continue;
      if (!isDirectedTo(session, from)) continue;
      outward.send(session.jid, from, 'available');
      isAnswered = true;
    }
    return isAnswered;
  }
}

/** A room asks with its own address after presence that went to one of its occupants. */
function isDirectedTo(session: Session, jid: Jid): boolean {
  if (session.directed.has(jid.full)) return true;
  if (jid.resource !== '') return false;
  for (const directed of session.directed.values()) if (directed.bare === jid.bare) return true;
  return false;
}
