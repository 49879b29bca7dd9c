/** What owners do with a room: configure it, accept it as it is, destroy it (XEP-0045 section 10). */
import { parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { formElement, NS_FORM, readSubmittedForm } from '../../stanza/form.ts';
import { type Element, el } from '../../xml/element.ts';
import { type AffiliationChange, affiliationRefusal, changeAffiliations } from './affiliation-changes.ts';
import { changeStatuses } from './configuration.ts';
import { configurationForm } from './configuration-form.ts';
import { readSubmission, type Submission } from './configuration-submission.ts';
import { destroy, destroyOnRequest } from './destroy.ts';
import { closeIfEmpty, removeOccupant } from './leave.ts';
import { tellAll } from './messages.ts';
import { NS_MUC_CONFIG, NS_MUC_OWNER, NS_MUC_USER } from './namespaces.ts';
import { announce, announceRole } from './presence.ts';
import { isAtLeast, type RoomRole } from './privileges.ts';
import type { Room } from './room.ts';
import { refusal } from './room-error.ts';
import { actorOf, type Reply, type RoomRequest } from './room-request.ts';
import type { RoomService } from './service.ts';
import { STATUS, type Status, statusElement } from './status-codes.ts';

/** Section 10.2. */
export function getConfiguration({ service, room, affiliation }: RoomRequest): Element | StanzaError {
  if (affiliation !== 'owner') return notAnOwner();
  const jids = (list: 'admin' | 'owner') => room.affiliations.list(list).map(({ jid }) => jid);
  const people = { admins: jids('admin'), owners: jids('owner') };
  const form = configurationForm(room.jid.local, room.configuration, people, service.host.config);
  return el('query', NS_MUC_OWNER, undefined, formElement(form));
}

export function setConfiguration(request: RoomRequest): Reply {
  const { service, room, affiliation, payload } = request;
  if (affiliation !== 'owner') return notAnOwner();
  const destruction = payload.child('destroy');
  if (destruction !== undefined) return destroyOnRequest(service, room, destruction);
  const form = payload.child('x', NS_FORM);
  if (form?.attr('type') === 'cancel') {
    // Sections 10.1.3 and 10.2: without a first configuration there will be no room.
    return room.isLocked ? { written: destroy(service, room, el('destroy', NS_MUC_USER)) } : undefined;
  }
  const values = readSubmittedForm(form);
  if (values === undefined) return refusal('bad-request', 'There is no submitted form.');
  const formType = values.get('FORM_TYPE')?.[0];
  if (formType !== undefined && formType !== NS_MUC_CONFIG) return refusal('bad-request', 'This is another form.');
  const submission = readSubmission(values, room.configuration, service.host.config);
  if (submission instanceof StanzaError) return submission;
  return configure(request, submission);
}

function configure(request: RoomRequest, submission: Submission): Reply {
  const { service, room, iq } = request;
  const changes = peopleChanges(room, submission);
  const refused = changes.length === 0 ? undefined : affiliationRefusal(service, room, iq.from, changes);
  if (refused !== undefined) return refused;
  const isEntrusted = service.entrusted.has(room.jid.local);
  if (submission.owners?.length === 0 && !isEntrusted) return refusal('conflict', 'A room needs at least one owner.');

  const before = room.configuration;
  const wasKept = service.isKept(room);
  const wasLocked = room.isLocked;
  // The room of a group goes with the group, and not with the last who leaves it.
  room.configuration = isEntrusted ? { ...submission.configuration, isPersistent: true } : submission.configuration;
  room.isLocked = false;
  const written = [changes.length === 0 ? undefined : changeAffiliations(service, room, changes, actorOf(request))];
  written.push(keep(service, room, wasKept), service.moveRecord(room));
  removeNonMembers(service, room);
  adjustBroadcast(service, room, before.presenceBroadcast);
  closeIfEmpty(service, room);

  const statuses = changeStatuses(before, room.configuration);
  // In a room that was not open yet nobody but whoever configured it is there; privacy is told in any case.
  const isOld = (status: Status) => status === STATUS.configurationChanged || status === STATUS.logged;
  const isWorthTelling = statuses.some((status) => !wasLocked || !isOld(status));
  return {
    written: Promise.all(written).then(() => undefined),
    tell: () => {
      if (isWorthTelling) tellAll(service, room, el('x', NS_MUC_USER, undefined, statuses.map(statusElement)));
    },
  };
}

/** From the complete lists of owners and admins to what differs (section 10.2). */
function peopleChanges(room: Room, { configuration, admins, owners }: Submission): readonly AffiliationChange[] {
  const changes = new Map<string, AffiliationChange>();
  const wished = (list: typeof admins, jid: string) => list?.some(({ bare }) => bare === jid) ?? false;
  const lower = configuration.isMembersOnly ? 'member' : 'none';
  for (const [list, affiliation] of [
    [admins, 'admin'],
    [owners, 'owner'],
  ] as const) {
    if (list === undefined) continue;
    for (const { jid: text } of room.affiliations.list(affiliation)) {
      const jid = parseJid(text);
      // An owner who is none any more remains an admin, unless the list of admins says otherwise.
      if (jid !== undefined && !wished(list, text))
        changes.set(text, { jid, affiliation: affiliation === 'owner' && admins === undefined ? 'admin' : lower });
    }
    for (const jid of list) {
      // Whoever is on both lists is an owner.
      const isOwner = affiliation === 'admin' && room.affiliations.of(jid) === 'owner' && owners === undefined;
      if (isOwner) continue;
      if (room.affiliations.get(jid.bare)?.affiliation === affiliation) changes.delete(jid.bare);
      else changes.set(jid.bare, { jid, affiliation });
    }
  }
  return [...changes.values()];
}

/** Brings the disk to what the room is now. */
function keep(service: RoomService, room: Room, wasKept: boolean): Promise<void> | undefined {
  const { store } = service;
  if (!service.isKept(room)) return wasKept ? store.remove(room.jid.local) : undefined;
  return wasKept ? store.writeRoom(room) : store.writeWhole(room);
}

/** Section 10.2: a room that has become members-only. */
function removeNonMembers(service: RoomService, room: Room): void {
  if (!room.configuration.isMembersOnly) return;
  for (const occupant of [...room.occupants.all()]) {
    if (isAtLeast(room.affiliationOf(occupant.user), 'member')) continue;
    removeOccupant(service, room, occupant, { statuses: [STATUS.membersOnly] });
  }
}

/** Occupants whose presence is shown from now on appear, and those whose presence is not any more vanish. */
function adjustBroadcast(service: RoomService, room: Room, before: readonly RoomRole[]): void {
  for (const occupant of room.occupants.all()) {
    const shownBefore = before.includes(occupant.role);
    if (shownBefore === room.isShown(occupant.role)) continue;
    if (shownBefore) announceRole(service, room, occupant, true, {});
    else announce(service, room, occupant);
  }
}

function notAnOwner(): StanzaError {
  return refusal('forbidden', 'Only owners of the room may do this.');
}
