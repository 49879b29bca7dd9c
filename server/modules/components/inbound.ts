/** From an element that a component sent to a stanza that may be routed (XEP-0114 section 3, RFC 6120 section 8). */
import { parseJid } from '../../jid/jid.ts';
import { inClientNamespace, NS_COMPONENT } from '../../stanza/component-namespace.ts';
import { withoutForgedDelay } from '../../stanza/delay.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type AddressedStanza, readIqParts, readMessageType, readPresenceType } from '../../stanza/stanza.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';

const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);

/** A stanza; or the component's mistake, with the element that its error answers; or a reason to end the stream. */
export type ComponentInbound =
  | { readonly stanza: AddressedStanza }
  | { readonly refused: Element; readonly error: StanzaError }
  | { readonly end: StreamError };

export interface ComponentSender {
  /** Of the component. */
  readonly domain: string;
  /** Of the accounts. */
  readonly serverDomain: string;
}

export function readComponentStanza(sent: Element, { domain, serverDomain }: ComponentSender): ComponentInbound {
  if (sent.xmlns !== NS_COMPONENT || !STANZAS.has(sent.name)) {
    return end('unsupported-stanza-type', `<${sent.name}/> of the namespace ${sent.xmlns} is not known here.`);
  }
  const sender = sent.attr('from');
  if (sender === undefined) return end('improper-addressing', 'A stanza of a component needs “from”.');
  const from = parseJid(sender);
  if (from?.domain !== domain) return end('invalid-from', `This component speaks for ${domain} and nobody else.`);
  const element = withoutForgedDelay(inClientNamespace(sent), serverDomain);
  const addressee = element.attr('to');
  if (addressee === undefined) return refuse(element, 'bad-request', 'A stanza of a component needs “to”.');
  const to = parseJid(addressee);
  if (to === undefined) {
    return refuse(element.withAttr('to', undefined), 'jid-malformed', 'The address in “to” is not a valid JID.');
  }
  switch (element.name) {
    case 'message':
      return { stanza: { kind: 'message', type: readMessageType(element), element, from, to } };
    case 'presence': {
      const type = readPresenceType(element);
      if (type === undefined) return refuse(element, 'bad-request', 'This type of presence does not exist.');
      return { stanza: { kind: 'presence', type, element, from, to } };
    }
    default: {
      const parts = readIqParts(element);
      if (typeof parts === 'string') return refuse(element, 'bad-request', parts);
      return { stanza: { kind: 'iq', ...parts, element, from, to } };
    }
  }
}

function end(condition: string, text: string): ComponentInbound {
  return { end: new StreamError(condition, text) };
}

function refuse(refused: Element, condition: 'bad-request' | 'jid-malformed', text: string): ComponentInbound {
  return { refused, error: new StanzaError(condition, text) };
}
