/** Stanza errors (RFC 6120 section 8.3): returned by whoever refuses, written to the sender in one place, the router. */
import { type Element, el } from '../xml/element.ts';

export const NS_STANZA_ERROR = 'urn:ietf:params:xml:ns:xmpp-stanzas';

type ErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/** The conditions of RFC 6120 section 8.3.3 with the type that it recommends for each. */
const TYPE_OF = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
} as const satisfies Record<string, ErrorType>;

export type StanzaCondition = keyof typeof TYPE_OF;

/**
 * A refusal. `text` is a plain sentence for the peer; it must not name paths, SQL or anybody whose existence the
 * sender may not know. `application` is an application-specific condition (RFC 6120 section 8.3.4).
 */
export class StanzaError {
  readonly condition: StanzaCondition;
  readonly text: string | undefined;
  readonly type: ErrorType;
  readonly application: Element | undefined;
  /** What goes back beside the `<error/>`: the part of a request that was refused, where only a part was. */
  readonly returned: Element | undefined;

  constructor(
    condition: StanzaCondition,
    text?: string,
    more: { readonly type?: ErrorType; readonly application?: Element; readonly returned?: Element } = {},
  ) {
    this.condition = condition;
    this.text = text;
    this.type = more.type ?? TYPE_OF[condition];
    this.application = more.application;
    this.returned = more.returned;
  }

  /** The `<error/>` child, in the namespace of the stanza that carries it. */
  toElement(xmlns: string): Element {
    return el(
      'error',
      xmlns,
      { type: this.type },
      el(this.condition, NS_STANZA_ERROR),
      this.text === undefined ? undefined : el('text', NS_STANZA_ERROR, { 'xml:lang': 'en' }, this.text),
      this.application,
    );
  }
}

/** The error answer to a stanza: addresses swapped, id kept, payload left out (RFC 6120 section 8.3.1 allows both). */
export function errorReply(stanza: Element, error: StanzaError): Element {
  return el(
    stanza.name,
    stanza.xmlns,
    { type: 'error', id: stanza.attr('id'), from: stanza.attr('to'), to: stanza.attr('from') },
    error.returned,
    error.toElement(stanza.xmlns),
  );
}
