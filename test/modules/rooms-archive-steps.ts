/** What scenes in rooms with an archive have in common. */
import type { Element } from '../../server/xml/element.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { ROOM } from './rooms-steps.ts';

const NS_MAM = 'urn:xmpp:mam:2';
const NS_FORWARD = 'urn:xmpp:forward:0';

/** A room that stays, and so has an archive. */
export const LASTING = { 'muc#roomconfig_persistentroom': '1' };

export interface ArchiveResult {
  readonly outer: Element;
  readonly id: string | undefined;
  readonly delay: Element | undefined;
  readonly message: Element;
}

/** Sends something to everybody and gives what comes back. */
export async function says(client: SceneClient, inside: string, id = 'said'): Promise<Element> {
  client.sends(`<message type='groupchat' to='${ROOM}' id='${id}'>${inside}</message>`);
  return await client.next();
}

/** One query; `fin` is the answer itself when it is an error. */
export async function asksArchive(
  client: SceneClient,
  inside = '',
  room = ROOM,
): Promise<{ readonly results: readonly ArchiveResult[]; readonly fin: Element }> {
  client.sends(`<iq type='set' id='mam' to='${room}'><query xmlns='${NS_MAM}' queryid='q'>${inside}</query></iq>`);
  const results: ArchiveResult[] = [];
  for (;;) {
    const outer = await client.next();
    if (outer.name === 'iq') return { results, fin: outer.child('fin', NS_MAM) ?? outer };
    const result = outer.child('result', NS_MAM);
    const forwarded = result?.child('forwarded', NS_FORWARD);
    const message = forwarded?.child('message', 'jabber:client');
    if (message === undefined) throw new Error(`this is no page of an archive: ${outer.toXml()}`);
    results.push({ outer, id: result?.attr('id'), delay: forwarded?.child('delay', 'urn:xmpp:delay'), message });
  }
}

/** All pages, oldest first. */
export async function asksWholeArchive(client: SceneClient, after?: string): Promise<readonly ArchiveResult[]> {
  const all: ArchiveResult[] = [];
  for (let last = after; ; ) {
    const cursor = last === undefined ? '' : `<after>${last}</after>`;
    const set = `<set xmlns='http://jabber.org/protocol/rsm'><max>50</max>${cursor}</set>`;
    const { results, fin } = await asksArchive(client, set);
    all.push(...results);
    if (fin.name !== 'fin') throw new Error(`the archive refused: ${fin.toXml()}`);
    if (fin.attr('complete') === 'true') return all;
    last = results.at(-1)?.id;
  }
}

/** The texts in the archive. */
export async function said(client: SceneClient): Promise<readonly (string | undefined)[]> {
  return (await asksArchive(client)).results.map(({ message }) => message.childText('body'));
}

/** The text, or the subject of a message without one. */
export function textOf(message: Element): string | undefined {
  return message.childText('body') ?? message.childText('subject');
}
