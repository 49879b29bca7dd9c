/**
 * Servers of this network that talk with each other because both hosts have agreed. Each host confirms the key of the
 * other in the own window; nothing that comes over the network can do that in a host's place. What is announced about it
 * only tells the other window to ask its host.
 */
import { createHash } from 'node:crypto';
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import { DialError } from '../dialling/dialled.ts';
import type { FixedTarget } from '../dialling/dialler.ts';
import { isLocalOnly } from '../local-domain.ts';
import { isWithin, type PairedServers } from '../paired-servers.ts';
import { Consents, PairError } from './consents.ts';
import { describeServers, type PairedServer } from './servers.ts';
import type { Consent } from './store.ts';

/** A wish that nobody answers is withdrawn; a week has every day on which people sit down at it. */
const WISH_MS = 7 * 86_400_000;
/** How soon that is noticed. */
const CHECK_MS = 3_600_000;
/** Others here learn of it by these; see `MAX_ASKS` of the announcement. */
const MAX_TOKENS = 12;

/** Another Snug server, as it announces itself (lan/neighbour-text.ts). Nothing of it is proven. */
export interface AnnouncedServer {
  readonly domain: string;
  readonly fingerprint: string;
  readonly asks: readonly string[];
  readonly from: string;
  readonly addresses: readonly string[];
  readonly s2sPort?: number;
  readonly s2sTlsPort?: number;
}

export interface PairsOptions {
  /** Of the accounts. */
  readonly domain: string;
  /** What others know this server by, as lower-case hexadecimal digits. */
  readonly fingerprint: () => string;
  /** Those of this network, the one that was heard last first. */
  readonly neighbours: () => readonly AnnouncedServer[];
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
}

export class Pairs implements PairedServers {
  readonly #options: PairsOptions;
  readonly #consents: Consents;
  readonly #listeners = new Set<() => void>();
  readonly #changes = new Set<(domain: string) => void>();
  readonly #check: Timer;
  /** How often a domain has been dialled since it was last connected; see `targets`. */
  readonly #turns = new Map<string, number>();
  /** Being written down as pairs. */
  readonly #pairing = new Set<Consent>();
  #parting: (domain: string) => Promise<void> = () => Promise.resolve();

  constructor(options: PairsOptions) {
    this.#options = options;
    this.#consents = new Consents(options);
    this.#check = options.clock.every(CHECK_MS, () => void this.#withdrawOld());
  }

  get isEmpty(): boolean {
    return !this.#consents.all.some(isPaired);
  }

  /** Also for what is below a paired domain, such as its rooms: its authority vouches for those as well. */
  has(domain: string): boolean {
    return this.#pairOf(domain) !== undefined;
  }

  /** By what the server of a domain is known; see `judge`. */
  pinsOf(domain: string): readonly string[] {
    const pair = this.#pairOf(domain);
    return pair === undefined ? [] : [pair.fingerprint];
  }

  /** All that is to be shown. */
  get servers(): readonly PairedServer[] {
    return describeServers({
      neighbours: this.#others(),
      consents: this.#consents,
      ownToken: this.#ownToken,
      wishMs: WISH_MS,
    });
  }

  /** What the announcement says: whom of those that are here now this host has agreed to talk with. */
  get tokens(): readonly string[] {
    const here = this.#others();
    const agreed = this.#consents.all.filter((consent) => here.some((server) => isMeant(server, consent)));
    return agreed.map(({ domain, fingerprint }) => consentToken(domain, fingerprint)).slice(0, MAX_TOKENS);
  }

  /** True while a host here has agreed to anything, or waits for an answer. */
  get hasConsents(): boolean {
    return this.#consents.all.length > 0;
  }

