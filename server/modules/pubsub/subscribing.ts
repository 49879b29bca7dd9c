/** Subscribing and unsubscribing (XEP-0060 sections 6.1 and 6.2). */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { formElement, NS_FORM } from '../../stanza/form.ts';
import { type Element, el } from '../../xml/element.ts';
import { findNode, refuseSubscription } from './access.ts';
import { askOwners } from './authorization.ts';
import { NS_ATOM } from './body.ts';
import type { Engine, PubSubRequest } from './engine.ts';
import { NS_PUBSUB, SUBSCRIBE_OPTIONS } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import { sendLastItem, tellOwners } from './notifications.ts';
import { refusal, unsupported } from './refusal.ts';
import type { Space } from './spaces.ts';
import { writeSubscription } from './store.ts';
import { readForm } from './submitted-form.ts';
import { DEFAULT_OPTIONS, type OptionsOffered, optionsForm, readOptions, type Subscription } from './subscription.ts';

/** Of one user at one node: more than anybody has devices, and too few to keep others out. */
const MAX_OF_ONE = 50;

export function subscribe(request: PubSubRequest): Element | Promise<Element> | StanzaError {
  const { engine, space, from, action, payload } = request;
  const node = findNode(space, action.attr('node'));
  const jid = readOwnJid(action, from);
  if (jid instanceof StanzaError) return jid;
  if (node instanceof StanzaError) return node;
  if (!node.configuration.subscribe) return unsupported('subscribe', 'Nobody can subscribe to this node.');
  const access = refuseSubscription(engine, space, node, from);
  if (access instanceof StanzaError) return access;
  const former = node.subscriptions.get(jid.full);
  if (former?.state === 'pending' && access === 'pending') {
    return refusal('not-authorized', 'pending-subscription', 'An owner has not decided yet.');
  }
  if (former === undefined) {
    const isFull = node.subscriptions.size >= engine.front.limits().maxSubscriptions;
    const hasEnough = [...node.subscriptionsOf(from)].length >= MAX_OF_ONE;
    if (isFull || hasEnough) {
      const text = isFull
        ? 'This node has as many subscribers as it may have.'
        : 'You have too many subscriptions here.';
      return refusal('policy-violation', 'too-many-subscriptions', text, 'wait');
    }
  }
  const configure = payload.child('options');
  const options = readConfigured(request, node, former, configure);
  if (options instanceof StanzaError) return options;
  // Section 6.1.6: the subscription that there is, with what was configured anew.
  const state = former?.state === 'subscribed' || access === undefined ? 'subscribed' : 'pending';
  const subscription: Subscription = { jid, state, options };
  if (former?.state === state && options === former.options) return subscriptionResult(node, former, undefined);
  node.subscriptions.set(jid.full, subscription);
  const form =
    configure === undefined
      ? undefined
      : el('options', NS_PUBSUB, undefined, formElement(optionsForm(options, 'result', offeredBy(node))));
  return engine.spaces.write(space, [writeSubscription(space.jid.bare, node, jid.full)]).then(() => {
    if (former?.state !== state) afterwards(engine, space, node, subscription);
    return subscriptionResult(node, subscription, form);
  });
}

/** Runs once the answer is on its way: the last item and the owners' news come behind it. */
function afterwards(engine: Engine, space: Space, node: PubSubNode, subscription: Subscription): void {
  queueMicrotask(() =>
    queueMicrotask(() => {
      if (subscription.state === 'pending') askOwners(engine, space, node, subscription.jid);
      else welcome(engine, space, node, subscription.jid);
      tellOwners(engine, space, node, subscription);
    }),
  );
}

/** Section 6.1.7: the last item for a new subscriber. */
export function welcome(engine: Engine, space: Space, node: PubSubNode, subscribed: Jid): void {
  if (node.configuration.send_last_published_item === 'never') return;
  for (const to of engine.front.addressesOf(space, node, subscribed)) sendLastItem(engine, space, node, to);
}

