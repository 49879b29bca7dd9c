/**
 * The announcement on one interface: it probes, publishes, answers, and says goodbye.
 *
 * One socket, two users. Our own multicast-dns listens and answers; bonjour-service only speaks through it: its services
 * announce, repeat, and take leave. It must not listen, because it would take the announcement on our other interface
 * for somebody else's claim to the name, print that to the console and fall silent.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import multicastDns, { type DnsPacket, type DnsQuestion, type DnsRecord, type MulticastDns } from 'multicast-dns';
import type { Logger } from '../log/log.ts';
import { answerQuery, hasSharedRecords, type Reply } from './answers.ts';
import type { Contest } from './contest.ts';
import { isOnLink, type LanInterface } from './interfaces.ts';
import { hostNames, instanceLabel, isComputersName } from './names.ts';
import { findConflicts, type NameConflict, probe } from './probe.ts';
import { Publication } from './publication.ts';
import { isPlain, isResponse } from './received.ts';
import { type Announcement, addressRecords, isSameName, recordKey, servicesOf } from './records.ts';

const MAX_INSTANCE_ATTEMPTS = 9;
/** RFC 6762 section 6: how long an answer waits that others may be giving too. */
const SHARED_DELAY_MS = { least: 20, most: 120 };
/** RFC 6762 section 10.2: what came less than a second before is not dropped from caches by what we say. */
const DEFENCE_DELAY_MS = 1100;

export interface LinkOptions {
  readonly lan: LanInterface;
  readonly announcement: Announcement;
  /** All addresses of this computer, as they are now. */
  readonly ownAddresses: () => ReadonlySet<string>;
  /** The computer's own host name, which is its system's to publish. */
  readonly hostName: string;
  /** What is known of this interface from links that were there before. */
  readonly contest: Contest;
  /** Milliseconds that only go forward. */
  readonly monotonicMs: () => number;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** What others say on this network, besides what is about our own names. */
  readonly hear?: (packet: DnsPacket, from: string, isOnLink: (address: string) => boolean) => void;
  /** Its state, or what is contested, is another. */
  readonly onChange: () => void;
}

/** `refused`: a name or the port belongs to somebody else; this link stays silent, a later one may have more luck. */
export type LinkState = 'probing' | 'announced' | 'refused' | 'closed';

export interface Link {
  readonly state: LinkState;
  /** The DNS-SD instance name, once there is one. */
  readonly instance?: string | undefined;
  /** Announces something else under the same names, without a gap. False when that needs another link. */
  update(announcement: Announcement): boolean;
  /** Asks whether the names that somebody else answers for are still contested. */
  askAgain(): void;
  /** Asks the others of this network something, once it is announced itself. */
  ask(questions: readonly DnsQuestion[]): void;
  /** Says goodbye, if there is something to take back, and closes the socket; after two seconds without a goodbye. */
  close(): Promise<void>;
}

export function openLink(options: LinkOptions): Link {
  return new MulticastLink(options);
}

class MulticastLink implements Link {
  readonly #options: LinkOptions;
  readonly #socket: Socket;
  readonly #mdns: MulticastDns;
  readonly #hosts: readonly [string, ...string[]];
  readonly #hostRecords: readonly DnsRecord[];
  readonly #closing = new AbortController();
  readonly #delayed = new Set<NodeJS.Timeout>();
  readonly #lastMulticastMs = new Map<string, number>();
  #announcement: Announcement;
  #published: { readonly instance: string; readonly publication: Publication } | undefined;
  #state: LinkState = 'probing';
  #closed: Promise<void> | undefined;

