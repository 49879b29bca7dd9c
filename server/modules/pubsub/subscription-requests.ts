/** Owners' lists of subscriptions (XEP-0060 section 8.8). */
import { type Jid, parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { type Element, el } from '../../xml/element.ts';
import type { PubSubRequest } from './engine.ts';
import { NS_PUBSUB_OWNER } from './namespaces.ts';
import { notifySubscription } from './notifications.ts';
import { findOwned, ownerResult } from './owner-requests.ts';
import { writeSubscription } from './store.ts';
import { welcome } from './subscribing.ts';
import { DEFAULT_OPTIONS, type Subscription } from './subscription.ts';

type State = Subscription['state'] | 'none';

/** Section 8.8.1.2: those who are waiting are not listed. */
export function showSubscriptions(request: PubSubRequest): Element | StanzaError {
  const node = findOwned(request);
  if (node instanceof StanzaError) return node;
  const subscribed = [...node.subscriptions.values()].filter(({ state }) => state === 'subscribed');
  const list = subscribed.map(({ jid, state }) => subscriptionElement(jid, state));
  return ownerResult(el('subscriptions', NS_PUBSUB_OWNER, { node: node.id }, list));
}

/** Section 8.8.2: what can be changed is; what cannot comes back as it is. */
export function changeSubscriptions(request: PubSubRequest): Promise<undefined | StanzaError> | StanzaError {
  const { engine, space, action } = request;
  const node = findOwned(request);
  if (node instanceof StanzaError) return node;
  const wanted = readSubscriptions(action);
  if (wanted instanceof StanzaError) return wanted;
  const { maxSubscriptions } = engine.front.limits();
  const refused: Element[] = [];
  const changed: { jid: Jid; state: State }[] = [];
  for (const { jid, state } of wanted) {
    const current = node.subscriptions.get(jid.full);
    if ((current?.state ?? 'none') === state) continue;
    const isOneTooMany = current === undefined && node.subscriptions.size >= maxSubscriptions;
    const isBanned = state !== 'none' && engine.affiliationOf(space, node, jid) === 'outcast';
    if (isOneTooMany || isBanned || state === 'pending') {
      refused.push(subscriptionElement(jid, current?.state ?? 'none'));
      continue;
    }
    if (state === 'none') node.subscriptions.delete(jid.full);
    else node.subscriptions.set(jid.full, { jid, state, options: current?.options ?? DEFAULT_OPTIONS });
    changed.push({ jid, state });
  }
  const service = space.jid.bare;
  const written = engine.spaces.write(
    space,
    changed.map(({ jid }) => writeSubscription(service, node, jid.full)),
  );
  return written.then(() => {
    for (const news of changed) {
      notifySubscription(engine, space, node, news);
      if (news.state === 'subscribed') welcome(engine, space, node, news.jid);
    }
    if (refused.length === 0) return undefined;
    const list = el('subscriptions', NS_PUBSUB_OWNER, { node: node.id }, refused);
    return new StanzaError('not-acceptable', 'Some of these subscriptions cannot be as they should.', {
      returned: ownerResult(list),
    });
  });
}

function readSubscriptions(action: Element): readonly { jid: Jid; state: State }[] | StanzaError {
  const wanted: { jid: Jid; state: State }[] = [];
  for (const item of action.elements) {
    if (!item.is('subscription', NS_PUBSUB_OWNER)) continue;
    const jid = parseJid(item.attr('jid') ?? '');
    const state = item.attr('subscription');
    if (jid === undefined) return new StanzaError('jid-malformed', 'A subscription has no valid JID.');
    if (state === undefined) continue; // section 8.8.2.1 note: not to be changed
    if (state !== 'none' && state !== 'pending' && state !== 'subscribed') {
      return new StanzaError('bad-request', 'There is no such state of a subscription here.');
    }
    wanted.push({ jid, state });
  }
  return wanted.length === 0 ? new StanzaError('bad-request', 'There is no subscription.') : wanted;
}

function subscriptionElement(jid: Jid, state: State): Element {
  return el('subscription', NS_PUBSUB_OWNER, { jid: jid.full, subscription: state });
}
