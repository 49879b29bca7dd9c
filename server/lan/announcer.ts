/** Announces the server on every network this computer is in, and keeps that true while networks come and go. */
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { DnsQuestion } from 'multicast-dns';
import type { Logger } from '../log/log.ts';
import { Contest } from './contest.ts';
import { InterfaceWatcher } from './interface-watcher.ts';
import { chooseInterfaces, type LanInterface } from './interfaces.ts';
import { type Link, type LinkOptions, type LinkState, openLink } from './link.ts';
import { findLocalZone, type ResolveSoa } from './local-zone.ts';
import { hostNames, isComputersName } from './names.ts';
import { describeProblems, type LanProblem } from './problems.ts';
import { type Announcement, servicesOf } from './records.ts';

/** A change of network comes as several: the cable first, then the address, then IPv6. */
const SETTLE_MS = 1000;
/** How often a name or port that was taken is asked for again. */
const RETRY_MS = 60_000;
/** A computer that is still awake so long after it was said to go to sleep has changed its mind. */
const INSOMNIA_MS = 30_000;

export interface AnnouncerOptions {
  readonly log: Logger;
  readonly interfaces?: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  readonly hostName?: () => string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Milliseconds that only go forward. */
  readonly monotonicMs?: () => number;
  /** Between 0 and 1. */
  readonly random?: () => number;
  /** Asks the DNS servers of the network; left out, nobody asks them. */
  readonly resolveSoa?: ResolveSoa;
  /** What others say, on each network. */
  readonly hear?: LinkOptions['hear'];
  /** The problems may be others now. */
  readonly onChange?: () => void;
  readonly openLink?: (options: LinkOptions) => Link;
}

export interface AnnouncedLink {
  readonly lan: LanInterface;
  readonly state: LinkState;
  /** The DNS-SD instance name, once there is one. */
  readonly instance: string | undefined;
}

interface OpenLink {
  readonly lan: LanInterface;
  /** What it was opened for; another one is needed when that is different. */
  readonly key: string;
  readonly link: Link;
}

export class Announcer {
  readonly #log: Logger;
  readonly #interfaces: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  readonly #hostName: () => string;
  readonly #openLink: (lan: LanInterface, announcement: Announcement) => Link;
  readonly #resolveSoa: ResolveSoa | undefined;
  readonly #onChange: () => void;
  readonly #monotonicMs: () => number;
  readonly #watcher: InterfaceWatcher;
  /** By the names of the interfaces. */
  readonly #contests = new Map<string, Contest>();
  #announcement: Announcement | undefined;
  #links: readonly OpenLink[] = [];
  #settling: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** One after the other: a goodbye must not overtake the announcement that follows it. */
  #work: Promise<void> = Promise.resolve();
  #afresh = false;
  #insomnia: NodeJS.Timeout | undefined;
  #localZone: string | undefined;
  #saidWhyNot = false;

  constructor({ log, ...options }: AnnouncerOptions) {
    this.#log = log;
    this.#interfaces = options.interfaces ?? networkInterfaces;
    this.#hostName = options.hostName ?? hostname;
    const now = options.now ?? Date.now;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#resolveSoa = options.resolveSoa;
    this.#onChange = options.onChange ?? (() => undefined);
    const given = {
      log,
      ownAddresses: () => this.#ownAddresses(),
      monotonicMs: this.#monotonicMs,
      random: options.random ?? Math.random,
      onChange: this.#onChange,
      ...(options.hear && { hear: options.hear }),
    };
    const open = options.openLink ?? openLink;
    this.#openLink = (lan, announcement) =>
      open({ ...given, lan, announcement, hostName: this.#hostName(), contest: this.#contestOn(lan) });
    this.#watcher = new InterfaceWatcher({
      read: () => this.#chosen(),
      now,
      onChange: (change) => (change === 'woken' ? this.networkChanged() : this.#settle()),
    });
  }

  /** Whether the server can be found at this moment on one network at least. */
  get isAnnouncing(): boolean {
    return this.#links.some(({ link }) => link.state === 'announced');
  }

  /** Why people may not find the server by its name, in sentences. */
  get problems(): readonly LanProblem[] {
    if (this.#announcement === undefined) return [];
    return describeProblems({
      domain: this.#announcement.domain,
      hostName: this.#hostName(),
      addresses: this.#links.map(({ lan }) => lan.address),
      conflicts: this.#links.flatMap(({ lan, link }) =>
        this.#contestOn(lan).conflicts.map((conflict) => ({ ...conflict, isClaimed: link.state === 'announced' })),
      ),
      isMdnsUnusable: this.#links.some(
        ({ lan, link }) => link.state === 'refused' && this.#contestOn(lan).conflicts.length === 0,
      ),
      localZone: this.#localZone,
    });
  }

  /** How it goes on each interface that is announced on, or would be. */
  get links(): readonly AnnouncedLink[] {
    return this.#links.map(({ lan, link }) => ({ lan, state: link.state, instance: link.instance }));
  }

