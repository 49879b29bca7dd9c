/** Refusals with the conditions of `pubsub#errors` (XEP-0060). */
import { NS_STANZA_ERROR, type StanzaCondition, StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_PUBSUB_ERRORS } from './namespaces.ts';

type PubSubCondition =
  | 'closed-node'
  | 'invalid-jid'
  | 'invalid-options'
  | 'invalid-payload'
  | 'item-forbidden'
  | 'item-required'
  | 'jid-required'
  | 'max-items-exceeded'
  | 'node-full'
  | 'nodeid-required'
  | 'not-in-roster-group'
  | 'not-subscribed'
  | 'payload-required'
  | 'payload-too-big'
  | 'pending-subscription'
  | 'precondition-not-met'
  | 'presence-subscription-required'
  | 'too-many-subscriptions'
  | 'unsupported-access-model';

/**
 * A refusal whose own condition stands beside that of RFC 6120. `type` is given where the examples of XEP-0060 have
 * another one than RFC 6120 recommends.
 */
export function refusal(
  condition: StanzaCondition,
  own: PubSubCondition,
  text: string,
  type?: StanzaError['type'],
): StanzaError {
  return new StanzaError(condition, text, {
    application: el(own, NS_PUBSUB_ERRORS),
    ...(type !== undefined && { type }),
  });
}

/** `feature` is a name from the table of section 10. */
export function unsupported(feature: string, text: string): StanzaError {
  return new StanzaError('feature-not-implemented', text, {
    application: el('unsupported', NS_PUBSUB_ERRORS, { feature }),
  });
}

export function noSuchNode(): StanzaError {
  return new StanzaError('item-not-found', 'There is no such node.');
}

export function nodeIdRequired(): StanzaError {
  return refusal('bad-request', 'nodeid-required', 'The request names no node.');
}

export function forOwnersOnly(): StanzaError {
  return new StanzaError('forbidden', 'Only owners of the node may do that.');
}

/** Section 6.1.3.11: the node is elsewhere now. */
export class MovedError extends StanzaError {
  readonly #uri: string;

  constructor(uri: string) {
    super('gone', 'This node has moved.', { type: 'modify' });
    this.#uri = uri;
  }

  /** RFC 6120 section 8.3.3.5: the new address is the text of the condition. */
  override toElement(xmlns: string): Element {
    const error = super.toElement(xmlns);
    return error.withChildren(
      error.children.map((child) =>
        typeof child !== 'string' && child.is('gone', NS_STANZA_ERROR) ? child.withChildren([this.#uri]) : child,
      ),
    );
  }
}