  /** Calls back when pairs, or what is shown of others, may be different. */
  onUpdate(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onChange(listener: (domain: string) => void): void {
    this.#changes.add(listener);
  }

  /** What says goodbye in the name of everybody here, while the pair still may be talked with. */
  onParting(part: (domain: string) => Promise<void>): void {
    this.#parting = part;
  }

  /**
   * The host has compared: this is the key of that server, and we want to chat with it. Whether it asked, or is asked
   * by this, is the same deed.
   * @throws PairError, also when the server does not show that key (any more)
   */
  async consent(domain: string, fingerprint: string): Promise<void> {
    const known = this.#consents.of(domain);
    if (known?.fingerprint === fingerprint) throw new PairError('conflict', `You have agreed to ${domain} already.`);
    if (known !== undefined)
      throw new PairError('conflict', `${domain} has been agreed on with another key. End that first.`);
    const server = this.#others().find((one) => one.domain === domain && one.fingerprint === fingerprint);
    if (server === undefined) {
      const isOther = this.#others().some((one) => one.domain === domain);
      throw isOther
        ? new PairError('refused', `${domain} shows another key now. Look at the words again.`)
        : new PairError('not-found', `There is no ${domain} on this network at the moment.`);
    }
    const atMs = this.#options.clock.now();
    const isMutual = server.asks.includes(this.#ownToken);
    await this.#consents.put({ domain, fingerprint, atMs, pairedAtMs: isMutual ? atMs : null });
    if (isMutual) this.#changed(domain);
    else this.#updated();
  }

  /** Who asked is not shown again. @throws PairError */
  async refuse(domain: string, fingerprint: string): Promise<void> {
    const isAsking = this.servers.some(
      (one) => one.domain === domain && one.fingerprint === fingerprint && one.state === 'asked',
    );
    if (!isAsking) throw new PairError('not-found', `${domain} does not ask, or no longer.`);
    await this.#consents.refuse({ domain, fingerprint, atMs: this.#options.clock.now() });
    this.#updated();
  }

  /** Ends a pair, or withdraws a wish. @throws PairError */
  async remove(domain: string): Promise<void> {
    const consent = this.#consents.of(domain);
    if (consent === undefined) throw new PairError('not-found', `${domain} is not connected with this server.`);
    if (isPaired(consent)) await this.#parting(domain);
    await this.#consents.remove(domain);
    this.#turns.delete(domain);
    // SECURITY: its wish may still be announced for a moment, or for ever: the host has just said no.
    await this.#consents.refuse({ domain, fingerprint: consent.fingerprint, atMs: this.#options.clock.now() });
    this.#changed(domain);
  }

  /** What is announced in the network is different: others may have agreed. */
  heard(): void {
    for (const consent of this.#consents.all) {
      if (isPaired(consent)) continue;
      const isMutual = this.#others().some((one) => isMeant(one, consent) && one.asks.includes(this.#ownToken));
      if (isMutual && !this.#pairing.has(consent)) void this.#pair(consent);
    }
    this.#updated();
  }

  /**
   * Where the server of a paired domain is to be dialled; undefined where that is for DNS to say. Anybody can announce the
   * key of somebody else, and then fails to have it. Where that shows too late, after STARTTLS, each further attempt
   * begins with another of those who do.
   * @throws DialError when it is not to be seen
   */
  targets(domain: string): readonly FixedTarget[] | undefined {
    const pair = this.#pairOf(domain);
    if (pair === undefined) return undefined;
    const here = this.#options.neighbours().filter((one) => isMeant(one, pair));
    // Direct TLS first: there the dialler sees at once that somebody has not the key, and tries the next one.
    const all = here.flatMap(targetsOf).sort((one, other) => Number(other.isDirectTls) - Number(one.isDirectTls));
    if (all.length === 0 && isLocalOnly(pair.domain))
      throw new DialError('remote-server-not-found', whyNot(pair, here));
    if (all.length === 0) return undefined;
    if (all[0]?.isDirectTls === true) return all;
    const turn = this.#turns.get(pair.domain) ?? 0;
    this.#turns.set(pair.domain, turn + 1);
    const start = turn % all.length;
    return [...all.slice(start), ...all.slice(0, start)];
  }

  /** A server has proven the domain: where it was found is right. */
  connected(domain: string): void {
    const pair = this.#pairOf(domain);
    if (pair !== undefined) this.#turns.delete(pair.domain);
  }

  /** Whether an address is that of a paired server here, so that it may be dialled though it is link-local. */
  isAddressOfPair(address: string): boolean {
    const here = this.#options.neighbours().filter((one) => one.addresses.includes(address));
    return here.some((one) => this.#consents.all.some((consent) => isPaired(consent) && isMeant(one, consent)));
  }

  close(): void {
    this.#check.cancel();
  }

  get #ownToken(): string {
    return consentToken(this.#options.domain, this.#options.fingerprint());
  }

  /** Who goes by our own name is no neighbour; that is told by the announcement’s own problems. */
  #others(): readonly AnnouncedServer[] {
    return this.#options.neighbours().filter(({ domain }) => domain !== this.#options.domain);
  }

  #pairOf(domain: string): Consent | undefined {
    const above = this.#consents.all.filter((consent) => isPaired(consent) && isWithin(domain, consent.domain));
    return above.sort((one, other) => other.domain.length - one.domain.length)[0];
  }

  async #pair(consent: Consent): Promise<void> {
    this.#pairing.add(consent);
    await this.#consents.put({ ...consent, pairedAtMs: this.#options.clock.now() });
    this.#pairing.delete(consent);
    this.#changed(consent.domain);
  }

  async #withdrawOld(): Promise<void> {
    const before = this.#options.clock.now() - WISH_MS;
    const old = this.#consents.all.filter((consent) => !isPaired(consent) && consent.atMs < before);
    for (const { domain } of old) await this.#consents.remove(domain);
    if (old.length > 0) this.#updated();
  }

  #changed(domain: string): void {
    for (const listener of [...this.#changes]) listener(domain);
    this.#updated();
  }

  #updated(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Stands for one server with one key, in the announcements of those whose hosts agree to it. */
export function consentToken(domain: string, fingerprint: string): string {
  return createHash('sha256').update(`${domain}\n${fingerprint}`).digest('hex').slice(0, 16);
}

function isPaired({ pairedAtMs }: Consent): boolean {
  return pairedAtMs !== null;
}

function isMeant(server: AnnouncedServer, { domain, fingerprint }: Consent): boolean {
  return server.domain === domain && server.fingerprint === fingerprint;
}

function targetsOf({ addresses, s2sPort, s2sTlsPort }: AnnouncedServer): readonly FixedTarget[] {
  return addresses.flatMap((host) => [
    ...(s2sTlsPort === undefined ? [] : [{ host, port: s2sTlsPort, isDirectTls: true }]),
    ...(s2sPort === undefined ? [] : [{ host, port: s2sPort, isDirectTls: false }]),
  ]);
}

function whyNot({ domain }: Consent, here: readonly AnnouncedServer[]): string {
  return here.length === 0
    ? `${domain} is not to be seen on this network at the moment.`
    : `${domain} does not chat with other servers at the moment.`;
}
