/**
 * What becomes of stanzas whose client never acknowledged them, once its session is over. XEP-0198 section 4: the same as
 * if the resource had not been there, so that another device or the offline storage gets a message, and whoever asked
 * something hears that nobody will answer.
 */

import { bareJid, parseJid } from '../../jid/jid.ts';
import type { Host } from '../../modulehost/module.ts';
import { readStanza } from '../../router/read-stanza.ts';
import type { Session } from '../../session/session.ts';
import type { UnackedStanza } from '../../session/unacked-queue.ts';
import { withDelay } from '../../stanza/delay.ts';
import { StanzaError } from '../../stanza/error.ts';
import { NS_FORWARD } from '../../stanza/forward.ts';
import { NS_CLIENT, readMessageType } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';

const NS_CARBONS = 'urn:xmpp:carbons:2';

/** Hands one stanza of an ended session back. */
export function giveBack(host: Pick<Host, 'router' | 'domain'>, session: Session, stanza: UnackedStanza): void {
  const { element } = stanza;
  if (element.name === 'iq') refuse(host, element);
  if (element.name !== 'message' || stanza.isKept) return;
  const self = bareJid(session.jid);
  const carbon = carbonContent(element, self.full);
  // Others may have the same message, or get it still; a carbon that nobody shares is a copy and no more.
  const isLost = stanza.copies === undefined ? carbon === undefined : stanza.copies.giveUp();
  if (!isLost) return;
  const message = carbon ?? element;
  const from = parseJid(message.attr('from') ?? '');
  const type = readMessageType(message);
  // What the account itself said (a page of its archive, a notice about its nodes) was for this device alone.
  if (from === undefined || from.full === self.full) return;
  // RFC 6121 section 8.5.3.2.1: nothing else is worth keeping for a resource that is gone.
  if (type !== 'chat' && type !== 'normal') return;
  const again = withDelay(message.withAttr('to', self.full), host.domain, stanza.atMs);
  host.router.redeliver({ kind: 'message', type, element: again, from, to: self });
}

/** A request that nobody will answer any more; an answer needs no answer. */
function refuse(host: Pick<Host, 'router'>, element: Element): void {
  const iq = readStanza(element);
  if (iq !== undefined) host.router.refuse(iq, new StanzaError('recipient-unavailable', 'The device has gone away.'));
}

/** The message inside a carbon of the server's own making (XEP-0280); a client's messages have a full JID as sender. */
function carbonContent(element: Element, self: string): Element | undefined {
  if (element.attr('from') !== self) return undefined;
  const copy = element.elements.find((child) => child.xmlns === NS_CARBONS);
  return copy?.child('forwarded', NS_FORWARD)?.child('message', NS_CLIENT);
}