export function unsubscribe({ engine, space, from, action }: PubSubRequest): Promise<Element> | StanzaError {
  const node = findNode(space, action.attr('node'));
  if (node instanceof StanzaError) return node;
  const subscription = findSubscription(node, action, from);
  if (subscription instanceof StanzaError) return subscription;
  node.subscriptions.delete(subscription.jid.full);
  return engine.spaces.write(space, [writeSubscription(space.jid.bare, node, subscription.jid.full)]).then(() => {
    const gone = { jid: subscription.jid, state: 'none' } as const;
    tellOwners(engine, space, node, gone);
    return el('pubsub', NS_PUBSUB, undefined, subscriptionElement(NS_PUBSUB, node, gone));
  });
}

/** The subscription that an element names by its `jid`, which must be the sender's (sections 6.2.3 and 6.3.4). */
export function findSubscription(node: PubSubNode, action: Element, from: Jid): Subscription | StanzaError {
  const text = action.attr('jid');
  if (text === undefined) return refusal('bad-request', 'jid-required', 'The request names no subscriber.');
  const jid = parseJid(text);
  if (jid === undefined) return new StanzaError('jid-malformed', 'The subscriber is not a valid JID.');
  if (jid.bare !== from.bare) return new StanzaError('forbidden', 'This is somebody else’s subscription.');
  const subscription = node.subscriptions.get(jid.full);
  if (subscription !== undefined) return subscription;
  return refusal('unexpected-request', 'not-subscribed', 'There is no such subscription.', 'cancel');
}

export function subscriptionElement(
  xmlns: string,
  node: PubSubNode,
  { jid, state }: { readonly jid: Jid; readonly state: Subscription['state'] | 'none' },
): Element {
  return el('subscription', xmlns, { node: node.id, jid: jid.full, subscription: state });
}

export function offeredBy({ configuration }: PubSubNode): OptionsOffered {
  return { includeBody: configuration.type === NS_ATOM };
}

/** Section 6.1.3.1: the subscribed address is one of the sender's. */
function readOwnJid(action: Element, from: Jid): Jid | StanzaError {
  const text = action.attr('jid');
  if (text === undefined) return refusal('bad-request', 'jid-required', 'The request names no subscriber.');
  const jid = parseJid(text);
  if (jid?.bare === from.bare) return jid;
  return refusal('bad-request', 'invalid-jid', 'Nobody can be subscribed but oneself.');
}

/** Section 6.3.7: `<options/>` stands behind `<subscribe/>` and names neither node nor JID. */
function readConfigured(
  { engine, payload, action }: PubSubRequest,
  node: PubSubNode,
  former: Subscription | undefined,
  configure: Element | undefined,
): Subscription['options'] | StanzaError {
  const { tempsub: isTemporary } = node.configuration;
  const current =
    former?.options ?? (isTemporary ? { ...DEFAULT_OPTIONS, expire: 'presence' as const } : DEFAULT_OPTIONS);
  if (configure === undefined) return current;
  const isMisplaced = payload.elements.indexOf(configure) < payload.elements.indexOf(action);
  if (isMisplaced || configure.attr('node') !== undefined || configure.attr('jid') !== undefined) {
    return new StanzaError('bad-request', 'The options stand behind the subscription and name neither node nor JID.');
  }
  if (configure.child('x', NS_FORM) === undefined) return current;
  const values = readForm(configure, SUBSCRIBE_OPTIONS);
  if (values instanceof StanzaError) return values;
  if (values === 'cancel') return current;
  const options = readOptions(values, current, offeredBy(node), engine.now);
  if (options instanceof StanzaError || !isTemporary) return options;
  return { ...options, expire: 'presence' };
}

function subscriptionResult(node: PubSubNode, subscription: Subscription, form: Element | undefined): Element {
  return el('pubsub', NS_PUBSUB, undefined, subscriptionElement(NS_PUBSUB, node, subscription), form);
}
