/** A request on its way to the component that answers it, and the answer back (XEP-0355 section 4.3). */
import { parseJid } from '../../jid/jid.ts';
import type { Answer } from '../../router/iq-table.ts';
import type { OwnRequests } from '../../router/own-requests.ts';
import { StanzaError } from '../../stanza/error.ts';
import { forwarded, NS_FORWARD } from '../../stanza/forward.ts';
import type { Iq } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_DELEGATION } from './advert.ts';

/** Under way at a time, of all components together: a hundred people who open their apps at once. */
const MAX_WAITING = 1_000;

export interface ForwardingOptions {
  readonly ownRequests: Pick<OwnRequests, 'set'>;
  /** Told of an answer that the XEP does not allow. */
  readonly spoiled: (component: string) => void;
}

export class Forwarding {
  readonly #options: ForwardingOptions;
  #waiting = 0;

  constructor(options: ForwardingOptions) {
    this.#options = options;
  }

  /** What the component answers; `service-unavailable` for everything that is no proper result. */
  async ask(component: string, iq: Iq): Promise<Answer> {
    const to = parseJid(component);
    if (to === undefined) return unavailable();
    if (this.#waiting >= MAX_WAITING) return new StanzaError('resource-constraint', 'Too many requests wait.');
    this.#waiting++;
    try {
      const answer = await this.#options.ownRequests.set(
        to,
        el('delegation', NS_DELEGATION, undefined, forwarded(iq.element)),
      );
      if (answer === undefined || answer.type !== 'result') return unavailable();
      const inner = answer.element
        .child('delegation', NS_DELEGATION)
        ?.child('forwarded', NS_FORWARD)
        ?.elements.find(({ name }) => name === 'iq');
      if (inner !== undefined && isAnswerTo(iq, inner)) return inner.elements[0];
      this.#options.spoiled(component);
      return unavailable();
    } finally {
      this.#waiting--;
    }
  }
}

/**
 * Addresses turned round, the same id, and a result. As in the examples, `from` may be left out: then the answer is the
 * one of whoever was asked.
 */
function isAnswerTo(iq: Iq, answer: Element): boolean {
  const from = answer.attr('from');
  return (
    answer.attr('type') === 'result' &&
    answer.attr('id') === iq.id &&
    parseJid(answer.attr('to') ?? '')?.full === iq.from.full &&
    (from === undefined || parseJid(from)?.full === iq.to.full)
  );
}

function unavailable(): StanzaError {
  return new StanzaError('service-unavailable');
}
