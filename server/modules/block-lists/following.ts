/** Following a list with XEP-0060: subscribing to its node, reading it whole, and what the service tells of changes. */
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Logger } from '../../log/log.ts';
import type { OwnRequests } from '../../router/own-requests.ts';
import { NS_RSM } from '../../stanza/rsm.ts';
import type { Iq, Message } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { type BlockList, readHash, type Source } from './list.ts';

const NS_PUBSUB = 'http://jabber.org/protocol/pubsub';
const NS_EVENT = `${NS_PUBSUB}#event`;
/** After the start, when all services are there and federation may be. */
const START_MS = 1_000;
/** The first wait after a failure; each further one is twice as long. */
const RETRY_MS = 60_000;
const MAX_RETRY_MS = 60 * 60 * 1000;
/** What was missed while a connection was lost is made good within this. */
const REFRESH_MS = 6 * 60 * 60 * 1000;
const PAGE = 1_000;

export interface FollowingOptions {
  readonly domain: string;
  readonly list: BlockList;
  readonly maxHashes: number;
  readonly ownRequests: Pick<OwnRequests, 'get' | 'set'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of what changed. */
  readonly onChange: (added: readonly string[], removed: readonly string[]) => void;
}

export class Following {
  readonly #options: FollowingOptions;
  #timer: Timer | undefined;
  #failures = 0;
  #isStopped = false;

  constructor(options: FollowingOptions) {
    this.#options = options;
    this.#plan(START_MS);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** An event of the very service that was subscribed to, and of the node; false for anything else. */
  take({ from, element }: Message): boolean {
    const { list, onChange } = this.#options;
    if (from.full !== list.source.service.full) return false;
    const event = element.child('event', NS_EVENT);
    const change = event?.elements.find((child) => child.attr('node') === list.source.node);
    if (change === undefined) return false;
    if (change.name === 'purge' || change.name === 'delete') onChange([], list.clear());
    if (change.name !== 'items') return true;
    const added: string[] = [];
    const removed: string[] = [];
    for (const child of change.elements) {
      const hash = readHash(child.attr('id'));
      if (hash === undefined) continue;
      if (child.name === 'retract' && list.tell(hash, false)) removed.push(hash);
      if (child.name === 'item' && list.tell(hash, true)) added.push(hash);
    }
    onChange(added, removed);
    return true;
  }

  #plan(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer = this.#options.clock.after(delayMs, () => {
      void this.#follow().then((isDone) => {
        this.#failures = isDone ? 0 : this.#failures + 1;
        this.#plan(isDone ? REFRESH_MS : Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** (this.#failures - 1)));
      });
    });
  }

  /** Subscribes first, so that nothing falls between the list and the changes of it. */
  async #follow(): Promise<boolean> {
    const { domain, list, ownRequests, log, onChange } = this.#options;
    const { service, node, name } = list.source;
    list.beginFetch();
    const subscribe = el('subscribe', NS_PUBSUB, { node, jid: domain });
    const subscribed = await ownRequests.set(service, el('pubsub', NS_PUBSUB, undefined, subscribe));
    const hashes = subscribed?.type === 'result' ? await this.#fetch() : undefined;
    if (this.#isStopped) return true;
    const { added, removed } = list.endFetch(hashes);
    onChange(added, removed);
    if (hashes === undefined) log.warn({ list: name }, 'a block list could not be read');
    else log.info({ list: name, hashes: list.size }, 'block list read');
    return hashes !== undefined;
  }

  /** The whole list, page by page where the service has pages; undefined when it cannot be had. */
  async #fetch(): Promise<ReadonlySet<string> | undefined> {
    const { list, ownRequests, maxHashes } = this.#options;
    const { service, node } = list.source;
    const hashes = new Set<string>();
    let after: string | undefined;
    let seen = 0;
    for (;;) {
      const answer = await ownRequests.get(
        service,
        el('pubsub', NS_PUBSUB, undefined, el('items', NS_PUBSUB, { node }), pageRequest(after)),
      );
      if (answer?.type !== 'result' || this.#isStopped) return undefined;
      for (const item of itemsOf(answer, node)) {
        seen++;
        const hash = readHash(item.attr('id'));
        if (hash !== undefined && hashes.size < maxHashes) hashes.add(hash);
      }
      const next = nextPage(answer);
      if (next === undefined || next === after || seen >= maxHashes) return hashes;
      after = next;
    }
  }
}

/** The element by which the server takes its subscription back. */
export function unsubscription({ node }: Source, domain: string): Element {
  return el('pubsub', NS_PUBSUB, undefined, el('unsubscribe', NS_PUBSUB, { node, jid: domain }));
}

function pageRequest(after: string | undefined): Element {
  return el(
    'set',
    NS_RSM,
    undefined,
    el('max', NS_RSM, undefined, String(PAGE)),
    after === undefined ? undefined : el('after', NS_RSM, undefined, after),
  );
}

function itemsOf({ payload }: Iq, node: string): readonly Element[] {
  const items = payload?.is('pubsub', NS_PUBSUB) ? payload.child('items') : undefined;
  if (items === undefined || items.attr('node') !== node) return [];
  return items.elements.filter((child) => child.is('item', NS_PUBSUB));
}

/** Undefined when the service has no pages, or this was the last one. */
function nextPage({ payload }: Iq): string | undefined {
  const set = payload?.child('set', NS_RSM);
  const isEmpty = payload?.child('items')?.child('item') === undefined;
  return set === undefined || isEmpty ? undefined : set.childText('last') || undefined;
}
