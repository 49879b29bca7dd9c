/** Why a domain could not be reached: for the senders of what waits, and for the window. */
import { type StanzaCondition, StanzaError } from '../../stanza/error.ts';
import { DialError } from '../dialling/dialled.ts';

export class LinkFailure {
  readonly condition: StanzaCondition;
  readonly sentence: string;
  /** True when trying again in a minute would come to the same: what waits goes back at once. */
  readonly isLasting: boolean;

  constructor(condition: StanzaCondition, sentence: string, isLasting = false) {
    this.condition = condition;
    this.sentence = sentence;
    this.isLasting = isLasting;
  }

  toStanzaError(): StanzaError {
    return new StanzaError(this.condition, this.sentence);
  }
}

/** What `Dialler.dial` rejected with. */
export function failureOfDialling(error: unknown, domain: string): LinkFailure {
  if (!(error instanceof DialError)) {
    return new LinkFailure('remote-server-timeout', `${domain} could not be reached.`);
  }
  return new LinkFailure(error.condition, error.message, error.condition === 'remote-server-not-found');
}
