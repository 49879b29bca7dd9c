/** From an element that another server sent to a stanza that may be routed (RFC 6120 sections 8 and 10.4). */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { withoutForgedDelay } from '../../stanza/delay.ts';
import { StanzaError } from '../../stanza/error.ts';
import { fromServerNamespace, NS_SERVER } from '../../stanza/server-namespace.ts';
import { type AddressedStanza, readIqParts, readMessageType, readPresenceType } from '../../stanza/stanza.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';

const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/** A stanza; or the peer's mistake, with the element that its error answers; or a reason to end the stream. */
export type ServerInbound =
  | { readonly stanza: AddressedStanza }
  | { readonly refused: Element; readonly error: StanzaError }
  | { readonly end: StreamError };

export interface InboundRules {
  /** Of the accounts: whose stamps are for nobody else to give, as those of the addressee's domain. */
  readonly ownDomain: string;
  readonly isLocal: (domain: string) => boolean;
  /**
   * Whether the stream may send from the first domain to the second one: by dialback that is proven for pairs
   * (XEP-0220 section 1.2), a certificate is good for all our domains.
   */
  readonly isProven: (from: string, to: string) => boolean;
  /** Whether it has proven the domain towards any of ours. */
  readonly isProvenSender: (from: string) => boolean;
}

export function isStanza(element: Element): boolean {
  return element.xmlns === NS_SERVER && STANZAS.has(element.name);
}

/** `sent` is one of the three (`isStanza`). */
export function readServerStanza(sent: Element, rules: InboundRules): ServerInbound {
  const sender = sent.attr('from');
  const addressee = sent.attr('to');
  if (sender === undefined || addressee === undefined) {
    return end('improper-addressing', 'A stanza between servers needs “from” and “to”.'); // RFC 6120 section 8.1.1.2
  }
  const from = parseJid(sender);
  if (from === undefined) return end('improper-addressing', 'The address in “from” is not a valid JID.');
  // A domain may have become one of ours since it was proven, when a component came.
  if (!rules.isProvenSender(from.domain) || rules.isLocal(from.domain)) {
    return end('invalid-from', `This stream has not proven that it speaks for ${from.domain}.`);
  }
  const to = parseJid(addressee);
  if (to === undefined) return end('improper-addressing', 'The address in “to” is not a valid JID.');
  if (!rules.isLocal(to.domain)) return end('host-unknown', `${to.domain} is not served here.`); // section 4.9.3.6
  if (!rules.isProven(from.domain, to.domain)) {
    return end('not-authorized', `This stream may not send from ${from.domain} to ${to.domain}.`);
  }
  const prepared = withAddress(withAddress(fromServerNamespace(sent), 'from', from), 'to', to);
  const element = withoutForgedDelay(prepared, rules.ownDomain);
  return readShape(to.domain === rules.ownDomain ? element : withoutForgedDelay(element, to.domain), from, to);
}

/** SECURITY: in the one spelling that addresses are compared in, whoever may compare them further on. */
function withAddress(element: Element, name: 'from' | 'to', { full }: Jid): Element {
  return element.attr(name) === full ? element : element.withAttr(name, full);
}

function readShape(element: Element, from: Jid, to: Jid): ServerInbound {
  switch (element.name) {
    case 'message':
      return { stanza: { kind: 'message', type: readMessageType(element), element, from, to } };
    case 'presence': {
      const type = readPresenceType(element);
      if (type === undefined) return refuse(element, 'This type of presence does not exist.');
      return { stanza: { kind: 'presence', type, element, from, to } };
    }
    default: {
      const parts = readIqParts(element);
      if (typeof parts === 'string') return refuse(element, parts);
      return { stanza: { kind: 'iq', ...parts, element, from, to } };
    }
  }
}

function end(condition: string, text: string): ServerInbound {
  return { end: new StreamError(condition, text) };
}

function refuse(refused: Element, text: string): ServerInbound {
  return { refused, error: new StanzaError('bad-request', text) };
}
