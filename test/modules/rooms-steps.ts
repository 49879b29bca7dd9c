/** What nearly every scene in rooms begins with. */
import type { Element } from '../../server/xml/element.ts';
import type { Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

export const ROOM = 'coven@rooms.localhost';
export const NS_MUC = 'http://jabber.org/protocol/muc';
export const NS_USER = `${NS_MUC}#user`;
export const NS_ADMIN = `${NS_MUC}#admin`;
export const NS_OWNER = `${NS_MUC}#owner`;
/** Every presence and message of a room ends with one (XEP-0421). */
export const ID = `<occupant-id xmlns='urn:xmpp:occupant-id:0' id='{any}'/>`;
/** XEP-0359, on messages to everybody. */
export const STANZA_ID = `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='{any}'/>`;

/** Sends the presence of a join; `inside` goes into its `<x/>`. */
export function asks(client: SceneClient, nick: string, inside = ''): void {
  client.sends(`<presence to='${ROOM}/${nick}'><x xmlns='${NS_MUC}'>${inside}</x></presence>`);
}

/** Enters and hears everything up to the subject; gives what came. */
export async function enters(client: SceneClient, nick: string, inside = ''): Promise<readonly Element[]> {
  asks(client, nick, inside);
  const heard: Element[] = [];
  for (;;) {
    const element = await client.next();
    heard.push(element);
    if (element.attr('type') === 'error') throw new Error(`${client.name} could not enter: ${element.toXml()}`);
    const isSubject = element.child('subject') !== undefined && element.child('body') === undefined;
    if (element.name === 'message' && isSubject) return heard;
  }
}

/** An iq to the room; gives the answer, which must come next. */
export function submits(client: SceneClient, payload: string): Promise<Element> {
  return client.request(`<iq type='set' to='${ROOM}'>${payload}</iq>`);
}

export function configuration(fields: Readonly<Record<string, string | readonly string[]>> = {}): string {
  const field = ([name, value]: [string, string | readonly string[]]) =>
    `<field var='${name}'>${[value]
      .flat()
      .map((each) => `<value>${each}</value>`)
      .join('')}</field>`;
  return `<query xmlns='${NS_OWNER}'><x xmlns='jabber:x:data' type='submit'>
    <field var='FORM_TYPE'><value>${NS_MUC}#roomconfig</value></field>${Object.entries(fields).map(field).join('')}</x></query>`;
}

/** Opens the room with a configuration; nothing is left unread. */
export async function opens(
  client: SceneClient,
  nick: string,
  fields: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<void> {
  await enters(client, nick);
  const answer = await submits(client, configuration(fields));
  if (answer.attr('type') !== 'result') throw new Error(`the room could not be configured: ${answer.toXml()}`);
  // Privacy is told even then (172).
  if ('muc#roomconfig_whois' in fields && fields['muc#roomconfig_whois'] === 'anyone') await client.next();
}

/** `<item/>`s of a request to change affiliations or roles. */
export function items(...all: readonly string[]): string {
  return `<query xmlns='${NS_ADMIN}'>${all.join('')}</query>`;
}

/** The condition of an error stanza. */
export function conditionOf(element: Element): string | undefined {
  return element.child('error')?.elements[0]?.name;
}

/** The codes in the order in which they stand. */
export function codesOf(element: Element): readonly string[] {
  const x = element.child('x', NS_USER);
  return (x?.elements ?? []).filter(({ name }) => name === 'status').map((status) => status.attr('code') ?? '');
}

/** What is told about an occupant: affiliation, role, JID if it is shown. */
export function itemOf(element: Element): string {
  const item = element.child('x', NS_USER)?.child('item');
  return [item?.attr('affiliation'), item?.attr('role'), item?.attr('jid')].filter(Boolean).join(' ');
}

export async function coven(scene: Scene, fields: Readonly<Record<string, string | readonly string[]>> = {}) {
  const crone = await scene.login('crone', 'desktop');
  const wicca = await scene.login('wicca', 'laptop');
  const hag = await scene.login('hag', 'pda');
  await opens(crone, 'firstwitch', fields);
  return { crone, wicca, hag };
}

export const WITCHES = ['crone', 'wicca', 'hag'];
