/** Clients in scenes in which one change brings about others: what they ask, and all that they have heard meanwhile. */
import type { Element } from '../../server/xml/element.ts';
import type { Scene } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { capsOf, describes, NS_EVENT, NS_PUBSUB, publication, publishOptions } from './pep-steps.ts';

/** Options for nodes of one's own alone, with many items (XEP-0223). */
export const PRIVATE = {
  access_model: 'whitelist',
  persist_items: 'true',
  max_items: 'max',
  send_last_published_item: 'never',
};
export const OPEN = { access_model: 'open' };

let counter = 0;
const unread = new WeakMap<SceneClient, readonly Element[]>();

/** Sends a request and gives its answer; what comes before it is kept for `heard`. */
export async function asks(client: SceneClient, xml: string): Promise<Element> {
  const id = `asked-${++counter}`;
  client.sends(xml.replace('<iq ', `<iq id='${id}' `));
  for (;;) {
    const element = await client.next();
    if (element.name === 'iq' && element.attr('id') === id) return element;
    unread.set(client, [...(unread.get(client) ?? []), element]);
  }
}

/** Everything that has come and nobody has read. */
export async function heard(client: SceneClient): Promise<readonly Element[]> {
  // What a change brings about may take turns of its own: two round trips.
  for (let i = 0; i < 2; i++) await asks(client, `<iq type='get' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`);
  const elements = unread.get(client) ?? [];
  unread.delete(client);
  return elements;
}

/** The notifications that have come, each as a line. */
export async function events(client: SceneClient): Promise<readonly string[]> {
  return (await heard(client)).flatMap((message) => {
    const items = message.child('event', NS_EVENT)?.child('items');
    return (items?.elements ?? []).map((item) =>
      `${items?.attr('node')} ${item.name} ${item.attr('id')} ${textOf(item.elements[0])}`.trim(),
    );
  });
}

/** A client that is available, wants to hear of these nodes, and has heard what there was. */
export async function interested(scene: Scene, name: string, resource: string, ...nodes: readonly string[]) {
  const client = await scene.login(name, resource);
  await comes(client, ...nodes);
  await heard(client);
  return client;
}

/** Becomes available, and tells what it wants to hear of when it is asked. */
export async function comes(client: SceneClient, ...nodes: readonly string[]): Promise<void> {
  client.sends(`<presence>${capsOf(nodes)}</presence>`);
  const came = await heard(client);
  const question = came.find(({ name }) => name === 'iq');
  if (question !== undefined) describes(client, question.attr('from') ?? '', question.attr('id') ?? '', nodes);
  unread.set(
    client,
    came.filter((element) => element !== question),
  );
}

type Options = Readonly<Record<string, string>>;

export function publishes(client: SceneClient, node: string, id: string, payload: string, options?: Options) {
  const form = options === undefined ? '' : publishOptions(options);
  return asks(client, publication(node, `<item id='${id}'>${payload}</item>`, form));
}

export function retracts(client: SceneClient, node: string, id: string): Promise<Element> {
  return asks(
    client,
    `<iq type='set'><pubsub xmlns='${NS_PUBSUB}'><retract node='${node}' notify='true'><item id='${id}'/></retract></pubsub></iq>`,
  );
}

/** The payloads of a node by item id; or the condition with which that is refused. */
export async function itemsOf(
  client: SceneClient,
  node: string,
  owner?: string,
): Promise<Readonly<Record<string, string>> | string> {
  const to = owner === undefined ? '' : ` to='${owner}'`;
  const items = `<pubsub xmlns='${NS_PUBSUB}'><items node='${node}'/></pubsub>`;
  const answer = await asks(client, `<iq type='get'${to}>${items}</iq>`);
  if (answer.attr('type') === 'error') return conditionOf(answer) ?? 'error';
  const found = answer.child('pubsub', NS_PUBSUB)?.child('items')?.elements ?? [];
  return Object.fromEntries(found.map((item) => [item.attr('id') ?? '', textOf(item.elements[0])]));
}

export function conditionOf(answer: Element): string | undefined {
  return answer.child('error')?.elements[0]?.name;
}

function textOf(element: Element | undefined): string {
  return element?.toXml().replaceAll('"', "'") ?? '';
}
