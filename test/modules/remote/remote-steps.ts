/** What scenes with two servers have in common. */
import type { Element } from '../../../server/xml/element.ts';
import type { SceneClient } from '../../scene/scene-client.ts';
import { asks, heard, type TwoServers } from '../../scene/two-servers.ts';

/** Presence as lines such as `available juliet@b.example/balcony`. */
export function presences(elements: readonly Element[]): readonly string[] {
  return elements
    .filter(({ name }) => name === 'presence')
    .map((element) => `${element.attr('type') ?? 'available'} ${element.attr('from')}`);
}

/** Messages as lines such as `juliet@b.example/balcony: Hi`. */
export function messages(elements: readonly Element[]): readonly string[] {
  return elements
    .filter(({ name }) => name === 'message')
    .map((element) => `${element.attr('from')}: ${element.childText('body') ?? element.elements[0]?.name}`);
}

/** Of one contact as the roster says: subscription, with `?` while a request has no answer; undefined when it is not there. */
export async function standing(client: SceneClient, contact: string): Promise<string | undefined> {
  const roster = await asks(client, `<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`);
  const item = roster.elements[0]?.elements.find((each) => each.attr('jid') === contact);
  return item && `${item.attr('subscription')}${item.attr('ask') === 'subscribe' ? '?' : ''}`;
}

/** Both see each other's presence afterwards; both are available, and have heard what there was. */
export async function befriend(two: TwoServers, one: SceneClient, other: SceneClient): Promise<void> {
  for (const client of [one, other]) {
    await asks(client, `<iq type='get'><query xmlns='jabber:iq:roster'/></iq>`);
    client.sends('<presence/>');
  }
  await two.settles();
  one.sends(`<presence type='subscribe' to='${other.bare}'/>`);
  await two.settles();
  other.sends(`<presence type='subscribed' to='${one.bare}'/><presence type='subscribe' to='${one.bare}'/>`);
  await two.settles();
  one.sends(`<presence type='subscribed' to='${other.bare}'/>`);
  await heard(two, one);
  await heard(two, other);
}

export function conditionOf(element: Element | undefined): string | undefined {
  return element?.child('error')?.elements[0]?.name;
}
