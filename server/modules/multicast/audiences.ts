/** To whom the service has shown a session's presence (XEP-0033 section 5.1). */
import type { Jid } from '../../jid/jid.ts';
import type { Session } from '../../session/session.ts';

/**
 * That all of them hear of the session's end is the router's business, as with every directed presence (RFC 6121 section
 * 4.6.3): this only remembers which of those who got one got it by this service, and never more of them.
 */
export class Audiences {
  readonly #told = new WeakMap<Session, Set<string>>();

  add(session: Session, jid: Jid): void {
    const told = this.#told.get(session) ?? new Set();
    this.#told.set(session, told);
    told.add(jid.full);
    // Some have heard of the end since, or were refused, or are the account's own, who hear of everything.
    if (told.size <= session.directed.size) return;
    for (const full of told) if (!session.directed.has(full)) told.delete(full);
  }

  /** Those who still take the session for available. */
  of(session: Session): readonly Jid[] {
    const found: Jid[] = [];
    for (const full of this.#told.get(session) ?? []) {
      const jid = session.directed.get(full);
      if (jid !== undefined) found.push(jid);
    }
    return found;
  }
}
