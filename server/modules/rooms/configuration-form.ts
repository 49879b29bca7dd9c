/** The form in which owners see and change the configuration (XEP-0045 sections 10.2 and 16.5.3). */
import { bareJid, type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Field, type FieldType, type Form, isTrue } from '../../stanza/form.ts';
import { BROADCAST_ROLES, mayOccupantsInvite, type PrivateMessages, type RoomConfiguration } from './configuration.ts';
import { NS_MUC_CONFIG } from './namespaces.ts';
import { isRoomRole, type RoomRole } from './privileges.ts';
import { refusal } from './room-error.ts';

const FIELD = 'muc#roomconfig_';
const MAX_NAME_LENGTH = 200;
const MAX_DESCRIPTION_LENGTH = 2_000;
const MAX_PASSWORD_LENGTH = 200;
/** RFC 5646 allows no subtag of more than eight characters; nobody needs more than this of them. */
const LANGUAGE = /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5}$/;
const OCCUPANT_CHOICES = [10, 20, 50, 100, 200, 500, 1_000, 5_000];
const PRIVATE_MESSAGES: readonly PrivateMessages[] = ['anyone', 'participants', 'moderators', 'none'];
const SHOWN_ROLES: readonly RoomRole[] = [...BROADCAST_ROLES, 'none'];

export interface FormLimits {
  readonly maxOccupants: number;
  readonly maxHistoryLength: number;
}

/** What an owner submitted: lists are complete lists (section 10.2), undefined where they are not to change. */
export interface Submission {
  readonly configuration: RoomConfiguration;
  readonly admins: readonly Jid[] | undefined;
  readonly owners: readonly Jid[] | undefined;
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
  moderator: 'Moderators',
  participant: 'Those with voice',
  visitor: 'Those without voice',
};

/** The configuration as it will be; `not-acceptable` where something cannot be (section 10.1.3). Fields left out stay. */
export function readSubmission(
  values: ReadonlyMap<string, readonly string[]>,
  current: RoomConfiguration,
  limits: FormLimits,
): Submission | StanzaError {
  const has = (name: string) => values.has(FIELD + name);
  const text = (name: string, former: string) => (has(name) ? (values.get(FIELD + name)?.[0] ?? '').trim() : former);
  const flag = (name: string, former: boolean) => {
    const given = values.get(FIELD + name);
    return given === undefined || given.length === 0 ? former : isTrue(given);
  };
  const roles = (name: string, former: readonly RoomRole[]) =>
    has(name) ? (values.get(FIELD + name) ?? []).map((role) => role.replace(/s$/, '')).filter(isRoomRole) : former;

  const privateMessages = text('allowpm', current.privateMessages);
  const whois = text('whois', current.whois);
  const invites = flag('allowinvites', mayOccupantsInvite(current));
  const password = readPassword(values, current.password);
  const maxOccupants = readCount(text('maxusers', String(current.maxOccupants)), limits.maxOccupants);
  const historyLength = readCount(
    values.get('muc#maxhistoryfetch')?.[0] ?? String(current.historyLength),
    limits.maxHistoryLength,
  );
  const admins = readJids(values.get(`${FIELD}roomadmins`));
  const owners = readJids(values.get(`${FIELD}roomowners`));
  const configuration = {
    name: text('roomname', current.name),
    description: text('roomdesc', current.description),
    lang: text('lang', current.lang),
    isPersistent: flag('persistentroom', current.isPersistent),
    isPublic: flag('publicroom', current.isPublic),
    isMembersOnly: flag('membersonly', current.isMembersOnly),
    isModerated: flag('moderatedroom', current.isModerated),
    canOccupantsChangeSubject: flag('changesubject', current.canOccupantsChangeSubject),
    // Clients send back the whole form: only a value that differs is a decision.
    allowInvites: invites === mayOccupantsInvite(current) ? current.allowInvites : invites,
    memberListFor: roles('getmemberlist', current.memberListFor),
    presenceBroadcast: roles('presencebroadcast', current.presenceBroadcast),
  };
  if (whois !== 'anyone' && whois !== 'moderators')
    return refusal('not-acceptable', 'There is no such choice of whois.');
  if (!isPrivateMessages(privateMessages)) return refusal('not-acceptable', 'There is no such choice of allowpm.');
  if (configuration.name.length > MAX_NAME_LENGTH || configuration.description.length > MAX_DESCRIPTION_LENGTH)
    return refusal('not-acceptable', 'The name or the description is too long.');
  if (configuration.lang !== '' && !LANGUAGE.test(configuration.lang))
    return refusal('not-acceptable', 'The language is not a language tag, as in en or de-CH.');
  if (maxOccupants === undefined || maxOccupants === 0)
    return refusal('not-acceptable', 'The number of people must be a number.');
  if (historyLength === undefined) return refusal('not-acceptable', 'The number of messages must be a number.');
  if (password instanceof StanzaError) return password;
  if (admins instanceof StanzaError) return admins;
  if (owners instanceof StanzaError) return owners;
  return {
    configuration: { ...configuration, whois, privateMessages, maxOccupants, historyLength, password },
    admins,
    owners,
  };
}

/** A secret alone makes a room protected, too: some clients send nothing else. */
function readPassword(values: ReadonlyMap<string, readonly string[]>, former: string): string | StanzaError {
  const isProtected = values.get(`${FIELD}passwordprotectedroom`);
  const secret = values.get(`${FIELD}roomsecret`);
  const password = secret === undefined ? former : (secret[0] ?? '');
  if (isProtected !== undefined && isProtected.length > 0) {
    if (!isTrue(isProtected)) return '';
    if (password === '') return refusal('not-acceptable', 'A protected room needs a password.');
  }
  if (password.length > MAX_PASSWORD_LENGTH) return refusal('not-acceptable', 'The password is too long.');
  return password;
}

/** Undefined when it is no number. `none` and what is beyond the limit of the service mean that limit. */
function readCount(text: string, limit: number): number | undefined {
  if (text === 'none' || text === '') return limit;
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), limit) : undefined;
}

function readJids(values: readonly string[] | undefined): readonly Jid[] | undefined | StanzaError {
  if (values === undefined) return undefined;
  const jids = new Map<string, Jid>();
  for (const value of values) {
    if (value.trim() === '') continue;
    const jid = parseJid(value.trim());
    if (jid === undefined || jid.local === '') return refusal('not-acceptable', 'A list contains an invalid JID.');
    jids.set(jid.bare, bareJid(jid));
  }
  return [...jids.values()];
}

function isPrivateMessages(text: string): text is PrivateMessages {
  return PRIVATE_MESSAGES.some((choice) => choice === text);
}
