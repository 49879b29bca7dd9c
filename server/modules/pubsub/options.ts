/** Requests about the options of a subscription (XEP-0060 sections 6.3 and 6.4). */
import { StanzaError } from '../../stanza/error.ts';
import { formElement } from '../../stanza/form.ts';
import { type Element, el } from '../../xml/element.ts';
import { findNode, isVisible } from './access.ts';
import type { PubSubRequest } from './engine.ts';
import { NS_PUBSUB, SUBSCRIBE_OPTIONS } from './namespaces.ts';
import { noSuchNode } from './refusal.ts';
import { writeSubscription } from './store.ts';
import { readForm } from './submitted-form.ts';
import { findSubscription, offeredBy } from './subscribing.ts';
import { DEFAULT_OPTIONS, optionsForm, readOptions } from './subscription.ts';

export function showOptions({ space, from, action }: PubSubRequest): Element | StanzaError {
  const node = findNode(space, action.attr('node'));
  if (node instanceof StanzaError) return node;
  const subscription = findSubscription(node, action, from);
  if (subscription instanceof StanzaError) return asModify(subscription);
  const form = formElement(optionsForm(subscription.options, 'form', offeredBy(node)));
  return el(
    'pubsub',
    NS_PUBSUB,
    undefined,
    el('options', NS_PUBSUB, { node: node.id, jid: subscription.jid.full }, form),
  );
}

export function changeOptions({
  engine,
  space,
  from,
  action,
}: PubSubRequest): Promise<undefined> | undefined | StanzaError {
  const node = findNode(space, action.attr('node'));
  if (node instanceof StanzaError) return node;
  const subscription = findSubscription(node, action, from);
  if (subscription instanceof StanzaError) return asModify(subscription);
  const values = readForm(action, SUBSCRIBE_OPTIONS);
  if (values instanceof StanzaError) return values;
  if (values === 'cancel') return undefined;
  const read = readOptions(values, subscription.options, offeredBy(node), engine.now);
  if (read instanceof StanzaError) return read;
  const options = node.configuration.tempsub ? { ...read, expire: 'presence' as const } : read;
  node.subscriptions.set(subscription.jid.full, { ...subscription, options });
  const change = writeSubscription(space.jid.bare, node, subscription.jid.full);
  return engine.spaces.write(space, [change]).then(() => undefined);
}

/** Section 6.4: of a node, or of the service. */
export function showDefaultOptions({ engine, space, from, action }: PubSubRequest): Element | StanzaError {
  const id = action.attr('node');
  const node = id === undefined || id === '' ? undefined : findNode(space, id);
  if (node instanceof StanzaError) return node;
  if (node !== undefined && !isVisible(engine, space, node, from)) return noSuchNode();
  const form = formElement(
    optionsForm(DEFAULT_OPTIONS, 'form', node === undefined ? { includeBody: false } : offeredBy(node)),
  );
  return el('pubsub', NS_PUBSUB, undefined, el('default', NS_PUBSUB, { node: id }, form));
}

/** The example of section 6.3.4.2 has another type for `unexpected-request` than that of section 6.2.3.2. */
function asModify(error: StanzaError): StanzaError {
  if (error.condition !== 'unexpected-request' || error.application === undefined) return error;
  return new StanzaError(error.condition, error.text, { application: error.application, type: 'modify' });
}
