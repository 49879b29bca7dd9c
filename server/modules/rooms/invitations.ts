/** Inviting others through the room, and declining (XEP-0045 section 7.8.2). */
import { bareJid, type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { changeAffiliations, listRefusal } from './affiliation-changes.ts';
import { mayOccupantsInvite } from './configuration.ts';
import { sendInvitation } from './invitation.ts';
import { NS_MUC_USER } from './namespaces.ts';
import type { Occupant } from './occupants.ts';
import { isAtLeast } from './privileges.ts';
import type { Room } from './room.ts';
import { outsider, refusal } from './room-error.ts';
import type { RoomService } from './service.ts';

/** Of invitations in one message: a person names a few friends, a machine all of them. */
const MAX_AT_ONCE = 20;

/** Sends the invitations of a message on; the refusal, if one of them may not be. */
export function invite(service: RoomService, room: Room, message: Message, x: Element): StanzaError | undefined {
  const affiliation = room.affiliationOf(message.from);
  const inviter = room.occupants.ofSession(message.from);
  if (inviter === undefined && !isAtLeast(affiliation, 'admin'))
    return outsider('Only those who are in the room may invite others.');
  if (!isAtLeast(affiliation, 'admin') && !mayOccupantsInvite(room.configuration))
    return refusal('forbidden', 'Only admins of the room may invite others.');
  const invites = x.elements.filter((child) => child.is('invite', NS_MUC_USER));
  if (invites.length > MAX_AT_ONCE) return refusal('policy-violation', 'These are too many invitations at once.');
  const invitees: Jid[] = [];
  for (const element of invites) {
    const invitee = inviteeOf(service, element, message.from);
    if (invitee instanceof StanzaError) return invitee;
    if (room.affiliationOf(invitee) === 'outcast') return refusal('forbidden', 'This person is banned here.');
    invitees.push(invitee);
  }
  const full = room.configuration.isMembersOnly ? listRefusal(service, room, invitees.length) : undefined;
  if (full !== undefined) return full;
  for (const [i, to] of invitees.entries()) {
    admit(service, room, to);
    sendInvitation(service, room, {
      from: inviter?.address.full ?? message.from.bare,
      to,
      reason: invites[i]?.childText('reason'),
      continued: invites[i]?.child('continue'),
      id: message.element.attr('id'),
    });
  }
  return undefined;
}

/** Section 7.8.2: tells the inviter that somebody will not come. Only those who were invited may. */
export function decline(service: RoomService, room: Room, message: Message, element: Element): StanzaError | undefined {
  const to = parseJid(element.attr('to') ?? '');
  if (to === undefined) return refusal('jid-malformed', 'There is no inviter to tell.');
  if (!room.invited.delete(message.from.bare)) return refusal('forbidden', 'You have not been invited.');
  const recipients = sessionsOf(room, to);
  const reason = element.childText('reason');
  const declined = el(
    'message',
    NS_CLIENT,
    { id: message.element.attr('id'), from: room.jid.bare },
    el(
      'x',
      NS_MUC_USER,
      undefined,
      el(
        'decline',
        NS_MUC_USER,
        { from: message.from.bare },
        reason === undefined ? undefined : el('reason', NS_MUC_USER, undefined, reason),
      ),
    ),
  );
  for (const jid of recipients) service.sendMessage(declined.withAttr('to', jid.full), 'normal', room.jid, jid);
  return undefined;
}

/** Somebody in another room here may be named by the occupant JID (section 7.8.2); the inviter must be there too. */
function inviteeOf(service: RoomService, element: Element, inviter: Jid): Jid | StanzaError {
  const jid = parseJid(element.attr('to') ?? '');
  // SECURITY: a domain is nobody, and everybody where invitations make members.
  if (jid === undefined || jid.local === '') return refusal('jid-malformed', 'An invitation goes to a person.');
  if (jid.domain !== service.jid.domain) return jid;
  const other = service.find(jid.local);
  const occupant = other?.occupants.ofSession(inviter) && other.occupants.get(jid.resource);
  return occupant?.user ?? refusal('item-not-found', 'Nobody has this address.');
}

/** Section 9.5: whoever is invited to a members-only room becomes a member of it. */
function admit(service: RoomService, room: Room, invitee: Jid): void {
  if (!room.configuration.isMembersOnly || room.affiliationOf(invitee) !== 'none') return;
  room.invited.add(invitee.bare);
  void changeAffiliations(service, room, [{ jid: bareJid(invitee), affiliation: 'member' }]);
}

/** SECURITY: only to those who are here, or the room would carry anybody's words to anybody. */
function sessionsOf(room: Room, to: Jid): readonly Jid[] {
  const sessions = (occupant: Occupant) => Array.from(occupant.sessions.values(), ({ jid }) => jid);
  if (to.bare !== room.jid.bare) return room.occupants.ofUser(to.bare).flatMap(sessions);
  const occupant = room.occupants.get(to.resource);
  return occupant === undefined ? [] : sessions(occupant);
}
