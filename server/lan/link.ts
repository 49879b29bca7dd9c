/**
 * The announcement on one interface: it probes, publishes, answers, and says goodbye.
 *
 * One socket, two users. Our own multicast-dns listens and answers; bonjour-service only speaks through it: its services
 * announce, repeat, and take leave. It must not listen, because it would take the announcement on our other interface
 * for somebody else's claim to the name, print that to the console and fall silent.
 */
import { createSocket, type RemoteInfo } from 'node:dgram';
import Bonjour from 'bonjour-service';
import multicastDns, { type DnsPacket, type DnsRecord, type MulticastDns } from 'multicast-dns';
import type { Logger } from '../log/log.ts';
import { answerQuery, hasSharedRecords, type Reply } from './answers.ts';
import { isOnLink, type LanInterface } from './interfaces.ts';
import { hostNames, instanceLabel, isComputersName } from './names.ts';
import { OutgoingSocket } from './outgoing-socket.ts';
import { findConflicts, type NameConflict, probe } from './probe.ts';
import {
  type Announcement,
  addressRecords,
  correctServiceRecords,
  directServiceRecords,
  recordKey,
  servicesOf,
} from './records.ts';

/** How long a goodbye may take: quitting must not hang on a network that is gone. */
const GOODBYE_MS = 2000;
const MAX_INSTANCE_ATTEMPTS = 9;
/** RFC 6762 section 6: how long an answer waits that others may be giving too. */
const SHARED_DELAY_MS = { least: 20, most: 120 };
/** A TXT string has at most 255 bytes (RFC 1035 section 3.3.14), and `domain=` is part of it. */
const MAX_TXT_DOMAIN_BYTES = 248;

export interface LinkOptions {
  readonly lan: LanInterface;
  readonly announcement: Announcement;
  /** All addresses of this computer, as they are now. */
  readonly ownAddresses: () => ReadonlySet<string>;
  /** The computer's own host name, which is its system's to publish. */
  readonly hostName: string;
  /** Milliseconds that only go forward. */
  readonly monotonicMs: () => number;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly log: Logger;
  readonly onConflict: (conflict: NameConflict) => void;
}

/** `refused`: a name or the port belongs to somebody else; this link stays silent, a later one may have more luck. */
export type LinkState = 'probing' | 'announced' | 'refused' | 'closed';

export interface Link {
  readonly state: LinkState;
  /** Says goodbye, if there is something to take back, and closes the socket; after two seconds without a goodbye. */
  close(): Promise<void>;
}

export function openLink(options: LinkOptions): Link {
  return new MulticastLink(options);
}

type Service = ReturnType<Bonjour['publish']>;

class MulticastLink implements Link {
  readonly #options: LinkOptions;
  readonly #mdns: MulticastDns;
  readonly #bonjour: Bonjour;
  readonly #hosts: readonly [string, ...string[]];
  readonly #hostRecords: readonly DnsRecord[];
  readonly #services: Service[] = [];
  readonly #closing = new AbortController();
  readonly #delayed = new Set<NodeJS.Timeout>();
  readonly #lastMulticastMs = new Map<string, number>();
  readonly #reported = new Set<string>();
  #state: LinkState = 'probing';
  #closed: Promise<void> | undefined;

  constructor(options: LinkOptions) {
    const { lan, announcement, hostName, log } = options;
    this.#options = options;
    this.#hosts = hostNames(announcement.domain);
    // Two publishers of one host name: macOS gives way and renames the Mac. Its own responder answers for the name.
    this.#hostRecords = isComputersName(this.#hosts, hostName) ? [] : addressRecords(this.#hosts, lan);
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    // Bound to all addresses, for on Linux a socket that is bound to one hears no multicast.
    this.#mdns = multicastDns({ socket, interface: lan.address, bind: '0.0.0.0' });
    this.#mdns.on('warning', (error) => log.debug({ err: error, interface: lan.name }, 'mDNS packet lost'));
    this.#mdns.on('error', (error) => this.#refuse(error));
    this.#mdns.on('query', (query, from) => this.#answer(query, from));
    this.#mdns.on('response', (packet, from) => this.#watchNames(packet, from));
    this.#mdns.once('ready', () => this.#claim().catch((error) => this.#refuse(error)));
    // The library types its options as those of a service, but hands them on to multicast-dns.
    const speaking = { socket: new OutgoingSocket(socket), bind: false };
    this.#bonjour = new Bonjour(speaking as object, (error: Error) => this.#refuse(error));
  }

