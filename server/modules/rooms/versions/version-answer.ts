/** XEP-0463: what somebody who enters hears of the affiliations that changed since the last visit. */
import type { Jid } from '../../../jid/jid.ts';
import { errorReply } from '../../../stanza/error.ts';
import { NS_CLIENT } from '../../../stanza/stanza.ts';
import { type Element, el } from '../../../xml/element.ts';
import { mayReadAffiliations } from '../admin-requests.ts';
import { NS_AFFILIATION_VERSIONS, NS_MUC, NS_MUC_USER } from '../namespaces.ts';
import type { Occupant, OccupantSession } from '../occupants.ts';
import { type Affiliation, initialRole, LISTED_AFFILIATIONS } from '../privileges.ts';
import type { Room } from '../room.ts';
import { RoomError, refusal } from '../room-error.ts';
import type { RoomService } from '../service.ts';

/** Items in one message: a long list comes in several (section 5.2.1). */
const PAGE = 500;

interface Item {
  readonly jid: string;
  readonly affiliation: Affiliation;
}

/** Answers the `<mav/>` of a join, before any presence. From now on the session hears the version of each change. */
export function answerVersions(
  service: RoomService,
  room: Room,
  occupant: Occupant,
  session: OccupantSession,
  join: Element,
): void {
  const request = join.child('x', NS_MUC)?.child('mav', NS_AFFILIATION_VERSIONS);
  session.hasVersions = false;
  if (request === undefined) return;
  const since = request.attr('since') || undefined;
  const readable = readableLists(room, occupant, room.affiliationOf(occupant.user));
  if (readable.size === 0 || !couldRead(room, occupant, since)) {
    refuse(service, room, session.jid, join);
    return;
  }
  session.hasVersions = true;
  const { current } = room.versions;
  if (since === current) return;
  const changed = since === undefined ? undefined : changesFor(room, readable, since);
  // Section 5.2.1: no difference is empty, so what changed in lists that are not for this user costs the whole of his.
  if (changed === undefined || changed.length === 0) send(service, room, session.jid, fullList(room, readable));
  else send(service, room, session.jid, changed, since);
}

function readableLists(room: Room, { role }: Occupant, own: Affiliation): ReadonlySet<Affiliation> {
  return new Set(LISTED_AFFILIATIONS.filter((list) => mayReadAffiliations(room, role, own, list)));
}

/**
 * SECURITY (section 6): nobody hears what changed since a version that he could not read at its time. His affiliation
 * then is known from the changes since.
 */
function couldRead(room: Room, occupant: Occupant, since: string | undefined): boolean {
  const before = since === undefined ? undefined : room.versions.since(since)?.get(occupant.user.bare);
  if (before === undefined || room.isServiceAdmin(occupant.user)) return true;
  const role = initialRole(before, room.configuration.isModerated);
  return LISTED_AFFILIATIONS.some((list) => mayReadAffiliations(room, role, before, list));
}

/** Undefined when the version is not known. Whoever went where this user may not look is gone from what he knows. */
function changesFor(room: Room, readable: ReadonlySet<Affiliation>, since: string): readonly Item[] | undefined {
  const changed = room.versions.since(since);
  if (changed === undefined) return undefined;
  const items: Item[] = [];
  for (const [jid, before] of changed) {
    const affiliation = room.affiliations.get(jid)?.affiliation ?? 'none';
    if (readable.has(affiliation)) items.push({ jid, affiliation });
    else if (readable.has(before)) items.push({ jid, affiliation: 'none' });
  }
  return items;
}

function fullList(room: Room, readable: ReadonlySet<Affiliation>): readonly Item[] {
  return [...room.affiliations.all()].filter(({ affiliation }) => readable.has(affiliation));
}

/** Without `since` it is the whole. Pages lead from one to the next by versions that only they have. */
function send(service: RoomService, room: Room, to: Jid, items: readonly Item[], since?: string): void {
  let from = since;
  for (let start = 0; start === 0 || start < items.length; start += PAGE) {
    const until = start + PAGE < items.length ? service.newId() : room.versions.current;
    const content = items
      .slice(start, start + PAGE)
      .map(({ jid, affiliation }) => el('item', NS_MUC_USER, { jid, affiliation }));
    const x = el('x', NS_MUC_USER, undefined, versionElement(until, from), content);
    const message = el('message', NS_CLIENT, { id: service.newId(), from: room.jid.bare, to: to.full }, x);
    service.sendMessage(message, 'normal', room.jid, to);
    from = until;
  }
}

/** Section 5.2.3: an error message; entering goes on. */
function refuse(service: RoomService, room: Room, to: Jid, join: Element): void {
  const error = new RoomError(room.jid, refusal('forbidden', 'The affiliations of this room are not for you.'));
  const asked = el('message', NS_CLIENT, { id: join.attr('id'), from: to.full, to: room.jid.bare });
  service.sendMessage(errorReply(asked, error), 'error', room.jid, to);
}

function versionElement(until: string, since: string | undefined): Element {
  return el('mav', NS_AFFILIATION_VERSIONS, { since, until });
}
