/**
 * An account's session without a client, for whoever may act in the account's name (XEP-0356): its stanzas walk the same
 * stages as those of the account's devices, so that nothing is possible which the account could not do itself.
 */
import type { Jid } from '../jid/jid.ts';
import type { Element } from '../xml/element.ts';
import { Session } from './session.ts';

/** Nothing ever waits in its outbox. */
const NO_LIMITS = { maxBufferedBytes: 0, maxUnacked: 0, maxUnackedBytes: 0 };

export interface StandInOptions {
  /** Bare JID of the account. */
  readonly account: Jid;
  /** Domain of the component that acts. */
  readonly principal: string;
  readonly nowMs: number;
  /** Gets the answers that come straight back. */
  readonly answered: (stanza: Element) => void;
}

/** Is in no table of sessions: nobody can address it, and it never becomes available. */
export class StandIn extends Session {
  readonly principal: string;
  readonly #answered: (stanza: Element) => void;

  constructor({ account, principal, nowMs, answered }: StandInOptions) {
    super({ jid: account, boundAtMs: nowMs, lang: undefined, limits: NO_LIMITS, overflowed: () => undefined });
    this.principal = principal;
    this.#answered = answered;
  }

  override send(stanza: Element): void {
    this.#answered(stanza);
  }
}
