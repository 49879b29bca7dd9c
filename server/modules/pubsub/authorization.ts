/** Subscriptions that an owner has to approve (XEP-0060 sections 8.6 and 8.7). */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Field, type Form, formElement, isTrue, NS_FORM, readSubmittedForm } from '../../stanza/form.ts';
import { type Message, NS_CLIENT } from '../../stanza/stanza.ts';
import { el } from '../../xml/element.ts';
import type { Engine } from './engine.ts';
import { FIELD_PREFIX, SUBSCRIBE_AUTHORIZATION } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import { notifySubscription, tellOwners } from './notifications.ts';
import type { Space } from './spaces.ts';
import { writeSubscription } from './store.ts';
import { welcome } from './subscribing.ts';

const ALLOW = `${FIELD_PREFIX}allow`;
const NODE = `${FIELD_PREFIX}node`;
const SUBSCRIBER = `${FIELD_PREFIX}subscriber_jid`;

/** Asks all owners; the first who answers decides (section 12.12). */
export function askOwners(engine: Engine, space: Space, node: PubSubNode, subscriber: Jid): void {
  for (const owner of engine.front.ownersOf(space, node)) ask(engine, space, node, subscriber, owner);
}

/** Asks one owner about all who are waiting. */
export function askAboutAll(engine: Engine, space: Space, node: PubSubNode, owner: Jid): void {
  for (const { jid, state } of node.subscriptions.values()) {
    if (state === 'pending') ask(engine, space, node, jid, owner);
  }
}

function ask(engine: Engine, space: Space, node: PubSubNode, subscriber: Jid, owner: Jid): void {
  const text = `${subscriber.full} would like to subscribe to ${node.configuration.title || node.id}.`;
  const message = el(
    'message',
    NS_CLIENT,
    { from: space.jid.bare, to: owner.full, id: engine.newId() },
    el('body', NS_CLIENT, undefined, text),
    formElement(requestForm(node, subscriber)),
  );
  engine.send(message, 'normal', space.jid, owner);
}

function requestForm(node: PubSubNode, subscriber: Jid): Form {
  const fields: readonly Field[] = [
    { name: NODE, type: 'text-single', label: 'Node', values: [node.id] },
    { name: SUBSCRIBER, type: 'jid-single', label: 'Who asks', values: [subscriber.full] },
    { name: ALLOW, type: 'boolean', label: 'Allow the subscription', values: ['0'] },
  ];
  return {
    type: 'form',
    formType: SUBSCRIBE_AUTHORIZATION,
    title: 'Somebody would like to subscribe',
    instructions: 'Decide whether this address may have what is published at the node.',
    fields,
  };
}

/** True when the message is an owner's answer: it goes to the service alone. */
export function isDecision(message: Message): boolean {
  const x = message.element.child('x', NS_FORM);
  if (x === undefined || message.type === 'error') return false;
  const type = x.elements.find((field) => field.attr('var') === 'FORM_TYPE');
  return type?.childText('value') === SUBSCRIBE_AUTHORIZATION && x.attr('type') !== 'form';
}

/** Takes an owner's answer. A form that was cancelled leaves the request as it is, and so does one about nothing. */
export function decide(engine: Engine, space: Space, message: Message): StanzaError | undefined {
  const x = message.element.child('x', NS_FORM);
  if (x?.attr('type') === 'cancel') return undefined;
  const values = readSubmittedForm(x);
  const node = space.nodes.get(values?.get(NODE)?.[0] ?? '');
  const subscriber = parseJid(values?.get(SUBSCRIBER)?.[0] ?? '');
  if (values === undefined || subscriber === undefined) {
    return new StanzaError('bad-request', 'The form does not say who is meant.');
  }
  if (node === undefined) return new StanzaError('item-not-found', 'There is no such node.');
  if (!engine.isOwner(space, node, message.from)) {
    return new StanzaError('forbidden', 'Only owners of the node may decide that.');
  }
  const subscription = node.subscriptions.get(subscriber.full);
  if (subscription?.state !== 'pending') return undefined; // another owner was faster
  settle(engine, space, node, subscriber, isTrue(values.get(ALLOW)));
  return undefined;
}

/** Ends the waiting of a subscriber, who is told. */
export function settle(engine: Engine, space: Space, node: PubSubNode, subscriber: Jid, isAllowed: boolean): void {
  const subscription = node.subscriptions.get(subscriber.full);
  if (subscription === undefined) return;
  if (isAllowed) node.subscriptions.set(subscriber.full, { ...subscription, state: 'subscribed' });
  else node.subscriptions.delete(subscriber.full);
  engine.spaces.write(space, [writeSubscription(space.jid.bare, node, subscriber.full)]).then(
    () => {
      const news = { jid: subscriber, state: isAllowed ? 'subscribed' : 'none' } as const;
      notifySubscription(engine, space, node, news);
      tellOwners(engine, space, node, news);
      if (isAllowed) welcome(engine, space, node, subscriber);
    },
    () => undefined, // the writer has logged it, and the request waits on
  );
}
