/** The links between this server and others: RFC 6120 between servers, in both directions. */
import type { Socket } from 'node:net';
import type { Timer } from '../../clock/clock.ts';
import { parseJid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import type { Verdict } from '../trust/judge.ts';
import { carefulJudge } from './careful-judge.ts';
import { refuseOneMore } from './crowd.ts';
import { HalfOpenStreams } from './half-open.ts';
import { IncomingDuty } from './incoming.ts';
import type { LinksOptions } from './link-options.ts';
import { LinkStream } from './link-stream.ts';
import type { DomainSummary, LinkTest } from './link-summary.ts';
import { LinkTransport } from './link-transport.ts';
import { LinksEnd } from './links-end.ts';
import { LostStreams } from './lost-streams.ts';
import type { ManagedState } from './managed-state.ts';
import { OutgoingLink } from './outgoing-link.ts';
import { Paces } from './paces.ts';
import { domainsOf, pairOf } from './pair.ts';
import { type QueuedStanza, queuedStanza } from './queued-stanza.ts';
import { quietLog } from './quiet-log.ts';
import { RecentFailures } from './recent-failures.ts';
import type { StreamHome } from './stream-home.ts';
import { summarize } from './summarize.ts';
import { Verifier } from './verifier.ts';

/** How often silent streams are looked after. */
const SWEEP_MS = 5_000;
const STOPPING = 'Chatting with other servers is being switched off.';

export class Links {
  readonly #options: LinksOptions;
  readonly #home: StreamHome;
  /** All whose connection is there, the oldest first. */
  readonly #streams = new Set<LinkStream>();
  readonly #halfOpen = new HalfOpenStreams();
  readonly #links = new Map<string, OutgoingLink>();
  readonly #lost: LostStreams;
  readonly #failures = new RecentFailures();
  readonly #listeners = new Set<() => void>();
  readonly #verifier: Verifier;
  readonly #paces: Paces;
  readonly #sweep: Timer;
  readonly #end: LinksEnd;
  #isChangeTold = true;
  #isStopping = false;

  constructor(options: LinksOptions) {
    const log = quietLog(options.log, options.clock);
    this.#options = { ...options, log, judge: carefulJudge(options.judge, log) };
    this.#home = this.#createHome();
    this.#paces = new Paces(
      (domain) => options.policy.rate(domain),
      () => options.clock.elapsedMs(),
    );
    const { clock } = options;
    this.#end = new LinksEnd({ clock, streams: this.#streams, links: () => this.#links.values() });
    this.#lost = new LostStreams({
      clock: options.clock,
      streams: this.#streams,
      links: () => this.#links.values(),
      requeue: (stanzas) => this.#requeue(stanzas),
    });
    this.#verifier = new Verifier({
      home: this.#home,
      ownStream: (from, to, asking) => this.#ownStream(from, to, asking),
      opened: (stream) => this.#streams.add(stream),
    });
    this.#sweep = options.clock.every(SWEEP_MS, () => this.#lookAfter());
  }

  /** Takes a stanza of `jabber:client` with `from` and `to`; these two are their domains. In order for each pair of domains. */
  send(element: Element, from: string, to: string): void {
    const { clock, limits, policy, undeliverable } = this.#options;
    if (this.#isStopping) {
      undeliverable(element, new StanzaError('remote-server-timeout', STOPPING));
      return;
    }
    const may = policy.may(to, 'out');
    if (may !== true) {
      undeliverable(element, new StanzaError('not-allowed', may));
      return;
    }
    const link = this.#linkOf(pairOf(from, to));
    if (link === undefined) {
      const text = 'This server is connected to too many others at the moment.';
      undeliverable(element, new StanzaError('resource-constraint', text));
      return;
    }
    link.send(queuedStanza(element, from, to, clock.elapsedMs() + limits().maxWaitMs));
    this.#home.changed();
  }

  /** Takes a connection from which nothing has been read yet. */
  accept(socket: Socket, isDirectTls: boolean): void {
    const { limits, identity, log } = this.#options;
    const { maxHalfOpen, maxHalfOpenPerAddress } = limits();
    const address = socket.remoteAddress ?? '';
    if (this.#isStopping || !this.#halfOpen.hasRoom(address, maxHalfOpenPerAddress)) {
      log.debug({ address }, 'connection of a server refused: too many from there have proven nothing');
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    if (this.#halfOpen.size >= maxHalfOpen) this.#halfOpen.mostExpendable()?.destroy();
    const transport = new LinkTransport({ socket, role: 'server', identity });
    const stream = new LinkStream({ transport, role: 'incoming', home: this.#home });
    this.#streams.add(stream);
    this.#halfOpen.add(stream);
    if (isDirectTls) stream.startDirectTls(new IncomingDuty(stream, this.#home));
    else stream.start(new IncomingDuty(stream, this.#home));
  }

  /** All remote domains that something is known of, by name. */
  get summaries(): readonly DomainSummary[] {
    return summarize({ streams: this.#streams, links: this.#links.values(), failures: this.#failures.byDomain });
  }

  /** Called when something in the summaries may have changed, once for many changes; what it returns takes the listener back. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tries to reach a domain, or tells how it is reached already. Never rejects. */
  async test(domain: string): Promise<LinkTest> {
    const { isLocal, policy, domain: own } = this.#options;
    const may = isLocal(domain) ? `${domain} is served here itself.` : policy.may(domain, 'out');
    const link = may === true && !this.#isStopping ? this.#linkOf(pairOf(own, domain)) : undefined;
    if (link === undefined) {
      const sentence = may === true ? STOPPING : may;
      return { domain, isReached: false, notes: [{ step: 'policy', outcome: 'failed', sentence }] };
    }
    const passed = { step: 'policy', outcome: 'passed', sentence: `The settings allow ${domain}.` } as const;
    const { isReached, notes } = await link.test();
    return { domain, isReached, notes: [passed, ...notes] };
  }

  /** Closes the streams of a domain (politely) and returns what waits for it, as after a change of policy. */
  close(domain: string, sentence: string): void {
    this.#lost.giveUp(domain);
    for (const stream of [...this.#streams]) {
      if (stream.remote !== domain && !stream.domains.remotes.has(domain)) continue;
      stream.ending ??= sentence;
      stream.close();
    }
    for (const link of [...this.#links.values()]) {
      if (link.to === domain) link.abandon(new StanzaError('not-allowed', sentence));
    }
    this.#home.changed();
  }

  /**
   * Takes nothing more, waits at most `graceMs` for what was sent to be acknowledged, closes all streams, and returns
   * the rest through `undeliverable`. Resolves when all sockets are gone.
   */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    await this.#end.drain(graceMs);
    this.#sweep.cancel();
    this.#verifier.stop();
    const error = new StanzaError('remote-server-timeout', STOPPING);
    this.#lost.giveUp();
    for (const link of this.#links.values()) link.abandon(error);
    for (const stream of [...this.#streams]) {
      stream.ending ??= STOPPING;
      if (stream.isReady) stream.close();
      else stream.fail(new StreamError('system-shutdown', STOPPING));
    }
    await this.#end.untilGone();
    for (const link of this.#links.values()) link.abandon(error);
    this.#links.clear();
    this.#listeners.clear();
  }

  // ---- what streams and links are given

  #createHome(): StreamHome {
    return {
      options: this.#options,
      judge: (stream, domain) => this.#judge(stream, domain),
      verify: (stream, request) => this.#verifier.verify(stream, request),
      refuseProof: (stream, remote) => refuseOneMore(this.#streams, stream, remote, this.#options.limits()),
      proven: (stream) => this.#proven(stream),
      resume: (stream, id) => this.#lost.resume(stream, id),
      pace: (domain, bytes) => this.#paces.take(domain, bytes),
      reply: (element) => this.#reply(element),
      delivered: (stanza) => this.#options.delivered(stanza.element),
      failed: (domain, sentence) => this.#failed(domain, sentence),
      ended: (stream, ending) => this.#ended(stream, ending),
      gone: (stream) => this.#gone(stream),
      changed: () => this.#changed(),
    };
  }

  #linkOf(pair: string): OutgoingLink | undefined {
    const known = this.#links.get(pair);
    if (known !== undefined) return known;
    if (this.#links.size >= this.#options.limits().maxLinks && !this.#makeRoom()) return undefined;
    const [from, to] = domainsOf(pair);
    const link = new OutgoingLink({
      home: this.#home,
      from,
      to,
      otherCarrier: (wanted) => this.#carrierOf(wanted),
      opened: (stream) => this.#streams.add(stream),
      bytesInAll: () => this.#bytesInAll,
      undeliverable: (stanza, error) => this.#options.undeliverable(stanza.element, error),
      settled: (settled) => this.#forgetIdle(settled),
    });
    this.#links.set(pair, link);
    return link;
  }

  /**
   * Gives the oldest link up that leads nowhere so far.
   * SECURITY: else who has a thousand domains where nobody answers would keep everybody from being reached.
   */
  #makeRoom(): boolean {
    const expendable = this.#links.values().find((link) => link.isExpendable);
    if (expendable === undefined) return false;
    this.#links.delete(expendable.pair);
    const text = `${expendable.to} could not be reached before others were written to.`;
    expendable.abandon(new StanzaError('remote-server-timeout', text));
    return true;
  }

  /** Waiting, or given to sockets or peers that have not taken it. */
  get #bytesInAll(): number {
    let bytes = 0;
    for (const link of this.#links.values()) bytes += link.queuedBytes;
    for (const stream of this.#streams) bytes += stream.pendingBytes;
    return bytes;
  }

  #forgetIdle(link: OutgoingLink): void {
    if (link.isIdle && this.#links.get(link.pair) === link) this.#links.delete(link.pair);
    this.#changed();
  }

  #carrierOf(pair: string): LinkStream | undefined {
    for (const stream of this.#streams) if (stream.canCarry(pair)) return stream;
    return undefined;
  }

  #ownStream(from: string, to: string, asking: LinkStream): LinkStream | undefined {
    const pair = pairOf(from, to);
    for (const stream of this.#streams) {
      if (stream !== asking && stream.role === 'outgoing' && stream.remote === to && stream.canCarry(pair))
        return stream;
    }
    return undefined;
  }

  #judge(stream: LinkStream, domain: string): Verdict | Promise<Verdict> {
    const { judge, dialler } = this.#options;
    const verdict = judge(stream.certificate, domain);
    if (verdict.trusted || stream.certificate === undefined) return verdict;
    if (!this.#verifier.mayDial(domain, stream)) return verdict;
    const signal = AbortSignal.timeout(this.#options.limits().dialbackMs);
    return dialler.tlsaOf(domain, signal).then(
      (tlsa) => (tlsa.length === 0 ? verdict : judge(stream.certificate, domain, tlsa)),
      () => verdict,
    );
  }

  #proven(stream: LinkStream): void {
    this.#halfOpen.delete(stream);
    for (const pair of stream.domains.permittedPairs) this.#links.get(pair)?.offer(stream);
    this.#changed();
  }

  #reply(element: Element): void {
    const from = parseJid(element.attr('from') ?? '');
    const to = parseJid(element.attr('to') ?? '');
    if (from !== undefined && to !== undefined) this.send(element, from.domain, to.domain);
  }

  #failed(domain: string, sentence: string): void {
    this.#failures.add(domain, { sentence, atMs: this.#options.clock.now() });
    this.#options.log.info({ domain, sentence }, 'a server could not be reached or was refused');
    this.#changed();
  }

  // ---- ends

  #ended(stream: LinkStream, ending: 'closed' | 'lost'): void {
    this.#halfOpen.delete(stream);
    const state = stream.management.giveUpState();
    const links = [...this.#links.values()].filter((link) => link.carrier === stream);
    this.#verifier.streamEnded(stream);
    for (const link of [...this.#links.values()]) link.streamEnded(stream);
    if (stream.isReady && stream.ending !== undefined && !this.#isStopping) {
      this.#failed(stream.peer, stream.ending);
    }
    if (state !== undefined && this.#isWorthResuming(stream, state, ending)) this.#lost.add(stream, state, links);
    else this.#requeue(state?.abandon() ?? []);
    for (const link of links) link.goOn();
    this.#changed();
  }

  #isWorthResuming(stream: LinkStream, state: ManagedState, ending: 'closed' | 'lost'): boolean {
    if (ending !== 'lost' || state.id === '' || this.#isStopping) return false;
    return stream.role === 'incoming' || stream.isBidirectional || state.unacked.length > 0;
  }

  /** In front of what is newer, each in the queue of its pair. */
  #requeue(stanzas: readonly QueuedStanza[]): void {
    for (const [pair, group] of Map.groupBy(stanzas, (stanza) => stanza.pair)) {
      const [, to] = domainsOf(pair);
      const may = this.#isStopping ? STOPPING : this.#options.policy.may(to, 'out');
      const link = may === true ? this.#linkOf(pair) : undefined;
      if (link !== undefined) {
        link.requeue(group);
        link.goOn();
        continue;
      }
      const text = may === true ? `The connection to ${to} was lost.` : may;
      const error = new StanzaError('remote-server-timeout', text);
      for (const { element } of group) this.#options.undeliverable(element, error);
    }
  }

  #gone(stream: LinkStream): void {
    this.#streams.delete(stream);
    this.#changed();
  }

  #lookAfter(): void {
    for (const stream of [...this.#streams]) stream.sweep();
    this.#paces.forgetIdle();
  }

  #changed(): void {
    this.#end.changed();
    if (!this.#isChangeTold || this.#listeners.size === 0) return;
    this.#isChangeTold = false;
    setImmediate(() => {
      this.#isChangeTold = true;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
