/** What a phone is woken for: a text, an invitation, a call, somebody who asks to be a contact. */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { NS_FORWARD } from '../../stanza/forward.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';

const NS_HINTS = 'urn:xmpp:hints';
const NS_CARBONS = 'urn:xmpp:carbons:2';
const NS_MUC_USER = 'http://jabber.org/protocol/muc#user';
const NS_CONFERENCE = 'jabber:x:conference';
const NS_JINGLE_MESSAGE = 'urn:xmpp:jingle-message:0';
const NS_JINGLE_RTP = 'urn:xmpp:jingle:apps:rtp:1';
/** OMEMO (XEP-0384, old and new), OpenPGP (XEP-0373, XEP-0027). */
const ENCRYPTED: ReadonlySet<string> = new Set([
  'eu.siacs.conversations.axolotl',
  'urn:xmpp:omemo:1',
  'urn:xmpp:omemo:2',
  'urn:xmpp:openpgp:0',
  'jabber:x:encrypted',
]);

interface Call {
  /** Of XEP-0353. */
  readonly id: string;
  /** `audio`, `video`. */
  readonly media: readonly string[];
}

export interface Occasion {
  readonly kind: 'call' | 'chat' | 'room' | 'subscription';
  readonly from: Jid;
  readonly element: Element;
  /** Undefined when there is none, and when what is there only stands for an encrypted one. */
  readonly body: string | undefined;
  readonly isEncrypted: boolean;
  readonly call: Call | undefined;
  /** True when nobody keeps it for a device that is gone (XEP-0334). */
  readonly isTransient: boolean;
  /** The only device that it concerns: who is in a room with it. */
  readonly resource: string | undefined;
}

/** Undefined when nobody needs to be woken for this message. A copy (XEP-0280) stands for what it shows. */
export function occasionOf(stanza: Element): Occasion | undefined {
  const received = stanza.child('received', NS_CARBONS);
  if (received !== undefined) {
    const message = received.child('forwarded', NS_FORWARD)?.child('message', NS_CLIENT);
    return message && messageOccasion(message);
  }
  return stanza.name === 'message' ? messageOccasion(stanza) : undefined;
}

export function subscriptionOccasion(presence: Element, from: Jid): Occasion {
  return {
    kind: 'subscription',
    from,
    element: presence,
    body: undefined,
    isEncrypted: false,
    call: undefined,
    isTransient: false,
    resource: undefined,
  };
}

function messageOccasion(element: Element): Occasion | undefined {
  const from = parseJid(element.attr('from') ?? '');
  const type = element.attr('type');
  if (from === undefined || type === 'error' || type === 'headline') return undefined;
  let body: string | undefined;
  let isEncrypted = false;
  let isInvitation = false;
  let isPrivateInRoom = false;
  let call: Call | undefined;
  for (const child of element.elements) {
    const { name, xmlns } = child;
    if (name === 'body' && xmlns === NS_CLIENT) body ??= child.text();
    else if (ENCRYPTED.has(xmlns)) isEncrypted = true;
    else if (xmlns === NS_CONFERENCE && name === 'x') isInvitation = true;
    else if (xmlns === NS_MUC_USER && name === 'x') {
      if (child.child('invite') !== undefined) isInvitation = true;
      else isPrivateInRoom = true;
    } else if (xmlns === NS_JINGLE_MESSAGE && name === 'propose') call = readCall(child);
  }
  const hasText = body !== undefined && body !== '';
  if (!hasText && !isEncrypted && !isInvitation && call === undefined) return undefined;
  const isInRoom = type === 'groupchat';
  const isForOne = isInRoom || (isPrivateInRoom && !isInvitation);
  return {
    kind: call !== undefined ? 'call' : isInRoom ? 'room' : 'chat',
    from,
    element,
    body: hasText && !isEncrypted ? body : undefined,
    isEncrypted,
    call,
    isTransient: element.child('no-store', NS_HINTS) !== undefined,
    resource: isForOne ? parseJid(element.attr('to') ?? '')?.resource || undefined : undefined,
  };
}

function readCall(propose: Element): Call {
  const media = propose.elements.filter((child) => child.is('description', NS_JINGLE_RTP));
  return {
    id: propose.attr('id') ?? '',
    media: media.flatMap((description) => description.attr('media') ?? []),
  };
}
