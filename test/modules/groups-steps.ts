/** What scenes of groups have in common. */
import { GROUPS, type GroupsService } from '../../server/modulehost/groups.ts';
import type { Element } from '../../server/xml/element.ts';
import type { Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';

const NS_ROSTER = 'jabber:iq:roster';
export const EVERYBODY = { 'groups.everyone': true };

export function groupsOf(scene: Scene): GroupsService {
  const groups = scene.server.host.find(GROUPS);
  if (groups === undefined) throw new Error('there are no groups');
  return groups;
}

export const aWish = { isShared: true, seenBy: [], hasRoom: false, members: [] };

export const set = (item: string) => `<iq type='set'><query xmlns='${NS_ROSTER}'>${item}</query></iq>`;

/** The whole roster, with its version. */
export async function roster(
  client: SceneClient,
  ver?: string,
): Promise<{ readonly ver: string; readonly items: readonly string[] }> {
  const asked = ver === undefined ? '' : ` ver='${ver}'`;
  const answer = await client.request(`<iq type='get'><query xmlns='${NS_ROSTER}'${asked}/></iq>`);
  const query = answer.child('query', NS_ROSTER);
  const items = (query?.elements ?? []).map((item) => item.toXml(NS_ROSTER));
  return { ver: query?.attr('ver') ?? '', items };
}

/** The client's whole list is still of this version. */
export async function isCurrent(client: SceneClient, ver: string): Promise<boolean> {
  const answer = await client.request(`<iq type='get'><query xmlns='${NS_ROSTER}' ver='${ver}'/></iq>`);
  return answer.elements.length === 0;
}

/** The next stanza is a push of this item; gives the version that it brings. */
export async function pushed(client: SceneClient, item: string): Promise<string> {
  const push = await client.receives(
    `<iq type='set' id='{any}'><query xmlns='${NS_ROSTER}' ver='{any}'>${item}</query></iq>`,
  );
  return push.child('query', NS_ROSTER)?.attr('ver') ?? '';
}

/** Here, with its roster: and everything that comes of that is heard. */
export async function online(scene: Scene, name: string, resource = 'home'): Promise<SceneClient> {
  const client = await scene.login(name, resource);
  await roster(client);
  client.appears();
  await hearsAll(client);
  return client;
}

/** Publishes the account's name. */
export async function calls(client: SceneClient, name: string): Promise<void> {
  client.sends(`<iq type='set' id='card'><vCard xmlns='vcard-temp'><FN>${name}</FN></vCard></iq>`);
  await until(client, (element) => element.attr('id') === 'card');
}

/** Everything that comes, up to what is waited for. */
export async function until(client: SceneClient, isIt: (element: Element) => boolean): Promise<readonly Element[]> {
  const heard: Element[] = [];
  for (;;) {
    const element = await client.next();
    heard.push(element);
    if (isIt(element)) return heard;
  }
}

/** Everything that has been sent to the client by now. */
export function hearsAll(client: SceneClient): Promise<readonly Element[]> {
  client.sends(`<iq type='get' id='all' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
  return until(client, (element) => element.attr('id') === 'all');
}
