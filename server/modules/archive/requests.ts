/** Requests to an archive (XEP-0313 sections 4 and 5): its form, what it spans, and its pages. */
import type { ArchiveRequest } from '../../modulehost/services.ts';
import { NS_DELAY } from '../../stanza/delay.ts';
import { StanzaError } from '../../stanza/error.ts';
import { forwarded } from '../../stanza/forward.ts';
import { pageElement, readPageRequest } from '../../stanza/rsm.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import type { Reader } from '../../store/reader.ts';
import { type Element, el } from '../../xml/element.ts';
import { storedElement } from '../../xml/stored-element.ts';
import type { Archives } from './archives.ts';
import { filterForm, readFilter } from './filter.ts';
import { writeId } from './ids.ts';
import { NS_MAM } from './namespaces.ts';
import { type PageQuestion, selectPage } from './pages.ts';
import { type Row, readEnd } from './store.ts';
import type { TextIndex } from './text-index.ts';
import type { Turns } from './turns.ts';

/** A query is named by its sender in few characters; it comes back with every message. */
const MAX_QUERY_ID = 1_000;

export interface RequestsOptions {
  /** The domain of the accounts. */
  readonly domain: string;
  readonly reader: Reader;
  readonly archives: Archives;
  readonly words: TextIndex;
  readonly turns: Turns;
  readonly randomId: (bytes: number) => string;
  readonly maxPage: () => number;
}

type Answer = Element | StanzaError;
const MESSAGE_ID_BYTES = 8;

export class ArchiveRequests {
  readonly #options: RequestsOptions;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  answer(request: ArchiveRequest): Answer | Promise<Answer> {
    const { iq, payload, owner } = request;
    const isAccount = owner.domain === this.#options.domain;
    if (payload.xmlns === NS_MAM && iq.type === 'get') {
      if (payload.name === 'query') return el('query', NS_MAM, undefined, filterForm(isAccount));
      if (payload.name === 'metadata') return this.#whenSettled(() => this.metadata(owner.bare));
    }
    if (payload.is('query', NS_MAM) && iq.type === 'set') return this.#query(request, isAccount);
    return new StanzaError('feature-not-implemented');
  }

  #query(request: ArchiveRequest, isAccount: boolean): Answer | Promise<Answer> {
    const { payload, owner } = request;
    if (payload.attr('node') !== undefined) {
      return new StanzaError('feature-not-implemented', 'This archive has no nodes.'); // XEP-0442
    }
    if ((payload.attr('queryid') ?? '').length > MAX_QUERY_ID) {
      return new StanzaError('policy-violation', 'This queryid is too long.');
    }
    const filter = readFilter(payload, isAccount);
    if (filter instanceof StanzaError) return filter;
    const page = readPageRequest(payload);
    if (page instanceof StanzaError) return page;
    const question: PageQuestion = { owner, isAccount, filter, request: page, maxSize: this.#options.maxPage() };
    const send = () => this.#options.turns.take(this.#whoAsks(request), () => this.#send(request, question));
    return filter.text === undefined ? this.#whenSettled(send) : this.#options.words.settled().then(send);
  }

  #send(request: ArchiveRequest, question: PageQuestion): Answer {
    const { reader, archives } = this.#options;
    const page = selectPage(reader, archives, question);
    if (page instanceof StanzaError) return page;
    const { rows, isComplete, count, index } = page;
    // Section 4.3.4: a flipped page has the same messages, only sent the last one first.
    const isFlipped = request.payload.child('flip-page') !== undefined;
    for (const row of isFlipped ? rows.toReversed() : rows) request.send(this.#result(request, row), writeId(row));
    const [first] = rows;
    const last = rows.at(-1);
    return el(
      'fin',
      NS_MAM,
      { complete: isComplete ? 'true' : undefined },
      pageElement({ first: first && writeId(first), last: last && writeId(last), count, index }),
    );
  }

  /** A person, or everybody of another server, which can have as many addresses as it likes. */
  #whoAsks({ iq: { from } }: ArchiveRequest): string {
    return from.domain === this.#options.domain ? from.bare : from.domain;
  }

  #result({ owner, iq, payload, view }: ArchiveRequest, row: Row): Element {
    const stored = storedElement(row.stanza);
    const delay = el('delay', NS_DELAY, { stamp: new Date(row.at).toISOString() });
    return el(
      'message',
      NS_CLIENT,
      { id: this.#options.randomId(MESSAGE_ID_BYTES), from: owner.full, to: iq.from.full },
      el(
        'result',
        NS_MAM,
        { queryid: payload.attr('queryid'), id: writeId(row) },
        forwarded(view === undefined ? stored : view(stored), delay),
      ),
    );
  }

  /** What is on disk. Bind 2 tells it as well (XEP-0386 section 3.2). */
  metadata(owner: string): Element {
    const { reader, archives } = this.#options;
    const floor = archives.floorOf(owner);
    const end = (name: 'start' | 'end') => {
      const row = readEnd(reader, owner, floor, name === 'start' ? 'first' : 'last');
      return row && el(name, NS_MAM, { id: writeId(row), timestamp: new Date(row.at).toISOString() });
    };
    return el('metadata', NS_MAM, undefined, end('start'), end('end'));
  }

  /** What an answer tells is on disk, and what is on disk is all that it can tell. */
  #whenSettled(answer: () => Answer | Promise<Answer>): Answer | Promise<Answer> {
    const settled = this.#options.archives.settled();
    return settled === undefined ? answer() : settled.then(answer);
  }
}