  constructor(options: LinkOptions) {
    const { lan, announcement, hostName, log } = options;
    this.#options = options;
    this.#announcement = announcement;
    this.#hosts = hostNames(announcement.domain);
    // Two publishers of one host name: macOS gives way and renames the Mac. Its own responder answers for the name.
    this.#hostRecords = isComputersName(this.#hosts, hostName) ? [] : addressRecords(this.#hosts, lan);
    this.#socket = createSocket({ type: 'udp4', reuseAddr: true });
    // Bound to all addresses, for on Linux a socket that is bound to one hears no multicast.
    this.#mdns = multicastDns({ socket: this.#socket, interface: lan.address, bind: '0.0.0.0' });
    this.#mdns.on('warning', (error) => log.debug({ err: error, interface: lan.name }, 'mDNS packet lost'));
    this.#mdns.on('error', (error) => this.#refuse(error));
    this.#mdns.on('query', (query, from) => this.#survive(() => this.#answer(query, from)));
    this.#mdns.on('response', (packet, from) => this.#survive(() => this.#watchNames(packet, from)));
    this.#mdns.on('response', (packet, from) => this.#survive(() => this.#hearOthers(packet, from)));
    this.#mdns.once('ready', () => this.#claim().catch((error) => this.#refuse(error)));
  }

  get state(): LinkState {
    return this.#state;
  }

  get instance(): string | undefined {
    return this.#published?.instance;
  }