  get state(): LinkState {
    return this.#state;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** Probes, under other instance names if need be: that one may be changed, the host name is the XMPP domain. */
  async #claim(): Promise<void> {
    const { announcement, lan, ownAddresses, random, log } = this.#options;
    const isNear = (address: string) => isOnLink(lan, address);
    for (let attempt = 1; attempt <= MAX_INSTANCE_ATTEMPTS; attempt += 1) {
      const instance = instanceLabel(announcement.name, attempt);
      const proposed = [...this.#hostRecords, ...instanceRecords(instance, announcement, this.#hosts[0])];
      const signal = this.#closing.signal;
      const conflicts = await probe({ mdns: this.#mdns, proposed, ownAddresses, isNear, random, signal });
      if (signal.aborted) return;
      if (conflicts.length === 0) return this.#publish(instance);
      const lost = conflicts.filter(({ name }) => this.#hosts.includes(name));
      for (const conflict of lost) this.#report(conflict);
      if (lost.length > 0) break;
      log.info({ instance, holder: conflicts[0]?.holder }, 'instance name taken: another one is tried');
    }
    this.#state = 'refused';
  }

  #publish(name: string): void {
    const { announcement, lan, log } = this.#options;
    const { domain } = announcement;
    const txt = { txtvers: '1', ...(Buffer.byteLength(domain) <= MAX_TXT_DOMAIN_BYTES && { domain }) };
    const extras = [...this.#hostRecords, ...directServiceRecords(announcement, this.#hosts)];
    for (const { type, port } of servicesOf(announcement)) {
      // Its probing costs a second and finds nothing, but without it the records go out before they can be put right.
      const service = this.#bonjour.publish({ name, type, port, host: this.#hosts[0], txt, probe: true });
      const make = service.records.bind(service);
      // The host goes with the first service, so that it is announced and taken back once.
      const added = this.#services.length === 0 ? extras : [];
      const records = () => [
        ...correctServiceRecords(make(), this.#closing.signal.aborted),
        ...added.map((r) => ({ ...r })),
      ];
      service.records = records as Service['records'];
      service.once('up', () => {
        if (this.#state !== 'probing') return;
        this.#state = 'announced';
        log.info({ interface: lan.name, addresses: lan.addresses, host: this.#hosts[0], instance: name }, 'announced');
      });
      this.#services.push(service);
    }
  }

  /** Everything we answer for at this moment, each record once. */
  #records(): DnsRecord[] {
    const all = this.#services.flatMap((service): DnsRecord[] => service.records());
    return [...new Map(all.map((record) => [recordKey(record), record])).values()];
  }

  #answer(query: DnsPacket, from: RemoteInfo): void {
    // On Linux every socket hears what arrives on any interface; the link there answers it, or none should.
    if (this.#services.length === 0 || this.#closing.signal.aborted || !isOnLink(this.#options.lan, from.address))
      return;
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
    const timer = setTimeout(
      () => {
        this.#delayed.delete(timer);
        this.#send(toGroup, null);
      },
      least + this.#options.random() * (most - least),
    );
    this.#delayed.add(timer);
  }

  #send(reply: Reply, to: RemoteInfo | null): void {
    const { log, lan } = this.#options;
    this.#mdns.respond(reply, to, (error) => {
      if (error) log.debug({ err: error, interface: lan.name }, 'mDNS answer lost');
    });
  }

  #watchNames(packet: DnsPacket, from: RemoteInfo): void {
    if (this.#closing.signal.aborted || !isOnLink(this.#options.lan, from.address)) return;
    const claimed = this.#records().filter((record) => record.flush === true);
    const own = this.#options.ownAddresses;
    for (const conflict of findConflicts({ packet, from: from.address, claimed, own })) this.#report(conflict);
  }

  /** Once for each name and holder. We neither give way nor take another name: the domain is in people's addresses. */
  #report(conflict: NameConflict): void {
    const key = `${conflict.name} ${conflict.holder}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#options.log.warn({ ...conflict, interface: this.#options.lan.name }, 'name is used by another computer');
    this.#options.onConflict(conflict);
  }

  #refuse(error: unknown): void {
    if (this.#state === 'refused' || this.#state === 'closed') return;
    this.#state = 'refused';
    this.#options.log.warn({ err: error, interface: this.#options.lan.name }, 'not announced: mDNS cannot be used');
  }

  async #close(): Promise<void> {
    this.#state = 'closed';
    this.#closing.abort();
    for (const timer of this.#delayed) clearTimeout(timer);
    // All at once: stopping one service would also take back the host, which the other one needs.
    const goodbye = new Promise<void>((resolve) => this.#bonjour.unpublishAll(() => resolve()));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GOODBYE_MS);
    });
    await Promise.race([goodbye, patience]);
    clearTimeout(timer);
    this.#bonjour.destroy();
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
