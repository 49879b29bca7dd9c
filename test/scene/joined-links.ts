/**
 * The links of a server in memory: what one sends is written as XML of `jabber:server`, read again by the other as from
 * a stranger, and handed to its federation in the next turn, as over a real stream.
 */
import type { FederationLinks, LinkEvents } from '../../server/federation/federation-options.ts';
import { isStanza, readServerStanza } from '../../server/federation/links/inbound.ts';
import type { DomainSummary, LinkTest, StreamSummary } from '../../server/federation/links/link-summary.ts';
import { errorReply, StanzaError } from '../../server/stanza/error.ts';
import { NS_SERVER } from '../../server/stanza/server-namespace.ts';
import { NS_CLIENT } from '../../server/stanza/stanza.ts';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';

const STREAM: StreamSummary = {
  sinceMs: 0,
  remoteAddress: '192.0.2.1',
  tlsVersion: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  proof: { by: 'dialback' },
  ownProof: 'certificate',
  isBidirectional: true,
  streamManagement: 'on',
};

export interface JoinedLinksOptions {
  /** Of the accounts of the server whose links these are. */
  readonly domain: string;
  /** The links of the server that has a domain; undefined when it cannot be reached. */
  readonly other: (domain: string) => JoinedLinks | undefined;
  /** Told of each stanza that has arrived, as it came. */
  readonly arrived: (element: Element) => void;
}

export class JoinedLinks implements FederationLinks {
  readonly #options: JoinedLinksOptions;
  readonly #events: LinkEvents;
  readonly #summarized = new Map<string, DomainSummary>();
  readonly #listeners = new Set<() => void>();
  #isStopped = false;
  /** What is on its way or being answered. */
  pending = 0;

  constructor(options: JoinedLinksOptions, events: LinkEvents) {
    this.#options = options;
    this.#events = events;
  }

  get summaries(): readonly DomainSummary[] {
    return [...this.#summarized.values()];
  }

  send(element: Element, from: string, to: string): void {
    const xml = element.toXml(NS_CLIENT);
    this.pending++;
    queueMicrotask(() => {
      this.pending--;
      this.#deliver(element, xml, from, to);
    });
  }

  accept(): void {
    throw new Error('nobody comes to these links through a port');
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  test(domain: string): Promise<LinkTest> {
    return Promise.resolve({ domain, isReached: this.#options.other(domain) !== undefined, notes: [] });
  }

  close(domain: string): void {
    this.#summarized.delete(domain);
  }

  /** What was sent before still arrives. */
  async stop(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#isStopped = true;
  }

  /** Takes what another server, which has proven the domain `peer`, has written. */
  takes(xml: string, peer: string): void {
    const [sent] = parseXml(`<stream xmlns='${NS_SERVER}'>${xml}</stream>`).elements;
    if (sent === undefined || !isStanza(sent)) throw new Error(`no stanza: ${xml}`);
    const { domain } = this.#options;
    const read = readServerStanza(sent, {
      ownDomain: domain,
      isLocal: this.#events.isLocal,
      isProven: () => true,
      isProvenSender: (from) => from === peer,
    });
    if ('end' in read) throw new Error(`the stream would end: ${read.end.condition}: ${xml}`);
    if ('refused' in read) {
      const reply = errorReply(read.refused, read.error);
      this.send(reply, domain, peer);
      return;
    }
    this.#options.arrived(read.stanza.element);
    const origin = { domain: peer, remoteAddress: '192.0.2.1', proof: { by: 'dialback' } } as const;
    this.#noteSummary(peer);
    const answer = this.#events.receive(read.stanza, origin);
    if (answer === undefined) return;
    this.pending++;
    void answer.finally(() => {
      this.pending--;
    });
  }

  #deliver(element: Element, xml: string, from: string, to: string): void {
    const other = this.#options.other(to);
    if (this.#isStopped || other === undefined || other.#isStopped) {
      this.#events.undeliverable(element, new StanzaError('remote-server-not-found', `${to} cannot be reached.`));
      return;
    }
    this.#noteSummary(to);
    this.#events.delivered(element);
    other.takes(xml, from);
  }

  #noteSummary(domain: string): void {
    if (this.#summarized.has(domain)) return;
    const empty = { outgoing: [STREAM], incoming: [], queuedStanzas: 0, queuedBytes: 0 };
    this.#summarized.set(domain, {
      domain,
      state: 'connected',
      ...empty,
      lastFailure: undefined,
      nextAttemptAtMs: undefined,
    });
    for (const listener of this.#listeners) listener();
  }
}
