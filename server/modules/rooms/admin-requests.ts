/** Lists of people by affiliation or role, read and changed (XEP-0045 sections 8.5, 9.2, 9.5, 9.8, 10.5 and 10.8). */
import { bareJid, parseJid } from '../../jid/jid.ts';
import { prepareResourcepart } from '../../jid/precis.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import { type AffiliationChange, affiliationRefusal, changeAffiliations } from './affiliation-changes.ts';
import type { Affiliated } from './affiliations.ts';
import { NS_MUC_ADMIN } from './namespaces.ts';
import type { Occupant } from './occupants.ts';
import { type Affiliation, isAffiliation, isAtLeast, isRoomRole, type RoomRole } from './privileges.ts';
import { changeRole, type RoleChange, roleRefusal } from './role-changes.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';
import { actorOf, type Reply, type RoomRequest } from './room-request.ts';

export function getList(request: RoomRequest): Element | StanzaError {
  const { room, payload } = request;
  const [item, ...others] = payload.elements.filter((child) => child.is('item', NS_MUC_ADMIN));
  if (item === undefined || others.length > 0) return refusal('bad-request', 'A query is for one list.');
  const affiliation = item.attr('affiliation');
  const role = item.attr('role');
  if ((affiliation === undefined) === (role === undefined))
    return refusal('bad-request', 'A list is of one affiliation or one role.');
  if (isAffiliation(affiliation) && affiliation !== 'none') {
    const { occupant, affiliation: own } = request;
    if (!mayReadAffiliations(room, occupant?.role, own, affiliation))
      return refusal('forbidden', 'This list is not for you.');
    return listOf(room.affiliations.list(affiliation).map(affiliatedItem));
  }
  if (isRoomRole(role) && role !== 'none') {
    if (!mayReadRoles(request, role)) return refusal('forbidden', 'This list is not for you.');
    const found = [...room.occupants.all()].filter((occupant) => occupant.role === role);
    return listOf(found.map((occupant) => occupantItem(room, occupant)));
  }
  return refusal('bad-request', 'There is no such affiliation or role.');
}

/** All changes are looked at before any is made. */
export function setList(request: RoomRequest): Reply {
  const { service, room, iq, occupant, affiliation, payload } = request;
  const items = payload.elements.filter((child) => child.is('item', NS_MUC_ADMIN));
  if (items.length === 0) return refusal('bad-request', 'There is nothing to change.');
  const roles: RoleChange[] = [];
  const affiliations: AffiliationChange[] = [];
  for (const item of items) {
    const change = readChange(room, item);
    if (change instanceof StanzaError) return change;
    if ('role' in change) roles.push(change);
    else affiliations.push(change);
  }
  const by = { role: occupant?.role ?? 'none', affiliation } as const;
  for (const change of roles) {
    const refused = roleRefusal(room, by, change);
    if (refused !== undefined) return refused;
  }
  const refused = affiliations.length === 0 ? undefined : affiliationRefusal(service, room, iq.from, affiliations);
  if (refused !== undefined) return refused;
  const actor = actorOf(request);
  for (const change of roles) changeRole(service, room, change, actor);
  return affiliations.length === 0 ? undefined : { written: changeAffiliations(service, room, affiliations, actor) };
}

/** Section 17.4: an item changes a role, by nickname, or an affiliation, by JID, never both. */
function readChange(room: Room, item: Element): RoleChange | AffiliationChange | StanzaError {
  const affiliation = item.attr('affiliation');
  const role = item.attr('role');
  const nick = item.attr('nick');
  const reason = item.childText('reason') || undefined;
  if ((affiliation === undefined) === (role === undefined))
    return refusal('bad-request', 'An item changes either a role or an affiliation.');
  if (role !== undefined) {
    if (!isRoomRole(role) || nick === undefined) return refusal('bad-request', 'A role is changed by nickname.');
    const occupant = room.occupants.get(nick);
    return occupant === undefined
      ? refusal('item-not-found', 'Nobody here has this nickname.')
      : { occupant, role, reason };
  }
  if (!isAffiliation(affiliation)) return refusal('bad-request', 'There is no such affiliation.');
  const address = item.attr('jid');
  if (address === undefined) return byNick(room, nick, affiliation, reason);
  const jid = parseJid(address);
  if (jid === undefined) return refusal('jid-malformed', 'An item is not a valid JID.');
  const prepared = nick === undefined || nick === '' ? nick : prepareResourcepart(nick);
  if (nick !== undefined && prepared === undefined) return refusal('jid-malformed', 'A nickname is not valid.');
  // Section 10.3: a full JID stands for the bare one.
  return { jid: bareJid(jid), affiliation, nick: prepared, reason };
}

/** In a semi-anonymous room whoever bans somebody need not know the JID. */
function byNick(
  room: Room,
  nick: string | undefined,
  affiliation: Affiliation,
  reason: string | undefined,
): AffiliationChange | StanzaError {
  if (nick === undefined) return refusal('bad-request', 'An affiliation is changed by JID.');
  const occupant = room.occupants.get(nick);
  return occupant === undefined
    ? refusal('item-not-found', 'Nobody here has this nickname.')
    : { jid: occupant.user, affiliation, reason };
}

/**
 * Section 5.2.1: owners may read everything, admins what they may change; and where JIDs are no secret, members what
 * is no ban.
 */
export function mayReadAffiliations(
  room: Room,
  role: RoomRole | undefined,
  own: Affiliation,
  list: Affiliation,
): boolean {
  if (own === 'owner') return true;
  if (own === 'admin') return list === 'outcast' || list === 'member' || room.configuration.whois === 'anyone';
  if (list === 'outcast' || room.configuration.whois !== 'anyone') return false;
  return isAtLeast(own, 'member') && room.configuration.memberListFor.includes(role ?? 'participant');
}

/** Sections 8.5 and 9.8. */
function mayReadRoles({ occupant, affiliation }: RoomRequest, list: RoomRole): boolean {
  return isAtLeast(affiliation, 'admin') || (occupant?.role === 'moderator' && list !== 'moderator');
}

function listOf(items: readonly Element[]): Element {
  return el('query', NS_MUC_ADMIN, undefined, items);
}

/** The nickname is the reserved one: one that is only worn at the moment would come back as a reservation. */
function affiliatedItem({ jid, affiliation, nick, reason }: Affiliated): Element {
  return el(
    'item',
    NS_MUC_ADMIN,
    { affiliation, jid, nick },
    reason === undefined ? undefined : el('reason', NS_MUC_ADMIN, undefined, reason),
  );
}

/** Section 17.4: with the full JID. Whoever may read the list sees it anyway. */
function occupantItem(room: Room, occupant: Occupant): Element {
  return el('item', NS_MUC_ADMIN, {
    affiliation: room.affiliationOf(occupant.user),
    role: occupant.role,
    nick: occupant.nick,
    jid: occupant.foremost?.jid.full,
  });
}
