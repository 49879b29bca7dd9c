/** The invitation that a room sends (XEP-0045 sections 7.8.2 and 9.5), with that of XEP-0249 beside it. */
import type { Jid } from '../../jid/jid.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_CONFERENCE, NS_MUC_USER } from './namespaces.ts';
import type { Room } from './room.ts';
import type { RoomService } from './service.ts';

/** Of people invited to one room whose answers are awaited. */
const MAX_INVITED = 1_000;

export interface Invitation {
  /** The inviter: an occupant JID, or the address of an admin outside. */
  readonly from: string;
  readonly to: Jid;
  readonly reason?: string | undefined;
  readonly continued?: Element | undefined;
  readonly id?: string | undefined;
}

/** The password goes with it, so that whoever is invited gets in. */
export function sendInvitation(service: RoomService, room: Room, invitation: Invitation): void {
  const { from, to, continued } = invitation;
  const reason = invitation.reason || undefined;
  const { password } = room.configuration;
  if (room.invited.size < MAX_INVITED) room.invited.add(to.bare);
  const element = el(
    'message',
    NS_CLIENT,
    { id: invitation.id ?? service.newId(), from: room.jid.bare, to: to.full },
    el(
      'x',
      NS_MUC_USER,
      undefined,
      el(
        'invite',
        NS_MUC_USER,
        { from },
        reason === undefined ? undefined : el('reason', NS_MUC_USER, undefined, reason),
        continued && el('continue', NS_MUC_USER, { thread: continued.attr('thread') }),
      ),
      password === '' ? undefined : el('password', NS_MUC_USER, undefined, password),
    ),
    // For whoever is offline, since only what can be read is kept, and for clients that know no invitations.
    el('body', NS_CLIENT, undefined, `${from} invited you to the room ${room.jid.bare}${reason ? ` (${reason})` : ''}`),
    // COMPAT(XEP-0249): clients that know only direct invitations understand this one as such.
    el('x', NS_CONFERENCE, { jid: room.jid.bare, reason, password: password === '' ? undefined : password }),
  );
  service.sendMessage(element, 'normal', room.jid, to);
}
