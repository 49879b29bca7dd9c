/** Links that keep what they are given until the test says what becomes of it. */
import type { FederationLinks, LinkEvents } from '../../server/federation/federation-options.ts';
import type { DomainSummary, LinkTest } from '../../server/federation/links/link-summary.ts';
import { readStanza } from '../../server/router/read-stanza.ts';
import { StanzaError } from '../../server/stanza/error.ts';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';

export class FakeLinks implements FederationLinks {
  readonly #events: LinkEvents;
  readonly #listeners = new Set<() => void>();
  /** What was sent and is neither delivered nor returned, in order. */
  readonly waiting: Element[] = [];
  readonly closed: string[] = [];
  readonly accepted: boolean[] = [];
  summaries: readonly DomainSummary[] = [];
  isStopped = false;
  /** What waits is delivered while the links drain; else it goes back. */
  drains = false;
  /** Held up until the test lets it go. */
  stopping: Promise<void> = Promise.resolve();

  constructor(events: LinkEvents) {
    this.#events = events;
  }

  send(element: Element): void {
    this.waiting.push(element);
  }

  accept(_socket: unknown, isDirectTls: boolean): void {
    this.accepted.push(isDirectTls);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  test(domain: string): Promise<LinkTest> {
    return Promise.resolve({ domain, isReached: true, notes: [] });
  }

  close(domain: string, sentence: string): void {
    this.closed.push(`${domain}: ${sentence}`);
  }

  async stop(): Promise<void> {
    await this.stopping;
    for (const element of this.waiting.splice(0)) {
      if (this.drains) this.#events.delivered(element);
      else
        this.#events.undeliverable(element, new StanzaError('remote-server-timeout', 'It did not get there in time.'));
    }
    this.isStopped = true;
  }

  /** The next thing that was sent. */
  next(): Element {
    const element = this.waiting[0];
    if (element === undefined) throw new Error('nothing was sent to other servers');
    return element;
  }

  /** The next thing that was sent has arrived. */
  delivers(): Element {
    const element = this.next();
    this.waiting.shift();
    this.#events.delivered(element);
    return element;
  }

  /** The next thing that was sent comes back. */
  returns(error = new StanzaError('remote-server-not-found', 'There is no such server.')): void {
    const element = this.next();
    this.waiting.shift();
    this.#events.undeliverable(element, error);
  }

  /** Another server sends something. */
  brings(xml: string): void | Promise<void> {
    const stanza = readStanza(parseXml(xml.replace(/^<(\w+)/, "<$1 xmlns='jabber:client'")));
    if (stanza === undefined) throw new Error(`no stanza: ${xml}`);
    return this.#events.receive(stanza, {
      domain: stanza.from.domain,
      remoteAddress: '192.0.2.1',
      proof: { by: 'dialback' },
    });
  }

  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
