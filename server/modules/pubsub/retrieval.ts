/** Fetching items (XEP-0060 section 6.5). */
import { StanzaError } from '../../stanza/error.ts';
import { NS_RSM, type PageRequest, pageElement, readPageRequest } from '../../stanza/rsm.ts';
import { type Element, el } from '../../xml/element.ts';
import { findNode, refuseRetrieval } from './access.ts';
import type { PubSubRequest } from './engine.ts';
import { dropExpired } from './expiry.ts';
import type { ItemHead } from './items.ts';
import { NS_PUBSUB } from './namespaces.ts';
import type { PubSubNode } from './node.ts';
import { itemElement } from './notifications.ts';
import { unsupported } from './refusal.ts';

/** Of one result: what a client's stream takes at once without being cut off. The rest comes page by page. */
const MAX_RESULT_BYTES = 2 * 1024 * 1024;

export function retrieve(request: PubSubRequest): Element | StanzaError {
  const { engine, space, from, action, payload } = request;
  const node = findNode(space, action.attr('node'));
  if (node instanceof StanzaError) return node;
  const refused = refuseRetrieval(engine, space, node, from);
  if (refused !== undefined) return refused;
  if (!node.configuration.persist_items) return unsupported('persistent-items', 'This node keeps no items.');
  dropExpired(engine, space, node);
  const asked = action.elements.filter((child) => child.is('item', NS_PUBSUB));
  if (asked.length > 0) return itemsResult(node, named(node, asked), undefined);
  const page = readPageRequest(payload);
  if (page instanceof StanzaError) return page;
  const limit = readMaxItems(action);
  if (limit instanceof StanzaError) return limit;
  const all = [...node.items.heads()];
  if (payload.child('set', NS_RSM) === undefined) return latest(node, all, limit ?? all.length);
  return onePage(node, limit === undefined ? all : all.slice(-limit), page);
}

/** Section 6.5.7: the most recent ones, oldest first; what does not fit is left to result sets (section 6.5.4). */
function latest(node: PubSubNode, all: readonly ItemHead[], limit: number): Element {
  const wanted = limit >= all.length ? all : all.slice(-limit);
  let start = wanted.length;
  let bytes = 0;
  while (start > 0) {
    bytes += wanted[start - 1]?.bytes ?? 0;
    if (bytes > MAX_RESULT_BYTES && start < wanted.length) break;
    start--;
  }
  const taken = wanted.slice(start);
  const isWhole = taken.length === wanted.length;
  return itemsResult(
    node,
    taken,
    isWhole
      ? undefined
      : pageElement({
          first: taken[0]?.id,
          last: taken.at(-1)?.id,
          index: all.length - taken.length,
          count: all.length,
        }),
  );
}

/** XEP-0059, on the items in the order of their publication. */
function onePage(node: PubSubNode, all: readonly ItemHead[], page: PageRequest): Element | StanzaError {
  const { max, after, before, index } = page;
  const size = max ?? all.length;
  let start = index ?? 0;
  let end = all.length;
  if (after !== undefined) {
    const place = all.findIndex(({ id }) => id === after);
    if (place < 0) return new StanzaError('item-not-found', 'There is no such item to go on behind.');
    start = place + 1;
  }
  if (before !== undefined) {
    const place = before === '' ? all.length : all.findIndex(({ id }) => id === before);
    if (place < 0) return new StanzaError('item-not-found', 'There is no such item to go back from.');
    end = place;
    start = Math.max(0, end - size);
  }
  if (start > all.length) return new StanzaError('item-not-found', 'There are fewer items.');
  const wanted = all.slice(start, Math.min(end, start + size));
  const fitting = before === undefined ? fitForward(wanted) : fitBackward(wanted);
  const first = fitting[0];
  return itemsResult(
    node,
    fitting,
    pageElement({
      first: first?.id,
      last: fitting.at(-1)?.id,
      index: first === undefined ? undefined : all.indexOf(first),
      count: all.length,
    }),
  );
}

/** As many from the front as fit into one result, and one at least. */
function fitForward(heads: readonly ItemHead[]): readonly ItemHead[] {
  let bytes = 0;
  const end = heads.findIndex((head, i) => {
    bytes += head.bytes;
    return i > 0 && bytes > MAX_RESULT_BYTES;
  });
  return end < 0 ? heads : heads.slice(0, end);
}

function fitBackward(heads: readonly ItemHead[]): readonly ItemHead[] {
  return fitForward(heads.toReversed()).toReversed();
}

/** Section 6.5.6: those of the items asked for that exist, each once. */
function named(node: PubSubNode, asked: readonly Element[]): readonly ItemHead[] {
  const ids = new Set(asked.map((item) => item.attr('id') ?? ''));
  return fitForward([...ids].flatMap((id) => node.items.head(id) ?? []));
}

function itemsResult(node: PubSubNode, heads: readonly ItemHead[], set: Element | undefined): Element {
  const items = heads.flatMap(({ id }) => {
    const item = node.items.get(id);
    return item === undefined ? [] : [itemElement(NS_PUBSUB, node, item)];
  });
  return el('pubsub', NS_PUBSUB, undefined, el('items', NS_PUBSUB, { node: node.id }, items), set);
}

/** `max_items` of the request: a number from 1 on. */
function readMaxItems(action: Element): number | undefined | StanzaError {
  const text = action.attr('max_items');
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) >= 1) return Number(text);
  return new StanzaError('bad-request', 'max_items is a whole number from 1 on.');
}
