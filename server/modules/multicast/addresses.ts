/** `<addresses/>` of XEP-0033: what a sender wrote, and what each of the addressees gets to see of it. */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { isUri, readXmppUri } from './uri.ts';

export const NS_ADDRESS = 'http://jabber.org/protocol/address';

const TYPES: ReadonlySet<string> = new Set(['to', 'cc', 'bcc', 'replyto', 'replyroom', 'noreply', 'ofrom']);
const TO_DELIVER: ReadonlySet<string> = new Set(['to', 'cc', 'bcc']);

interface Address {
  readonly element: Element;
  readonly type: string;
  /** Undefined when it names none, or a URI of another network. */
  readonly jid: Jid | undefined;
  /** True when the stanza goes to `jid`. */
  readonly isDue: boolean;
}

/** The addresses of a stanza, all of them right. */
export interface Addressing {
  readonly addresses: readonly Address[];
  /** Whom to deliver to, each once; `blind` is set for those whom nobody else may see. */
  readonly due: readonly { readonly jid: Jid; readonly blind: Address | undefined }[];
}

/** Reads the `<addresses/>` of a stanza to a multicast service; undefined when there is none. */
export function readAddressing(stanza: Element, maxAddresses: number): Addressing | StanzaError | undefined {
  const headers = stanza.elements.filter((child) => child.is('addresses', NS_ADDRESS));
  const [header] = headers;
  if (header === undefined) return undefined;
  if (headers.length > 1) return new StanzaError('bad-request', 'A stanza has one list of addresses.');
  const elements = header.elements.filter((child) => child.is('address', NS_ADDRESS));
  if (elements.length > maxAddresses)
    return new StanzaError('not-acceptable', `A stanza may have at most ${maxAddresses} addresses here.`);
  const addresses: Address[] = [];
  for (const element of elements) {
    const address = readAddress(element);
    if (address instanceof StanzaError) return address;
    addresses.push(address);
  }
  if (!addresses.some(({ type }) => TO_DELIVER.has(type)))
    return new StanzaError('bad-request', 'The list of addresses names nobody to deliver to.');
  return { addresses, due: dueOf(addresses) };
}

/**
 * What all see: without those who are addressed blindly, and marked so that no other service delivers it again.
 * SECURITY: that somebody else is the author (`ofrom`) is for rooms to say; of a sender it is believed about itself alone.
 */
export function openHeader({ addresses }: Addressing, from: Jid): readonly Element[] {
  return addresses
    .filter(({ type, jid }) => type !== 'bcc' && (type !== 'ofrom' || jid?.bare === from.bare))
    .map(({ element, isDue }) => (isDue ? element.withAttr('delivered', 'true') : element));
}

/** The stanza as it goes to one of those who are due, its `to` aside. */
export function withHeader(stanza: Element, header: readonly Element[], blind: Address | undefined): Element {
  const shown = blind === undefined ? header : [...header, blind.element];
  const addresses = el('addresses', NS_ADDRESS, undefined, shown);
  const children = stanza.children.map((child) =>
    typeof child !== 'string' && child.is('addresses', NS_ADDRESS) ? addresses : child,
  );
  return stanza.withChildren(children);
}

/** Section 4 and its parts. */
function readAddress(element: Element): Address | StanzaError {
  const type = element.attr('type') ?? '';
  const jidText = element.attr('jid');
  const uri = element.attr('uri');
  if (!TYPES.has(type)) return new StanzaError('bad-request', 'An address is of none of the types that there are.');
  if (uri !== undefined && (jidText !== undefined || element.attr('node') !== undefined))
    return new StanzaError('bad-request', 'An address has either a URI or a JID.');
  if (type === 'noreply') return { element, type, jid: undefined, isDue: false };
  const isDue = TO_DELIVER.has(type) && element.attr('delivered') !== 'true';
  if (jidText !== undefined) {
    const jid = parseJid(jidText);
    return jid === undefined ? malformed('An address is not a valid JID.') : { element, type, jid, isDue };
  }
  if (uri === undefined) return new StanzaError('bad-request', 'An address lacks its JID.');
  const jid = readXmppUri(uri);
  if (jid === undefined && (isDue || !isUri(uri))) return malformed('Only addresses of XMPP are understood here.');
  return { element, type, jid, isDue };
}

/** Whoever is named openly as well need not be hidden. */
function dueOf(addresses: readonly Address[]): Addressing['due'] {
  const due = new Map<string, { jid: Jid; blind: Address | undefined }>();
  for (const address of addresses) {
    const { jid, isDue, type } = address;
    if (jid === undefined || !isDue) continue;
    if (type !== 'bcc') due.set(jid.full, { jid, blind: undefined });
    else if (!due.has(jid.full)) due.set(jid.full, { jid, blind: address });
  }
  return [...due.values()];
}

function malformed(text: string): StanzaError {
  return new StanzaError('jid-malformed', text);
}
