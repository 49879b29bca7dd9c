/** XEP-0313 in rooms: who may read the record, and what is shown of whom (section 5.1.2). */
import type { StanzaError } from '../../stanza/error.ts';
import { viewFor } from './authorship.ts';
import { isAtLeast } from './privileges.ts';
import { refusal } from './room-error.ts';
import type { Reply, RoomRequest } from './room-request.ts';

export function requestArchive(request: RoomRequest): Reply {
  const { service, room, iq, payload, occupant } = request;
  const refused = readingRefusal(request);
  if (refused !== undefined) return refused;
  const { from, to } = { from: room.jid, to: iq.from };
  // Whoever is outside sees what could be seen after entering.
  const isModerator = (occupant?.role ?? room.entryRole(iq.from)) === 'moderator';
  return service.archive.answer({
    owner: room.jid,
    iq,
    payload,
    session:
      iq.from.domain === service.host.domain ? service.host.sessions.get(iq.from.local, iq.from.resource) : undefined,
    send: (message) =>
      service.sendMessage(message.withAttr('from', from.bare).withAttr('to', to.full), 'normal', from, to),
    view: viewFor(isModerator, room.configuration.whois === 'anyone'),
  });
}

/** Whoever may not enter now may not read; the condition is that of section 8.1. */
function readingRefusal({ service, room, occupant, affiliation }: RoomRequest): StanzaError | undefined {
  if (room.isLocked && affiliation !== 'owner') return refusal('item-not-found', 'This room is not open yet.');
  if (affiliation === 'outcast') return refusal('forbidden', 'You are banned from this room.');
  if (!service.isArchived(room)) return refusal('service-unavailable', 'This room keeps no archive.');
  const { isMembersOnly, password } = room.configuration;
  if (isMembersOnly && !isAtLeast(affiliation, 'member'))
    return refusal('forbidden', 'Only members may read what was said here.');
  // There is no way to give a password with such a request: to be in the room shows that it is known.
  if (password !== '' && occupant === undefined && affiliation !== 'owner')
    return refusal('forbidden', 'This room needs a password: enter it first.');
  return undefined;
}