  update(announcement: Announcement): boolean {
    const { domain, name } = this.#announcement;
    const before = this.#published;
    if (this.#state !== 'announced' || before === undefined) return false;
    if (announcement.domain !== domain || announcement.name !== name) return false;
    // A new service brings a name that nobody has been asked about.
    const types = new Set(servicesOf(this.#announcement).map(({ type }) => type));
    if (servicesOf(announcement).some(({ type }) => !types.has(type))) return false;
    this.#announcement = announcement;
    this.#publish(before.instance);
    void before.publication.withdraw(this.#records());
    return true;
  }

  askAgain(): void {
    if (this.#state !== 'announced') return;
    const questions = this.#options.contest.conflicts.map(({ name }) => ({ name, type: 'ANY', class: 'IN' }));
    if (questions.length > 0) this.#mdns.query({ questions }, () => undefined);
  }

  ask(questions: readonly DnsQuestion[]): void {
    if (this.#state === 'announced') this.#mdns.query({ questions }, () => undefined);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Probes, under other instance names if need be: that one may be changed, the host name is the XMPP domain. */
  async #claim(): Promise<void> {
    const { lan, ownAddresses, random, log } = this.#options;
    const isNear = (address: string) => isOnLink(lan, address);
    for (let attempt = 1; attempt <= MAX_INSTANCE_ATTEMPTS; attempt += 1) {
      const instance = instanceLabel(this.#announcement.name, attempt);
      const proposed = [...this.#hostRecords, ...instanceRecords(instance, this.#announcement, this.#hosts[0])];
      const signal = this.#closing.signal;
      const conflicts = await probe({ mdns: this.#mdns, proposed, ownAddresses, isNear, random, signal });
      if (signal.aborted) return;
      if (conflicts.length === 0) {
        this.#options.contest.settle();
        return this.#publish(instance);
      }
      const lost = conflicts.filter(({ name }) => this.#hosts.includes(name));
      this.#state = lost.length > 0 ? 'refused' : 'probing';
      for (const conflict of lost) this.#report(conflict);
      if (lost.length > 0) return;
      log.info({ instance, holder: conflicts[0]?.holder }, 'instance name taken: another one is tried');
    }
    this.#state = 'refused';
  }

  #publish(instance: string): void {
    const { lan, log } = this.#options;
    const { addresses } = lan;
    const publication = new Publication({
      socket: this.#socket,
      lan,
      announcement: this.#announcement,
      instance,
      hosts: this.#hosts,
      hostRecords: this.#hostRecords,
      onError: (error) => this.#refuse(error),
      onAnnounced: () => {
        if (this.#state !== 'probing' && this.#state !== 'announced') return;
        this.#state = 'announced';
        log.info({ interface: lan.name, addresses, host: this.#hosts[0], instance }, 'announced');
        this.#options.onChange();
      },
    });
    this.#published = { instance, publication };
  }

  /** Everything we answer for at this moment. */
  #records(): readonly DnsRecord[] {
    return this.#published?.publication.records ?? [];
  }

  #answer(query: DnsPacket, from: RemoteInfo): void {
    // On Linux every socket hears what arrives on any interface; the link there answers it, or none should.
    if (!this.#isHeard(from) || !isPlain(query)) return;
    const { toSender, toGroup } = answerQuery({
      query,
      fromPort: from.port,
      records: this.#records(),
      nowMs: this.#options.monotonicMs(),
      lastMulticastMs: (record) => this.#lastMulticastMs.get(recordKey(record)),
    });
    if (toSender !== undefined) this.#send(toSender, from);
    if (toGroup === undefined) return;
    const nowMs = this.#options.monotonicMs();
    for (const record of toGroup.answers) this.#lastMulticastMs.set(recordKey(record), nowMs);
    if (!hasSharedRecords(toGroup)) {
      this.#send(toGroup, null);
      return;
    }
    const { least, most } = SHARED_DELAY_MS;
    this.#later(least + this.#options.random() * (most - least), () => this.#send(toGroup, null));
  }

  /** Unless the link is closed before. */
  #later(afterMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      act();
    }, afterMs);
    this.#delayed.add(timer);
  }

  #send(reply: Reply, to: RemoteInfo | null): void {
    const { log, lan } = this.#options;
    this.#mdns.respond(reply, to, (error) => {
      if (error) log.debug({ err: error, interface: lan.name }, 'mDNS answer lost');
    });
  }

  #watchNames(packet: DnsPacket, from: RemoteInfo): void {
    if (!this.#isHeard(from) || !isResponse(packet, from)) return;
    const claimed = this.#records().filter((record) => record.flush === true);
    const own = this.#options.ownAddresses;
    for (const conflict of findConflicts({ packet, from: from.address, claimed, own })) {
      this.#report(conflict);
      if (this.#options.contest.isDefenceDue(conflict.name)) {
        this.#later(DEFENCE_DELAY_MS, () => this.#defend(conflict.name));
      }
    }
  }

  #hearOthers(packet: DnsPacket, from: RemoteInfo): void {
    const { hear, lan } = this.#options;
    if (hear === undefined || !this.#isHeard(from) || !isResponse(packet, from)) return;
    hear(packet, from.address, (address) => isOnLink(lan, address));
  }

  #defend(contested: string): void {
    const answers = this.#records().filter(({ name, flush }) => flush === true && isSameName(name, contested));
    if (answers.length > 0) this.#send({ answers, additionals: [] }, null);
  }

  #isHeard(from: RemoteInfo): boolean {
    return this.#published !== undefined && !this.#closing.signal.aborted && isOnLink(this.#options.lan, from.address);
  }

  /**
   * Said once, until the name is ours alone again. We neither give way nor take another name, as RFC 6762 section 9
   * would have it: the domain is in people's addresses.
   */
  #report(conflict: NameConflict): void {
    if (!this.#options.contest.hear(conflict)) return;
    this.#options.log.warn({ ...conflict, interface: this.#options.lan.name }, 'name is used by another computer');
    this.#options.onChange();
  }

  /** Nothing that the network sends may end the server. */
  #survive(hear: () => void): void {
    try {
      hear();
    } catch (error) {
      this.#options.log.debug({ err: error, interface: this.#options.lan.name }, 'mDNS packet not understood');
    }
  }

  #refuse(error: unknown): void {
    if (this.#state === 'refused' || this.#state === 'closed') return;
    this.#state = 'refused';
    this.#options.log.warn({ err: error, interface: this.#options.lan.name }, 'not announced: mDNS cannot be used');
    this.#options.onChange();
  }

  async #close(): Promise<void> {
    this.#state = 'closed';
    this.#closing.abort();
    for (const timer of this.#delayed) clearTimeout(timer);
    await this.#published?.publication.withdraw();
    await new Promise<void>((resolve) => this.#mdns.destroy(resolve));
  }
}

/** What an instance is about to claim, for the probe (RFC 6762 section 8.2). */
function instanceRecords(instance: string, announcement: Announcement, target: string): DnsRecord[] {
  return servicesOf(announcement).map(({ type, port }) => ({
    name: `${instance}._${type}._tcp.local`,
    type: 'SRV',
    ttl: 120,
    flush: true,
    data: { priority: 0, weight: 0, port, target },
  }));
}
