/** Announces the server on every network this computer is in, and keeps that true while networks come and go. */
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { Logger } from '../log/log.ts';
import { InterfaceWatcher } from './interface-watcher.ts';
import { chooseInterfaces, type LanInterface } from './interfaces.ts';
import { type Link, type LinkOptions, openLink } from './link.ts';
import { hostNames, isComputersName } from './names.ts';
import type { NameConflict } from './probe.ts';
import { type Announcement, servicesOf } from './records.ts';

/** A change of network comes as several: the cable first, then the address, then IPv6. */
const SETTLE_MS = 1000;
/** How often a name or port that was taken is asked for again. */
const RETRY_MS = 60_000;

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
  /** Somebody else in the network answers for a name of ours. Reported once for each holder, again after a change. */
  readonly onConflict?: (conflict: NameConflict) => void;
  readonly openLink?: (options: LinkOptions) => Link;
}

interface OpenLink {
  /** What it was opened for; another one is needed when that is different. */
  readonly key: string;
  readonly link: Link;
}

export class Announcer {
  readonly #log: Logger;
  readonly #interfaces: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  readonly #hostName: () => string;
  readonly #openLink: (lan: LanInterface, announcement: Announcement) => Link;
  readonly #watcher: InterfaceWatcher;
  #announcement: Announcement | undefined;
  #links: readonly OpenLink[] = [];
  #settling: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** One after the other: a goodbye must not overtake the announcement that follows it. */
  #work: Promise<void> = Promise.resolve();
  #afresh = false;
  #saidWhyNot = false;

  constructor({ log, ...options }: AnnouncerOptions) {
    this.#log = log;
    this.#interfaces = options.interfaces ?? networkInterfaces;
    this.#hostName = options.hostName ?? hostname;
    const now = options.now ?? Date.now;
    const given = {
      log,
      ownAddresses: () => this.#ownAddresses(),
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
      random: options.random ?? Math.random,
      onConflict: options.onConflict ?? (() => undefined),
    };
    const open = options.openLink ?? openLink;
    this.#openLink = (lan, announcement) => open({ ...given, lan, announcement, hostName: this.#hostName() });
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
    this.#afresh = true;
    this.#settle();
  }

  /** Says goodbye on every network. Settles after about two seconds at the latest, and never rejects. */
  stop(): Promise<void> {
    this.#announcement = undefined;
    this.#watcher.stop();
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

  #settle(): void {
    if (this.#announcement === undefined) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#enqueue(), SETTLE_MS);
    this.#settling.unref();
  }

  #retryRefused(): void {
    if (this.#links.some(({ link }) => link.state === 'refused')) void this.#enqueue();
  }

  #enqueue(): Promise<void> {
    this.#work = this.#work.then(() => this.#reconcile());
    return this.#work;
  }

  /** Makes the links those that are wanted; a link that is right and works is left alone. */
  async #reconcile(): Promise<void> {
    const announcement = this.#announcement;
    const wanted = new Map(this.#chosen().map((lan) => [JSON.stringify([lan, announcement]), lan]));
    const isKept = ({ key, link }: OpenLink) => wanted.has(key) && link.state !== 'refused' && !this.#afresh;
    const kept = this.#links.filter(isKept);
    const left = this.#links.filter((open) => !isKept(open));
    this.#afresh = false;
    await Promise.all(left.map(({ link }) => link.close()));
    this.#links = kept;
    // Stopped, or given something else, in the meantime: that is queued, and will open what is wanted then.
    if (announcement === undefined || announcement !== this.#announcement) return;
    for (const open of kept) wanted.delete(open.key);
    const opened = [...wanted].map(([key, lan]) => ({ key, link: this.#openLink(lan, announcement) }));
    this.#links = [...kept, ...opened];
    this.#sayWhyNot(announcement);
  }

  #sayWhyNot(announcement: Announcement): void {
    if (this.#links.length > 0) this.#saidWhyNot = false;
    else if (!this.#saidWhyNot) {
      this.#saidWhyNot = true;
      const reason = servicesOf(announcement).length === 0 ? 'no port is open' : 'no private network is listened on';
      this.#log.info({ reason }, 'not announced');
    }
  }

  #chosen(): LanInterface[] {
    if (this.#announcement === undefined || servicesOf(this.#announcement).length === 0) return [];
    return chooseInterfaces(this.#interfaces(), this.#announcement.listening ?? ['::']);
  }

  #ownAddresses(): ReadonlySet<string> {
    return new Set(Object.values(this.#interfaces()).flatMap((infos = []) => infos.map((info) => info.address)));
  }
}
