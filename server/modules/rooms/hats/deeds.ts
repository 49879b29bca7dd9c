/** XEP-0317 section 4: what the submitted forms of the commands ask for, checked and done. */
import { bareJid, type Jid, parseJid } from '../../../jid/jid.ts';
import { StanzaError } from '../../../stanza/error.ts';
import { el } from '../../../xml/element.ts';
import { NS_COMMANDS } from '../namespaces.ts';
import { refusal } from '../room-error.ts';
import type { Done, RoomRequest } from '../room-request.ts';
import { assignHat, defineHat, destroyHat, unassignHat } from './changes.ts';
import { HUE, JID, TITLE, URI } from './forms.ts';
import type { Hat } from './hats.ts';

const MAX_TITLE_LENGTH = 100;
const MAX_URI_LENGTH = 500;
/** RFC 3986 section 3: a scheme, a colon, and no character that no URI has. */
const URI_PATTERN = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`\p{C}]+$/u;
const HUE_PATTERN = /^\d{1,3}(\.\d{1,10})?$/;
const FULL_CIRCLE = 360;
const LANGUAGE = /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5}$/;

/** Of a submitted form, by field. */
export type Values = ReadonlyMap<string, readonly string[]>;

export function create(request: RoomRequest, values: Values): Done | StanzaError {
  const title = single(values, TITLE);
  const uri = single(values, URI);
  const hue = single(values, HUE);
  const lang = request.payload.attr('xml:lang') ?? request.iq.element.attr('xml:lang');
  if (title === '' || title.length > MAX_TITLE_LENGTH)
    return malformed('bad-payload', `A title has 1 to ${MAX_TITLE_LENGTH} characters.`);
  if (uri.length > MAX_URI_LENGTH || !URI_PATTERN.test(uri))
    return malformed('bad-payload', 'A hat needs a URI, as in https://example.org/hats#teacher.');
  if (hue !== '' && !(HUE_PATTERN.test(hue) && Number(hue) <= FULL_CIRCLE))
    return malformed('bad-payload', `The colour is an angle from 0 to ${FULL_CIRCLE}.`);
  const hat: Hat = {
    uri,
    title,
    hue: hue === '' ? undefined : hue,
    lang: lang !== undefined && LANGUAGE.test(lang) ? lang : undefined,
  };
  return defineHat(request.service, request.room, hat);
}

export function destroy({ service, room }: RoomRequest, values: Values): Done | StanzaError {
  const hat = room.hats.get(single(values, URI));
  return hat === undefined ? noSuchHat() : destroyHat(service, room, hat);
}

export function assign({ service, room }: RoomRequest, values: Values): Done | StanzaError {
  const person = personOf(values);
  if (person === undefined) return malformed('bad-payload', 'A hat is worn by a person, as in ann@example.org.');
  const hat = room.hats.get(single(values, URI));
  return hat === undefined ? noSuchHat() : assignHat(service, room, person, hat);
}

export function unassign({ service, room }: RoomRequest, values: Values): Done | StanzaError {
  const person = personOf(values);
  if (person === undefined) return malformed('bad-payload', 'A hat is worn by a person, as in ann@example.org.');
  const hat = room.hats.get(single(values, URI));
  return hat === undefined ? noSuchHat() : unassignHat(service, room, person, hat);
}

function personOf(values: Values): Jid | undefined {
  const jid = parseJid(single(values, JID));
  return jid === undefined || jid.local === '' ? undefined : bareJid(jid);
}

function single(values: Values, name: string): string {
  return values.get(name)?.[0]?.trim() ?? '';
}

function noSuchHat(): StanzaError {
  return refusal('item-not-found', 'There is no such hat in this room.');
}

/** XEP-0050 section 4.4. */
export function malformed(condition: 'bad-action' | 'bad-payload' | 'malformed-action', text: string): StanzaError {
  return new StanzaError('bad-request', text, { application: el(condition, NS_COMMANDS) });
}
