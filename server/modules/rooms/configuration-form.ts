/** The form in which owners see and change the configuration (XEP-0045 sections 10.2 and 16.5.3). */
import type { Field, FieldType, Form } from '../../stanza/form.ts';
import {
  BROADCAST_ROLES,
  mayOccupantsInvite,
  type PrivateMessages,
  type RoomConfiguration,
  type Wakes,
  wakesFor,
} from './configuration.ts';
import { NS_MUC_CONFIG } from './namespaces.ts';
import type { RoomRole } from './privileges.ts';
import { MAX_SLOW_MODE_SECONDS } from './slow-mode.ts';

/** What the names of the registered fields begin with. */
export const FIELD = 'muc#roomconfig_';
/** Nobody has registered a field for it (XEP-0068 section 3.4: a namespace of one's own). */
export const WAKES_FIELD = '{https://snug.invalid/rooms}wakes';
const OCCUPANT_CHOICES = [10, 20, 50, 100, 200, 500, 1_000, 5_000];
export const PRIVATE_MESSAGES: readonly PrivateMessages[] = ['anyone', 'participants', 'moderators', 'none'];
export const WAKES: readonly Wakes[] = ['mentions', 'everything', 'nothing'];
const SHOWN_ROLES: readonly RoomRole[] = [...BROADCAST_ROLES, 'none'];

export interface FormLimits {
  readonly maxOccupants: number;
  readonly maxHistoryLength: number;
}

export function configurationForm(
  room: string,
  current: RoomConfiguration,
  people: { readonly admins: readonly string[]; readonly owners: readonly string[] },
  { maxOccupants }: FormLimits,
): Form {
  const choices = [...new Set([...OCCUPANT_CHOICES, maxOccupants, current.maxOccupants])]
    .filter((count) => count <= maxOccupants)
    .sort((a, b) => a - b);
  const text = (name: string, label: string, value: string, type: FieldType = 'text-single'): Field => ({
    name: FIELD + name,
    type,
    label,
    values: [value],
  });
  const flag = (name: string, label: string, value: boolean): Field => text(name, label, value ? '1' : '0', 'boolean');
  const choice =
    (type: 'list-single' | 'list-multi') =>
    (name: string, label: string, values: readonly string[], options: readonly string[]): Field => ({
      ...text(name, label, '', type),
      values,
      options: options.map((value) => ({ label: OPTION_LABELS[value] ?? value, value })),
    });
  const oneOf = choice('list-single');
  const anyOf = choice('list-multi');
  return {
    type: 'form',
    formType: NS_MUC_CONFIG,
    title: `Configuration of ${room}`,
    fields: [
      text('roomname', 'Name', current.name),
      text('roomdesc', 'Description', current.description),
      text('lang', 'Language spoken here', current.lang),
      flag('persistentroom', 'Stays when the last person has left', current.isPersistent),
      flag('publicroom', 'Can be found in the list of rooms', current.isPublic),
      flag('passwordprotectedroom', 'Needs a password', current.password !== ''),
      text('roomsecret', 'Password', current.password, 'text-private'),
      oneOf('maxusers', 'Most people at once', [String(current.maxOccupants)], choices.map(String)),
      flag('membersonly', 'Only members may enter', current.isMembersOnly),
      flag('moderatedroom', 'Newcomers must be given voice by a moderator', current.isModerated),
      oneOf('whois', 'Who sees real addresses', [current.whois], ['moderators', 'anyone']),
      flag('changesubject', 'Everybody with voice may change the subject', current.canOccupantsChangeSubject),
      flag('allowinvites', 'Everybody here may invite others', mayOccupantsInvite(current)),
      oneOf('allowpm', 'Who may send private messages', [current.privateMessages], PRIVATE_MESSAGES),
      anyOf('getmemberlist', 'Who may read the list of members', current.memberListFor, BROADCAST_ROLES),
      anyOf('presencebroadcast', 'Whose presence is shown', current.presenceBroadcast, SHOWN_ROLES),
      {
        ...text('', 'Messages shown to whoever enters', String(current.historyLength)),
        name: 'muc#maxhistoryfetch',
      },
      flag('enablearchiving', 'What is said is kept; switching this off deletes it', current.isArchived),
      flag('forwardmentions', 'Members who are away get messages that mention them', current.forwardsMentions),
      {
        ...oneOf('', 'Devices of members who are away are woken for', [wakesFor(current)], WAKES),
        name: WAKES_FIELD,
      },
      {
        ...text('slow_mode_duration', 'Seconds between messages of one person', String(current.slowModeSeconds)),
        validation: { datatype: 'xs:integer', range: { min: 0, max: MAX_SLOW_MODE_SECONDS } },
      },
      text('pubsub', 'Address of a pubsub node that belongs to the room', current.pubsub),
      { ...text('roomadmins', 'Admins', '', 'jid-multi'), values: people.admins },
      { ...text('roomowners', 'Owners', '', 'jid-multi'), values: people.owners },
    ],
  };
}

const OPTION_LABELS: Readonly<Record<string, string>> = {
  anyone: 'Everybody',
  moderators: 'Moderators',
  participants: 'Those with voice',
  none: 'Nobody',
  mentions: 'Mentions',
  everything: 'Every message',
  nothing: 'Nothing',
  moderator: 'Moderators',
  participant: 'Those with voice',
  visitor: 'Those without voice',
};
