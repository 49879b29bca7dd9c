/** For scenes of the service pubsub.localhost. */
import type { Element } from '../../server/xml/element.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { NS_OWNER, NS_PUBSUB, submitted } from './pep-steps.ts';

export const SERVICE = 'pubsub.localhost';
export const NS_ERRORS = 'http://jabber.org/protocol/pubsub#errors';
export const ATOM = 'http://www.w3.org/2005/Atom';
export const NODE_CONFIG = `${NS_PUBSUB}#node_config`;
const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

type Fields = Readonly<Record<string, string | readonly string[]>>;

/** A request in the namespace for everybody. */
export function asks(client: SceneClient, type: 'get' | 'set', content: string, to = SERVICE): Promise<Element> {
  return client.request(`<iq type='${type}' to='${to}'><pubsub xmlns='${NS_PUBSUB}'>${content}</pubsub></iq>`);
}

/** A request in the namespace for owners. */
export function asksAsOwner(client: SceneClient, type: 'get' | 'set', content: string, to = SERVICE): Promise<Element> {
  return client.request(`<iq type='${type}' to='${to}'><pubsub xmlns='${NS_OWNER}'>${content}</pubsub></iq>`);
}

/** Makes a node with some fields of its configuration. */
export async function makes(client: SceneClient, node: string, fields: Fields = {}, to = SERVICE): Promise<void> {
  const answer = await asks(
    client,
    'set',
    `<create node='${node}'/><configure>${submitted(NODE_CONFIG, fields)}</configure>`,
    to,
  );
  if (answer.attr('type') !== 'result') throw new Error(`no node was made: ${answer.toXml()}`);
}

export function configures(client: SceneClient, node: string, fields: Fields, to = SERVICE): Promise<Element> {
  return asksAsOwner(client, 'set', `<configure node='${node}'>${submitted(NODE_CONFIG, fields)}</configure>`, to);
}

export function subscribes(client: SceneClient, node: string, jid = client.bare, options = ''): Promise<Element> {
  return asks(client, 'set', `<subscribe node='${node}' jid='${jid}'/>${options}`);
}

export function entry(title: string): string {
  return `<entry xmlns='${ATOM}'><title>${title}</title></entry>`;
}

export function publishes(client: SceneClient, node: string, id: string, title = id): Promise<Element> {
  return asks(client, 'set', `<publish node='${node}'><item id='${id}'>${entry(title)}</item></publish>`);
}

/** Gives somebody an affiliation. */
export async function affiliates(client: SceneClient, node: string, jid: string, affiliation: string): Promise<void> {
  const item = `<affiliation jid='${jid}' affiliation='${affiliation}'/>`;
  const answer = await asksAsOwner(client, 'set', `<affiliations node='${node}'>${item}</affiliations>`);
  if (answer.attr('type') !== 'result') throw new Error(`no affiliation was changed: ${answer.toXml()}`);
}

/** An error in short: type, condition, and pubsub's own condition with its feature if it has them. */
export function refusalIn(answer: Element): string {
  const error = answer.child('error');
  const parts = error?.elements.flatMap((child) => {
    if (child.xmlns === NS_STANZAS) return child.name === 'text' ? [] : [child.name];
    if (child.xmlns === NS_ERRORS) return [[child.name, child.attr('feature')].filter(Boolean).join(' ')];
    return [];
  });
  return [error?.attr('type') ?? answer.attr('type'), ...(parts ?? [])].join(', ');
}

/** Ids of the items of a result. */
export function itemsIn(answer: Element): readonly string[] {
  const items = answer.child('pubsub', NS_PUBSUB)?.child('items');
  return (items?.elements ?? []).filter(({ name }) => name === 'item').map((item) => item.attr('id') ?? '');
}

/** Values of a form by field name without its prefix. */
export function fieldsIn(x: Element | undefined): Readonly<Record<string, readonly string[]>> {
  const fields = (x?.elements ?? []).filter(({ name }) => name === 'field');
  return Object.fromEntries(
    fields.map((field) => [
      (field.attr('var') ?? '').replace('pubsub#', ''),
      field.elements.filter(({ name }) => name === 'value').map((value) => value.text()),
    ]),
  );
}