  /** Asks the others on every network where the server is announced. */
  ask(questions: readonly DnsQuestion[]): void {
    for (const { link } of this.#links) link.ask(questions);
  }

  /** Announces from now on; probing takes about two seconds first. */
  start(announcement: Announcement): void {
    this.#take(announcement);
    this.#watcher.start();
    this.#retry ??= setInterval(() => this.#retryRefused(), RETRY_MS).unref();
    this.#enqueue();
  }

  /** Announces something else instead, after a second in which more changes may come. Before `start` it does nothing. */
  update(announcement: Announcement): void {
    if (this.#announcement === undefined) return;
    this.#take(announcement);
    this.#settle();
  }

  /** For who knows that the computer woke up, or joined another network: everything is announced afresh. */
  networkChanged(): void {
    this.#wake();
    this.#afresh = true;
    this.#settle();
  }

  /** The computer goes to sleep: says goodbye until `networkChanged`, or until it turns out to be awake. */
  suspend(): Promise<void> {
    if (this.#announcement === undefined) return this.#work;
    this.#wake();
    this.#insomnia = setTimeout(() => this.networkChanged(), INSOMNIA_MS);
    this.#insomnia.unref();
    return this.#enqueue();
  }

  /** Says goodbye on every network. Settles after about two seconds at the latest, and never rejects. */
  stop(): Promise<void> {
    this.#announcement = undefined;
    this.#watcher.stop();
    this.#wake();
    clearTimeout(this.#settling);
    clearInterval(this.#retry);
    this.#settling = undefined;
    this.#retry = undefined;
    return this.#enqueue();
  }

  #take(announcement: Announcement): void {
    this.#announcement = announcement;
    this.#saidWhyNot = false;
    const hosts = hostNames(announcement.domain);
    if (isComputersName(hosts, this.#hostName()))
      this.#log.warn(
        { domain: announcement.domain },
        "domain is the computer's own name: its system must answer for it",
      );
  }

  #wake(): void {
    clearTimeout(this.#insomnia);
    this.#insomnia = undefined;
  }

  #settle(): void {
    if (this.#announcement === undefined) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#enqueue(), SETTLE_MS);
    this.#settling.unref();
  }

  #retryRefused(): void {
    for (const { link } of this.#links) link.askAgain();
    if (this.#links.some(({ link }) => link.state === 'refused')) void this.#enqueue();
  }

  #enqueue(): Promise<void> {
    this.#work = this.#work.then(() => this.#reconcile());
    return this.#work;
  }

  /** Makes the links those that are wanted; a link that is right and works is left alone. */
  async #reconcile(): Promise<void> {
    const announcement = this.#announcement;
    const wanted = new Map(this.#chosen().map((lan) => [keyOf(lan, announcement), lan]));
    const isKept = ({ key, link }: OpenLink) => wanted.has(key) && link.state !== 'refused' && !this.#afresh;
    if (announcement !== undefined && !this.#afresh)
      this.#links = this.#links.map((open) => follow(open, announcement));
    const kept = this.#links.filter(isKept);
    const left = this.#links.filter((open) => !isKept(open));
    this.#afresh = false;
    await Promise.all(left.map(({ link }) => link.close()));
    this.#links = kept;
    // Stopped, or given something else, in the meantime: that is queued, and will open what is wanted then.
    if (announcement === undefined || announcement !== this.#announcement) return;
    for (const open of kept) wanted.delete(open.key);
    const opened = [...wanted].map(([key, lan]) => ({ lan, key, link: this.#openLink(lan, announcement) }));
    this.#links = [...kept, ...opened];
    for (const name of this.#contests.keys()) {
      if (!this.#links.some(({ lan }) => lan.name === name)) this.#contests.delete(name);
    }
    this.#sayWhyNot(announcement);
    if (opened.length > 0) void this.#askForLocalZone(announcement);
    this.#onChange();
  }

  async #askForLocalZone(announcement: Announcement): Promise<void> {
    if (this.#resolveSoa === undefined) return;
    const zone = await findLocalZone(announcement.domain, this.#resolveSoa);
    if (announcement !== this.#announcement || zone === this.#localZone) return;
    this.#localZone = zone;
    if (zone !== undefined) this.#log.warn({ zone }, 'a DNS server answers for names that belong to mDNS');
    this.#onChange();
  }

  #contestOn({ name }: LanInterface): Contest {
    const contest = this.#contests.get(name) ?? new Contest(this.#monotonicMs);
    this.#contests.set(name, contest);
    return contest;
  }

  #sayWhyNot(announcement: Announcement): void {
    if (this.#links.length > 0) this.#saidWhyNot = false;
    else if (!this.#saidWhyNot && this.#insomnia === undefined) {
      this.#saidWhyNot = true;
      const reason = servicesOf(announcement).length === 0 ? 'no port is open' : 'no private network is listened on';
      this.#log.info({ reason }, 'not announced');
    }
  }

  #chosen(): LanInterface[] {
    const announcement = this.#announcement;
    if (announcement === undefined || this.#insomnia !== undefined || servicesOf(announcement).length === 0) return [];
    return chooseInterfaces(this.#interfaces(), announcement.listening ?? ['::'], announcement.interfaces);
  }

  #ownAddresses(): ReadonlySet<string> {
    return new Set(Object.values(this.#interfaces()).flatMap((infos = []) => infos.map((info) => info.address)));
  }
}

/** The same text for the same announcement on the same interface. */
function keyOf(lan: LanInterface, announcement: Announcement | undefined): string {
  return JSON.stringify([lan, announcement]);
}

/** A link that goes on with another announcement, or as it is where it cannot. */
function follow(open: OpenLink, announcement: Announcement): OpenLink {
  const key = keyOf(open.lan, announcement);
  return key !== open.key && open.link.update(announcement) ? { ...open, key } : open;
}
