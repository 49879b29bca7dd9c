/** What owners do with a node as a whole: configure, empty, delete (XEP-0060 sections 8.2 to 8.5). */
import { StanzaError } from '../../stanza/error.ts';
import { formElement } from '../../stanza/form.ts';
import type { Change } from '../../store/writer.ts';
import { type Element, el } from '../../xml/element.ts';
import { findNode } from './access.ts';
import { configurationForm, readChange } from './configuration-form.ts';
import type { PubSubRequest } from './engine.ts';
import { gainAccess, membersOf } from './gained-access.ts';
import { NODE_CONFIG, NS_PUBSUB_EVENT, NS_PUBSUB_OWNER } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import { broadcast } from './notifications.ts';
import { dropOldest } from './publishing.ts';
import { forOwnersOnly, unsupported } from './refusal.ts';
import { forgetMoved, removeItem, removeItems, removeNode, writeNode } from './store.ts';
import { readForm } from './submitted-form.ts';

/** How many addresses of nodes that are gone a service remembers. */
const MAX_MOVED = 1_000;
const MAX_URI_LENGTH = 2_000;

/** The node that the request names, if the sender owns it. */
export function findOwned({ engine, space, from, action }: PubSubRequest): PubSubNode | StanzaError {
  const node = findNode(space, action.attr('node'));
  if (node instanceof StanzaError) return node;
  return engine.isOwner(space, node, from) ? node : forOwnersOnly();
}

export function showConfiguration(request: PubSubRequest): Element | StanzaError {
  const { engine, space, from } = request;
  const node = findOwned(request);
  if (node instanceof StanzaError) return node;
  const form = formElement(configurationForm(node.configuration, 'form', engine.front.groups(space, from)));
  return ownerResult(el('configure', NS_PUBSUB_OWNER, { node: node.id }, form));
}

/** Section 8.3. */
export function showDefaults({ engine, space, from, action }: PubSubRequest): Element | StanzaError {
  const type = action.attr('type');
  if (type !== undefined && type !== 'leaf')
    return new StanzaError('feature-not-implemented', 'Nodes are leaves here.');
  const form = formElement(configurationForm(engine.front.defaults(), 'form', engine.front.groups(space, from)));
  return ownerResult(el('default', NS_PUBSUB_OWNER, undefined, form));
}

export function configure(request: PubSubRequest): Promise<undefined> | undefined | StanzaError {
  const { engine, space, action } = request;
  const node = findOwned(request);
  if (node instanceof StanzaError) return node;
  const values = readForm(action, NODE_CONFIG);
  if (values instanceof StanzaError) return values;
  if (values === 'cancel') return undefined;
  const change = readChange(values, engine.front.limits());
  if (change instanceof StanzaError) return change;
  const before = membersOf(engine, space, node);
  const wasPersistent = node.configuration.persist_items;
  node.configuration = { ...node.configuration, ...change, ...engine.front.imposed(node.id) };
  const service = space.jid.bare;
  const changes: Change[] = [...writeNode(service, node)];
  const lost =
    wasPersistent && !node.configuration.persist_items ? [...node.items.heads()] : dropOldest(engine, space, node);
  for (const { id, bytes } of lost) {
    if (node.items.head(id) !== undefined) space.bytes -= bytes;
    node.items.remove(id);
    changes.push(removeItem(service, node.id, id));
  }
  const written = engine.spaces.write(space, changes);
  if (lost.length > 0) engine.changed({ node: node.id, published: [], retracted: lost.map(({ id }) => id) }, space);
  return written.then(() => {
    if (node.configuration.notify_config) notifyConfiguration(request, node);
    gainAccess(engine, space, node, before);
    return undefined;
  });
}

/** Section 8.2.5.3. */
function notifyConfiguration({ engine, space }: PubSubRequest, node: PubSubNode): void {
  const { deliver_payloads: isWhole, deliver_notifications: isTold } = node.configuration;
  if (!isTold) return;
  const form = isWhole ? formElement(configurationForm(node.configuration, 'result')) : undefined;
  broadcast(engine, space, node, el('configuration', NS_PUBSUB_EVENT, { node: node.id }, form));
}

export function purge(request: PubSubRequest): Promise<undefined> | StanzaError {
  const { engine, space } = request;
  const node = findOwned(request);
  if (node instanceof StanzaError) return node;
  if (!node.configuration.persist_items) return unsupported('persistent-items', 'This node keeps no items.');
  const retracted = [...node.items.heads()];
  for (const { bytes } of retracted) space.bytes -= bytes;
  node.items.clear();
  const written = engine.spaces.write(space, [removeItems(space.jid.bare, node.id)]);
  engine.changed({ node: node.id, published: [], retracted: retracted.map(({ id }) => id) }, space);
  return written.then(() => {
    const { deliver_notifications: isTold, notify_retract: isTellingOfLoss } = node.configuration;
    if (isTold && isTellingOfLoss) broadcast(engine, space, node, el('purge', NS_PUBSUB_EVENT, { node: node.id }));
    return undefined;
  });
}

/** Section 8.4, with `<redirect/>` to where the node is from now on. */
export function deleteNode(request: PubSubRequest): Promise<undefined> | StanzaError {
  const { engine, space, action, from } = request;
  const node = findOwned(request);
  if (node instanceof StanzaError) return node;
  const redirect = action.child('redirect');
  const uri = redirect?.attr('uri');
  if (redirect !== undefined && (uri === undefined || uri.length > MAX_URI_LENGTH || !URL.canParse(uri))) {
    return new StanzaError('bad-request', 'The place to go to instead is a URI.');
  }
  const retracted = [...node.items.heads()];
  for (const { bytes } of retracted) space.bytes -= bytes;
  space.nodes.delete(node.id);
  const service = space.jid.bare;
  const changes: Change[] = [...removeNode(service, node.id, uri)];
  if (uri !== undefined) {
    space.moved.set(node.id, uri);
    const [oldest] = space.moved.keys();
    if (space.moved.size > MAX_MOVED && oldest !== undefined) {
      space.moved.delete(oldest);
      changes.push(forgetMoved(service, oldest));
    }
  }
  engine.log.info({ service, node: node.id, by: from.bare }, 'node deleted');
  const written = engine.spaces.write(space, changes);
  engine.changed({ node: node.id, published: [], retracted: retracted.map(({ id }) => id) }, space);
  return written.then(() => {
    if (node.configuration.notify_delete) notifyDeleted(request, node, uri);
    return undefined;
  });
}

/** Section 8.4.2. */
function notifyDeleted({ engine, space }: PubSubRequest, node: PubSubNode, uri: string | undefined): void {
  const redirect = uri === undefined ? undefined : el('redirect', NS_PUBSUB_EVENT, { uri });
  broadcast(engine, space, node, el('delete', NS_PUBSUB_EVENT, { node: node.id }, redirect));
}

export function ownerResult(content: Element): Element {
  return el('pubsub', NS_PUBSUB_OWNER, undefined, content);
}
