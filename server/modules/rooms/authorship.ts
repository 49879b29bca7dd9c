/**
 * Who wrote a message of the record: archived with it, and shown to those who may see real JIDs (XEP-0313 section
 * 5.1.2). What occupants send never has this element, so it is the room's word.
 */
import type { Jid } from '../../jid/jid.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_MUC_USER } from './namespaces.ts';
import type { Occupant } from './occupants.ts';
import type { Room } from './room.ts';
import { STATUS, statusElement } from './status-codes.ts';

/** `author` is the full JID of the session. The status says that everybody in the room could see it at that time. */
export function authorElement(room: Room, occupant: Occupant, author: Jid): Element {
  return el(
    'x',
    NS_MUC_USER,
    undefined,
    el('item', NS_MUC_USER, {
      affiliation: room.affiliationOf(author),
      role: occupant.role,
      jid: author.full,
    }),
    room.configuration.whois === 'anyone' ? statusElement(STATUS.nonAnonymous) : undefined,
  );
}

export function authorAffiliation(message: Element): string | undefined {
  return message.child('x', NS_MUC_USER)?.child('item')?.attr('affiliation');
}

export function withoutAuthor(message: Element): Element {
  return message.without((child) => child.xmlns === NS_MUC_USER);
}

/**
 * SECURITY: moderators see who wrote it. Where everybody may see real JIDs, the others do as well, but for what was
 * written while they could not: a room that becomes non-anonymous does not give away those who wrote before.
 */
export function viewFor(isModerator: boolean, isNonAnonymous: boolean): (message: Element) => Element {
  return (message) => {
    const x = message.child('x', NS_MUC_USER);
    if (x === undefined) return message;
    const item = x.child('item');
    const wasSeen = x.child('status') !== undefined;
    const plain = withoutAuthor(message);
    if (item === undefined || !(isModerator || (isNonAnonymous && wasSeen))) return plain;
    return plain.plus(el('x', NS_MUC_USER, undefined, item));
  };
}
