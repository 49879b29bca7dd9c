/** Changing affiliations: who may change whose (XEP-0045 sections 9 and 10), and what the room sees of it. */
import type { Jid } from '../../jid/jid.ts';
import type { StanzaError } from '../../stanza/error.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { el } from '../../xml/element.ts';
import type { Actor, Circumstances } from './drawing.ts';
import { sendInvitation } from './invitation.ts';
import { nickRefusal } from './join.ts';
import { closeIfEmpty, removeOccupant } from './leave.ts';
import { NS_AFFILIATION_VERSIONS, NS_MUC_USER } from './namespaces.ts';
import type { Occupant } from './occupants.ts';
import { announceRole } from './presence.ts';
import { type Affiliation, isAtLeast, roleAfter } from './privileges.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';
import type { RoomService } from './service.ts';
import { STATUS, statusElement } from './status-codes.ts';
import type { VersionChange, VersionStep } from './versions/affiliation-versions.ts';
import { versionChanges } from './versions/store.ts';

export interface AffiliationChange {
  /** Bare JID, or a domain. */
  readonly jid: Jid;
  readonly affiliation: Affiliation;
  /** To be reserved; the empty string takes a reservation away, undefined leaves it as it is. */
  readonly nick?: string | undefined;
  readonly reason?: string | undefined;
  /** Who is told of the room in another way needs no invitation. */
  readonly isQuiet?: boolean;
}

/** Why none of `changes` may be made by `by`; all are looked at before any is made (section 9.2). */
export function affiliationRefusal(
  service: RoomService,
  room: Room,
  by: Jid,
  changes: readonly AffiliationChange[],
): StanzaError | undefined {
  const own = room.affiliationOf(by);
  if (!isAtLeast(own, 'admin')) return refusal('forbidden', 'Only admins of the room may change affiliations.');
  const owners = new Set(room.affiliations.list('owner').map(({ jid }) => jid));
  let added = 0;
  for (const { jid, affiliation, nick } of changes) {
    const current = room.affiliationOf(jid);
    const isDomain = jid.local === '';
    if (isDomain && isAtLeast(affiliation, 'admin'))
      return refusal('not-acceptable', 'A whole domain cannot have this affiliation.');
    if (affiliation === 'outcast' && jid.bare === by.bare) return refusal('conflict', 'You cannot ban yourself.');
    if (affiliation === 'outcast' && room.isServiceAdmin(jid))
      return refusal('not-allowed', 'An admin of the server cannot be banned.');
    if (own !== 'owner' && isAtLeast(current, 'admin') && current !== affiliation)
      return refusal('not-allowed', 'Only owners may do this to an admin or owner.');
    if (own !== 'owner' && isAtLeast(affiliation, 'admin') && current !== affiliation)
      return refusal('forbidden', 'Only owners may appoint admins and owners.');
    const wrongNick = nick === undefined || nick === '' ? undefined : reservationRefusal(service, room, nick, jid);
    if (wrongNick !== undefined) return wrongNick;
    if (affiliation === 'owner') owners.add(jid.bare);
    else owners.delete(jid.bare);
    if (affiliation !== 'none' && room.affiliations.get(jid.bare) === undefined) added++;
  }
  if (owners.size === 0 && room.affiliations.list('owner').length > 0)
    return refusal('conflict', 'A room needs at least one owner.');
  return added > 0 ? listRefusal(service, room, added) : undefined;
}

/** Why `added` more people cannot be listed. */
export function listRefusal(service: RoomService, room: Room, added: number): StanzaError | undefined {
  return room.affiliations.count + added > service.host.config.maxAffiliations
    ? refusal('resource-constraint', 'This room lists too many people.')
    : undefined;
}

/** Why `user` cannot reserve a nickname. */
export function reservationRefusal(service: RoomService, room: Room, nick: string, user: Jid): StanzaError | undefined {
  const wrong = nickRefusal(service, nick);
  if (wrong !== undefined) return wrong;
  const holder = room.affiliations.holderOf(nick);
  return holder === undefined || holder === user.bare
    ? undefined
    : refusal('conflict', 'This nickname is reserved for somebody else.');
}

/** Makes the changes and shows them. Resolves when they are on disk. */
export function changeAffiliations(
  service: RoomService,
  room: Room,
  changes: readonly AffiliationChange[],
  actor?: Actor,
): Promise<void> {
  const recorded = changes.flatMap((change) => apply(service, room, change, actor) ?? []);
  const written = service.isKept(room)
    ? service.store.writeAffiliations(
        room,
        new Set(changes.map(({ jid }) => jid.bare)),
        versionChanges(room.jid.local, room.versions, recorded),
      )
    : Promise.resolve();
  closeIfEmpty(service, room);
  return written;
}

