/**
 * In which rooms a session of this server is, as its directed presence says (RFC 6121 section 4.6.3). Nothing else of it
 * is on disk, and after a restart it is believed (restoration.ts): so it must say no more and no less than what is true.
 */
import type { Jid } from '../../jid/jid.ts';
import type { RoomService } from './service.ts';

/**
 * Corrects what presence for a room, just dealt with, has left there: an entry that was refused, a nickname that was
 * refused or is another one than was asked for, somebody who left by another address than he was known by.
 */
export function noteWhereabouts(service: RoomService, session: Jid, { local, bare }: Jid): void {
  const directed = sessionOf(service, session)?.directed;
  if (directed === undefined) return;
  const held = service.find(local)?.occupants.ofSession(session)?.address;
  for (const address of directed.values()) {
    if (address.bare === bare && address.full !== held?.full) directed.delete(address.full);
  }
  if (held !== undefined) directed.set(held.full, held);
}

function sessionOf({ host }: RoomService, { domain, local, resource }: Jid) {
  return domain === host.domain ? host.sessions.get(local, resource) : undefined;
}
