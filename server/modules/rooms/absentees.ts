/** Members who are away are told of what was said for them: by push, and by XEP-0452. See docs/decisions/0020. */
import { bareJid, parseJid } from '../../jid/jid.ts';
import { delayElement } from '../../stanza/delay.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import type { Affiliated } from './affiliations.ts';
import { type Wakes, wakesFor } from './configuration.ts';
import { isNamed, readMentions } from './mentions.ts';
import { NS_MESSAGE_CORRECT } from './namespaces.ts';
import type { Occupant } from './occupants.ts';
import { isAtLeast } from './privileges.ts';
import { belongsToHistory } from './recording.ts';
import type { Room } from './room.ts';
import type { RoomService } from './service.ts';

const NS_MENTION_NOTIFICATIONS = 'urn:xmpp:mmn:0';
const NS_FORWARD = 'urn:xmpp:forward:0';
const NS_HINTS = 'urn:xmpp:hints';

/** An affiliation is replaced when it changes, so what was computed for one goes with it. */
const occupantIds = new WeakMap<Affiliated, string>();

/** `message` is as everybody in the room got it. Nothing of this is stored: the archive has the message. */
export function tellAbsentees(service: RoomService, room: Room, sender: Occupant, message: Element): void {
  // Whoever corrects a message has told of it already.
  if (!belongsToHistory(message) || message.child('replace', NS_MESSAGE_CORRECT) !== undefined) return;
  const text = (message.childText('body') ?? '').toLowerCase();
  let isMentioned: ((member: Affiliated) => boolean) | undefined;
  for (const member of room.affiliations.all()) {
    if (room.occupants.hasUser(member.jid) || !isAtLeast(member.affiliation, 'member')) continue;
    isMentioned ??= mentionsIn(service, room, sender, message, text);
    const mentioned = isMentioned(member);
    const wakes = wishOf(room, member.jid);
    if (mentioned && room.configuration.forwardsMentions) forward(service, room, sender, message, member.jid);
    if (wakes === 'everything' || (wakes === 'mentions' && mentioned)) wake(service, sender, message, member.jid);
  }
}

function mentionsIn(
  service: RoomService,
  room: Room,
  sender: Occupant,
  message: Element,
  text: string,
): (member: Affiliated) => boolean {
  const { jids, nicks, occupantIds: ids, isForAll } = readMentions(message, room.jid);
  const isForEverybody = isForAll && isAtLeast(room.affiliationOf(sender.user), 'member');
  return (member) =>
    isForEverybody ||
    jids.has(member.jid) ||
    (ids.size > 0 && ids.has(occupantIdOf(service, room, member))) ||
    (member.nick !== undefined && (nicks.has(member.nick) || isNamed(text, member.nick)));
}

function occupantIdOf(service: RoomService, room: Room, member: Affiliated): string {
  const known = occupantIds.get(member);
  if (known !== undefined) return known;
  const jid = parseJid(member.jid);
  const id = jid === undefined ? '' : service.occupantId(room, jid);
  occupantIds.set(member, id);
  return id;
}

/** What the member wants, else what the room is set to. */
function wishOf({ configuration, wishes }: Room, jid: string): Wakes {
  const wish = wishes.get(jid);
  if (wish === undefined) return wakesFor(configuration);
  return wish ? 'everything' : 'mentions';
}

function wake(service: RoomService, { address }: Occupant, message: Element, member: string): void {
  const jid = accountOf(service, member);
  if (jid === undefined || service.blocking.isBlocked(jid.local, address)) return;
  service.push.notify(jid.local, message.withAttr('to', jid.bare));
}

/** XEP-0452 section 3.2. Accounts here without anybody online have no use for it. */
function forward(service: RoomService, room: Room, { address }: Occupant, message: Element, member: string): void {
  const jid = parseJid(member);
  if (jid === undefined || jid.local === '') return;
  const account = accountOf(service, member);
  if (account !== undefined) {
    if (service.host.sessions.of(account.local).size === 0) return;
    if (service.blocking.isBlocked(account.local, address)) return;
  } else if (jid.domain === service.host.domain) return;
  const forwarded = el(
    'forwarded',
    NS_FORWARD,
    undefined,
    delayElement(room.jid.bare, service.now),
    message.withAttr('to', room.jid.bare),
  );
  const element = el(
    'message',
    NS_CLIENT,
    { id: service.newId(), from: room.jid.bare, to: jid.bare },
    el('mentions', NS_MENTION_NOTIFICATIONS, undefined, forwarded),
    // The archive of the room has it: no mailbox and no other archive needs it.
    el('no-store', NS_HINTS),
  );
  service.sendMessage(element, 'normal', room.jid, bareJid(jid));
}

function accountOf({ host }: RoomService, member: string) {
  const jid = parseJid(member);
  return jid !== undefined && jid.domain === host.domain && host.accounts.has(jid.local) ? jid : undefined;
}
