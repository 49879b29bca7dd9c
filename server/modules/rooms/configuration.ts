/** What the owners of a room decide about it (XEP-0045 section 10.2). */
import type { RoomRole } from './privileges.ts';
import { STATUS, type Status } from './status-codes.ts';

/** Who may send private messages: everybody here, those with voice, moderators, nobody. */
export type PrivateMessages = 'anyone' | 'participants' | 'moderators' | 'none';

/** What the devices of members who are away are woken for. */
export type Wakes = 'everything' | 'mentions' | 'nothing';

export interface RoomConfiguration {
  readonly name: string;
  readonly description: string;
  /** As in xml:lang; empty when nothing is said. */
  readonly lang: string;
  readonly isPersistent: boolean;
  readonly isPublic: boolean;
  readonly isMembersOnly: boolean;
  readonly isModerated: boolean;
  /** Who sees real JIDs: `anyone` makes the room non-anonymous. */
  readonly whois: 'anyone' | 'moderators';
  readonly canOccupantsChangeSubject: boolean;
  /** Undefined until somebody decides: everybody in an open room, admins where only members may enter (section 7.8.2). */
  readonly allowInvites: boolean | undefined;
  readonly privateMessages: PrivateMessages;
  /** Roles that may read the lists of a non-anonymous room. */
  readonly memberListFor: readonly RoomRole[];
  /** Roles whose presence is shown; `none` stands for members who are not there. */
  readonly presenceBroadcast: readonly RoomRole[];
  /** Empty when none is needed. */
  readonly password: string;
  readonly maxOccupants: number;
  /** Messages shown to whoever enters. */
  readonly historyLength: number;
  /** What is said is kept for those who come later (XEP-0313). */
  readonly isArchived: boolean;
  /** Members who are away get messages that mention them (XEP-0452). */
  readonly forwardsMentions: boolean;
  /** Undefined until somebody decides: everything in small circles, mentions elsewhere. */
  readonly wakes: Wakes | undefined;
  /** XEP-0500: seconds from one message of somebody to the next; 0 when there is no need to wait. */
  readonly slowModeSeconds: number;
  /** An xmpp: URI of the pubsub node that belongs to the room; empty when there is none. */
  readonly pubsub: string;
}

export const BROADCAST_ROLES: readonly RoomRole[] = ['moderator', 'participant', 'visitor'];

export function defaultConfiguration(defaults: {
  readonly persistentByDefault: boolean;
  readonly publicByDefault: boolean;
  readonly historyLength: number;
  readonly maxOccupants: number;
  readonly archivedByDefault: boolean;
}): RoomConfiguration {
  return {
    name: '',
    description: '',
    lang: '',
    isPersistent: defaults.persistentByDefault,
    isPublic: defaults.publicByDefault,
    isMembersOnly: false,
    isModerated: false,
    whois: 'moderators',
    canOccupantsChangeSubject: false,
    allowInvites: undefined,
    privateMessages: 'anyone',
    memberListFor: BROADCAST_ROLES,
    presenceBroadcast: BROADCAST_ROLES,
    password: '',
    maxOccupants: defaults.maxOccupants,
    historyLength: defaults.historyLength,
    isArchived: defaults.archivedByDefault,
    forwardsMentions: true,
    wakes: undefined,
    slowModeSeconds: 0,
    pubsub: '',
  };
}

export function mayOccupantsInvite({ allowInvites, isMembersOnly }: RoomConfiguration): boolean {
  return allowInvites ?? !isMembersOnly;
}

/** People who know each other want to hear everything (decision 20). */
export function wakesFor({ wakes, isMembersOnly, whois }: RoomConfiguration): Wakes {
  return wakes ?? (isMembersOnly && whois === 'anyone' ? 'everything' : 'mentions');
}

/** Section 7.2.12: whether what is said can be read by people who have never been here. */
export function isReadByAll({ isPersistent, isArchived, isMembersOnly, password }: RoomConfiguration): boolean {
  return isPersistent && isArchived && !isMembersOnly && password === '';
}

/** Section 10.2.1, "Notification of Configuration Changes": the codes that the occupants are told. */
export function changeStatuses(before: RoomConfiguration, after: RoomConfiguration): readonly Status[] {
  const codes: Status[] = [];
  const showedUnavailable = before.presenceBroadcast.includes('none');
  const showsUnavailable = after.presenceBroadcast.includes('none');
  const isOtherwiseSame =
    JSON.stringify({ ...before, whois: '', presenceBroadcast: listed(before) }) ===
    JSON.stringify({ ...after, whois: '', presenceBroadcast: listed(after) });
  if (!isOtherwiseSame) codes.push(STATUS.configurationChanged);
  if (showsUnavailable !== showedUnavailable) {
    codes.push(showsUnavailable ? STATUS.showsUnavailable : STATUS.hidesUnavailable);
  }
  if (isReadByAll(before) !== isReadByAll(after)) codes.push(isReadByAll(after) ? STATUS.logged : STATUS.notLogged);
  if (before.whois !== after.whois) {
    codes.push(after.whois === 'anyone' ? STATUS.nowNonAnonymous : STATUS.nowSemiAnonymous);
  }
  return codes;
}

function listed({ presenceBroadcast }: RoomConfiguration): readonly RoomRole[] {
  return presenceBroadcast.filter((role) => role !== 'none').toSorted();
}