/** The change as its version tells it; undefined when the affiliation is what it was. */
function apply(
  service: RoomService,
  room: Room,
  change: AffiliationChange,
  actor: Actor | undefined,
): VersionChange | undefined {
  const { jid, affiliation, reason } = change;
  const before = room.affiliationOf(jid);
  const known = room.affiliations.get(jid.bare);
  const nick = change.nick === '' ? undefined : (change.nick ?? known?.nick);
  if (affiliation === 'none') room.affiliations.remove(jid.bare);
  else {
    // Section 9.1: whoever is banned loses the nickname too.
    room.affiliations.set({ jid: jid.bare, affiliation, nick: affiliation === 'outcast' ? undefined : nick, reason });
  }
  const since = room.versions.current;
  const listedBefore = known?.affiliation ?? 'none';
  const recorded =
    listedBefore === affiliation ? undefined : room.versions.record(service.newId(), jid.bare, listedBefore);
  const versions = recorded && { since, until: recorded.version };
  if (before !== affiliation) room.rememberedRoles.delete(jid.bare);
  if (!isAtLeast(affiliation, 'member')) room.wishes.delete(jid.bare);
  if (change.nick && isAtLeast(affiliation, 'member')) evictFrom(service, room, change.nick, jid);

  const present = jid.local === '' ? presentFrom(room, jid.domain) : room.occupants.ofUser(jid.bare);
  // Of a domain, and of somebody whose presence is shown to nobody, only a message tells (XEP-0463 section 5.2.2).
  const isSeen = jid.local !== '' && present.some(({ role }) => room.isShown(role));
  for (const occupant of present) show(service, room, occupant, before, { actor, reason, versions });
  if (!isSeen) tellOfAbsent(service, room, change, versions);
  if (present.length > 0) return recorded;
  const isNew = before === 'none' && affiliation === 'member' && jid.local !== '';
  if (room.configuration.isMembersOnly && isNew && change.isQuiet !== true)
    sendInvitation(service, room, { from: inviterOf(room, actor), to: jid, reason });
  return recorded;
}

function show(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  before: Affiliation,
  what: Pick<Circumstances, 'actor' | 'reason' | 'versions'>,
): void {
  const after = room.affiliationOf(occupant.user);
  if (after === 'outcast') {
    removeOccupant(service, room, occupant, { ...what, statuses: [STATUS.banned] });
  } else if (room.configuration.isMembersOnly && !isAtLeast(after, 'member')) {
    removeOccupant(service, room, occupant, { ...what, statuses: [STATUS.affiliationChanged] });
  } else {
    const wasShown = room.isShown(occupant.role);
    occupant.role = roleAfter(occupant.role, before, after, room.configuration.isModerated);
    announceRole(service, room, occupant, wasShown, what);
  }
}

/** Those whom a change for their whole domain concerns: who has an affiliation of his own keeps it. */
function presentFrom(room: Room, domain: string): readonly Occupant[] {
  return [...room.occupants.all()].filter(
    ({ user }) => user.domain === domain && room.affiliations.get(user.bare) === undefined,
  );
}

/** A nickname was reserved that somebody else is using at the moment. */
function evictFrom(service: RoomService, room: Room, nick: string, holder: Jid): void {
  const occupant = room.occupants.like(nick);
  if (occupant === undefined || occupant.user.bare === holder.bare) return;
  removeOccupant(service, room, occupant, { statuses: [STATUS.kicked], reason: 'This nickname is reserved' });
}

/** Sections 10.3 and 10.6: somebody is not here, so those who may see the JID learn it from the room. */
function tellOfAbsent(
  service: RoomService,
  room: Room,
  { jid, affiliation, reason }: AffiliationChange,
  versions: VersionStep | undefined,
): void {
  const draw = (step: VersionStep | undefined) =>
    el(
      'message',
      NS_CLIENT,
      { id: service.newId(), from: room.jid.bare },
      el(
        'x',
        NS_MUC_USER,
        undefined,
        step && el('mav', NS_AFFILIATION_VERSIONS, { since: step.since, until: step.until }),
        affiliation === 'outcast' ? statusElement(STATUS.banned) : undefined,
        el(
          'item',
          NS_MUC_USER,
          { jid: jid.bare, affiliation },
          reason === undefined ? undefined : el('reason', NS_MUC_USER, undefined, reason),
        ),
      ),
    );
  const plain = draw(undefined);
  const versioned = draw(versions);
  for (const occupant of room.occupants.all()) {
    if (!room.seesAddresses(occupant)) continue;
    for (const session of occupant.sessions.values()) {
      const message = session.hasVersions === true ? versioned : plain;
      service.sendMessage(message.withAttr('to', session.jid.full), 'normal', room.jid, session.jid);
    }
  }
}

function inviterOf(room: Room, actor: Actor | undefined): string {
  return actor?.nick === undefined ? room.jid.bare : `${room.jid.bare}/${actor.nick}`;
}
