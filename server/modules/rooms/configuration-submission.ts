/** Reads the form in which owners changed the configuration (XEP-0045 sections 10.1.3 and 10.2). */
import { bareJid, type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { isTrue } from '../../stanza/form.ts';
import {
  mayOccupantsInvite,
  type PrivateMessages,
  type RoomConfiguration,
  type Wakes,
  wakesFor,
} from './configuration.ts';
import { FIELD, type FormLimits, PRIVATE_MESSAGES, WAKES, WAKES_FIELD } from './configuration-form.ts';
import { isRoomRole, type RoomRole } from './privileges.ts';
import { refusal } from './room-error.ts';
import { MAX_SLOW_MODE_SECONDS } from './slow-mode.ts';

const MAX_NAME_LENGTH = 200;
const MAX_DESCRIPTION_LENGTH = 2_000;
const MAX_PASSWORD_LENGTH = 200;
/** RFC 5646 allows no subtag of more than eight characters; nobody needs more than this of them. */
const LANGUAGE = /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5}$/;
const MAX_URI_LENGTH = 2_000;

/** What an owner submitted: lists are complete lists (section 10.2), undefined where they are not to change. */
export interface Submission {
  readonly configuration: RoomConfiguration;
  readonly admins: readonly Jid[] | undefined;
  readonly owners: readonly Jid[] | undefined;
}

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
  const slowModeSeconds = readSlowMode(text('slow_mode_duration', String(current.slowModeSeconds)));
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
    isArchived: flag('enablearchiving', current.isArchived),
    forwardsMentions: flag('forwardmentions', current.forwardsMentions),
    pubsub: text('pubsub', current.pubsub),
  };
  const wakes = values.get(WAKES_FIELD)?.[0] ?? wakesFor(current);
  if (!isWakes(wakes)) return refusal('not-acceptable', 'There is no such choice of what members are woken for.');
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
  if (slowModeSeconds === undefined)
    return refusal('not-acceptable', `The seconds of slow mode are a number from 0 to ${MAX_SLOW_MODE_SECONDS}.`);
  if (configuration.pubsub !== '' && !isNodeAddress(configuration.pubsub))
    return refusal('not-acceptable', 'A pubsub node is written as in xmpp:pubsub.example.org?;node=news.');
  if (password instanceof StanzaError) return password;
  if (admins instanceof StanzaError) return admins;
  if (owners instanceof StanzaError) return owners;
  return {
    configuration: {
      ...configuration,
      whois,
      privateMessages,
      maxOccupants,
      historyLength,
      password,
      slowModeSeconds,
      wakes: wakes === wakesFor(current) ? current.wakes : wakes,
    },
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

/** Undefined when it is none (XEP-0500, security considerations). */
function readSlowMode(text: string): number | undefined {
  const seconds = text === '' ? 0 : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return seconds <= MAX_SLOW_MODE_SECONDS ? seconds : undefined;
}

/** XEP-0060 section 12.22: the address of a node as an xmpp: URI. */
function isNodeAddress(text: string): boolean {
  return text.length <= MAX_URI_LENGTH && /^xmpp:[^\s?]+\?[^\s]*\bnode=[^\s]+$/.test(text);
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

function isWakes(text: string): text is Wakes {
  return WAKES.some((choice) => choice === text);
}

function isPrivateMessages(text: string): text is PrivateMessages {
  return PRIVATE_MESSAGES.some((choice) => choice === text);
}
