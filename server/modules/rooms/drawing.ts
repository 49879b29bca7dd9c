/** How the presence of an occupant looks, and to whom (XEP-0045 sections 7.2 and 17.3). */
import type { Jid } from '../../jid/jid.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { NS_AFFILIATION_VERSIONS, NS_HATS, NS_MUC, NS_MUC_USER, NS_OCCUPANT_ID } from './namespaces.ts';
import { occupantIdElement } from './occupant-ids.ts';
import type { Occupant, OccupantSession } from './occupants.ts';
import type { RoomRole } from './privileges.ts';
import type { Room } from './room.ts';
import { STATUS, type Status, statusElement } from './status-codes.ts';
import type { VersionStep } from './versions/affiliation-versions.ts';

const SAID_BY_ROOMS: ReadonlySet<string> = new Set([NS_MUC, NS_MUC_USER, NS_OCCUPANT_ID, NS_HATS]);

/** Who did something to somebody: known to occupants by nickname, to those who may see it by JID. */
export interface Actor {
  readonly jid: Jid;
  readonly nick: string | undefined;
}

/** What there is to say beside the presence itself. */
export interface Circumstances {
  readonly statuses?: readonly Status[];
  /** Only for the occupant in question; when there is a newcomer, only for that session of it. */
  readonly selfStatuses?: readonly Status[];
  readonly newcomer?: OccupantSession;
  readonly newNick?: string;
  readonly actor?: Actor | undefined;
  readonly reason?: string | undefined;
  readonly destroy?: Element;
  /** When an affiliation changed: for sessions that follow the versions. */
  readonly versions?: VersionStep | undefined;
}

export interface Shown extends Circumstances {
  /** What the client sent, without what it must not say. */
  readonly base: Element | undefined;
  readonly isGone: boolean;
  /** The sessions that are spoken of. */
  readonly sessions: readonly OccupantSession[];
}

/** `self` is the occupant in question; the others see real JIDs or do not. */
export type Viewer = 'self' | 'seeing' | 'blind';

/** A client's presence without what only the room says (section 17.3, XEP-0421 section 4), and without addresses. */
export function presentable(presence: Element): Element {
  const kept = presence.elements.filter(({ xmlns }) => !SAID_BY_ROOMS.has(xmlns));
  return el('presence', NS_CLIENT, { id: presence.attr('id'), 'xml:lang': presence.attr('xml:lang') }, kept);
}

/** An occupant's presence for one viewer; for the own one, `session` says whether it follows versions. */
export function presenceOf(
  room: Room,
  occupant: Occupant,
  viewer: Viewer,
  selfStatuses: readonly Status[] = [],
  session?: OccupantSession,
): Element {
  const base = occupant.foremost?.presence.withAttr('id', undefined);
  const sessions = [...occupant.sessions.values()];
  return createDrawing(room, occupant, { base, isGone: false, sessions, selfStatuses })(viewer, session);
}

/** A member who is not there, by the reserved nickname. */
export function absentMember(room: Room, jid: string, nick: string, seesAddress: boolean, to: Jid) {
  const from = { ...room.jid, resource: nick, full: `${room.jid.bare}/${nick}` };
  const affiliation = room.affiliations.get(jid)?.affiliation ?? 'none';
  const item = el('item', NS_MUC_USER, { affiliation, role: 'none', nick, jid: seesAddress ? jid : undefined });
  const element = el(
    'presence',
    NS_CLIENT,
    { type: 'unavailable', from: from.full, to: to.full },
    el('x', NS_MUC_USER, undefined, item),
  );
  return { kind: 'presence', type: 'unavailable', element, from, to } as const;
}

/** Draws for a viewer; `session` is the one that will see it. */
export type Draw = (viewer: Viewer, session?: OccupantSession) => Element;

/** Draws each kind of viewer's element once; copies of it differ in `to` only. */
export function createDrawing(room: Room, occupant: Occupant, shown: Shown): Draw {
  const affiliation = room.affiliationOf(occupant.user);
  // Section 7.6: whoever changes the nickname goes on in the same role.
  const role: RoomRole = shown.isGone && shown.newNick === undefined ? 'none' : occupant.role;
  const drawn: Partial<Record<Viewer, Element>> = {};
  const versioned: Partial<Record<Viewer, Element>> = {};

  function draw(viewer: Viewer, hasVersions: boolean): Element {
    const { base, actor, reason } = shown;
    const details = [
      actor && actorElement(actor, viewer === 'seeing'),
      reason === undefined ? undefined : el('reason', NS_MUC_USER, undefined, reason),
    ];
    const item = (jid?: string) => el('item', NS_MUC_USER, { affiliation, role, nick: shown.newNick, jid }, details);
    const items =
      viewer === 'blind' || shown.sessions.length === 0
        ? [item()]
        : shown.sessions.map((session) => item(session.jid.full));
    const selfStatuses = viewer === 'self' ? (shown.selfStatuses ?? []) : [];
    return el(
      'presence',
      NS_CLIENT,
      {
        type: shown.isGone ? 'unavailable' : undefined,
        id: base?.attr('id'),
        'xml:lang': base?.attr('xml:lang'),
        from: occupant.address.full,
      },
      base?.elements,
      el(
        'x',
        NS_MUC_USER,
        undefined,
        hasVersions ? versionOf(room, viewer, shown.versions) : undefined,
        [...(shown.statuses ?? []), ...selfStatuses].map(statusElement),
        shown.destroy,
        items,
        viewer === 'self' ? statusElement(STATUS.selfPresence) : undefined,
      ),
      shown.isGone ? undefined : room.hats.elementFor(occupant.user.bare),
      occupantIdElement(occupant.id),
    );
  }

  return (viewer, session) => {
    const hasVersions = session?.hasVersions === true;
    const known = hasVersions ? versioned : drawn;
    known[viewer] ??= draw(viewer, hasVersions);
    return known[viewer];
  };
}

/** XEP-0463 section 5.2: in every own presence, by which a client sees that it is up to date; else where one changed. */
function versionOf(room: Room, viewer: Viewer, step: VersionStep | undefined): Element | undefined {
  if (step !== undefined) return el('mav', NS_AFFILIATION_VERSIONS, { since: step.since, until: step.until });
  return viewer === 'self' ? el('mav', NS_AFFILIATION_VERSIONS, { until: room.versions.current }) : undefined;
}

function actorElement({ jid, nick }: Actor, seesAddress: boolean): Element {
  // Whoever has no nickname here is known to nobody otherwise, so a kick by an owner outside has no name for some.
  return el('actor', NS_MUC_USER, { nick, jid: seesAddress ? jid.full : undefined });
}
