/**
 * Federation as a whole: a small machine, `off → starting → on → stopping`, that fills the router's slot for other
 * domains, opens and closes the ports, and follows its settings while the server runs.
 */
import type { Timer } from '../clock/clock.ts';
import { prepareDomainpart } from '../jid/domainpart.ts';
import { StanzaError } from '../stanza/error.ts';
import type { Element } from '../xml/element.ts';
import { DurableQueue } from './durable-queue.ts';
import type { FederationLinks, FederationOptions, FederationState, FederationStatus } from './federation-options.ts';
import type { LinksOptions } from './links/link-options.ts';
import type { DomainSummary, LinkTest } from './links/link-summary.ts';
import { isLocalOnly } from './local-domain.ts';
import { isWithin } from './paired-servers.ts';
import { part } from './parting.ts';
import { Pins } from './pins.ts';
import { createPolicy, reasonToClose } from './policy.ts';
import { Ports } from './ports.ts';
import { RemotePresences } from './remote-presences.ts';
import { RemoteRoute } from './remote-route.ts';
import { Strangers } from './strangers.ts';

/** How long the others may take over what was sent before federation is switched off, or the server stops. */
const DRAIN_MS = 3_000;
const LAST_DRAIN_MS = 1_000;
/** A port that somebody else had may be free again. */
const RETRY_MS = 60_000;

interface Running {
  readonly links: FederationLinks;
  readonly route: RemoteRoute;
}

export class Federation {
  readonly #options: FederationOptions;
  readonly #presences = new RemotePresences();
  readonly #strangers: Strangers;
  readonly #listeners = new Set<() => void>();
  readonly queue: DurableQueue;
  readonly pins: Pins;
  readonly #policy: LinksOptions['policy'];
  #state: FederationState = 'off';
  #running: Running | undefined;
  readonly #ports: Ports;
  #arePortsStale = false;
  #failure: string | undefined;
  #retry: Timer | undefined;
  #isClosing = false;
  /** One change after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: FederationOptions) {
    const { domain, settings, reader, writer, clock, pairs, lifecycle, accounts, sessions, roster } = options;
    this.#options = options;
    this.queue = new DurableQueue({ reader, writer, clock, domain });
    this.pins = new Pins({ reader, writer, now: () => clock.now() });
    this.#policy = createPolicy({
      settings,
      domain,
      isPaired: (name) => pairs.has(name),
      isPinned: (name) => this.pins.has(name),
    });
    this.#ports = new Ports(settings, options.openPort);
    this.#strangers = new Strangers({
      settings,
      clock,
      hasAccount: (account) => accounts.has(account),
      isContact: (account, address) => roster()?.hasContact(account, address) ?? false,
      sessionsOf: (account) => sessions.of(account),
    });
    lifecycle.hooks.push({
      ended: ({ jid, account }) => {
        this.#presences.addresseeGone(jid.full);
        if (sessions.of(account).size === 0) this.#presences.addresseeGone(jid.bare);
      },
    });
    options.onSetting((key) => this.#settingChanged(key));
    pairs.onChange((name) => {
      this.#applyPolicy();
      this.#pairChanged(name);
      void this.follow();
    });
    pairs.onParting((name) => this.#part(name));
  }

  get status(): FederationStatus {
    const obstacle = this.#obstacle();
    return {
      state: this.#state,
      isEnabled: this.#options.settings.enabled,
      obstacle,
      failure: obstacle === undefined ? this.#failure : undefined,
      ports: this.#ports.numbers,
    };
  }

  /** Whom we talk with; empty while it is off. */
  get summaries(): readonly DomainSummary[] {
    return this.#running?.links.summaries ?? [];
  }

  /** Calls back when status or summaries may be others; the result takes the listener back. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Calls back each time that ports have been opened or closed. */
  onPorts(listener: () => void): void {
    let known = this.#ports.numbers;
    this.onChange(() => {
      if (known === this.#ports.numbers) return;
      known = this.#ports.numbers;
      listener();
    });
  }

  /** Does what the settings say, also when they change meanwhile. Settles when that is done; never rejects. */
  follow(): Promise<void> {
    // A fault of ours must not be the end of the switch: what comes next is done all the same.
    this.#work = this.#work.then(() => this.#reconcile()).catch((error) => this.#faulted(error));
    return this.#work;
  }

  /** After the start of the server: what an earlier run left is sent now, or goes back to its senders. */
  async open(): Promise<void> {
    await this.follow();
    if (this.#running === undefined) this.#returnLeftOvers();
  }

  /** At the end of the server. What could not be sent waits for its next start. */
  close(): Promise<void> {
    this.#isClosing = true;
    return this.follow();
  }

  /** @throws RangeError with a sentence when there is nothing to be tried */
  test(text: string): Promise<LinkTest> {
    const domain = prepareDomainpart(text.trim());
    if (domain === undefined) throw new RangeError(`“${text}” is not a domain.`);
    if (this.#options.router.routes.has(domain)) throw new RangeError(`${domain} is this server itself.`);
    if (this.#running === undefined) throw new RangeError('Chatting with other servers is switched off.');
    return this.#running.links.test(domain);
  }

  /** Closes all streams with a domain; false when nothing is known of it. */
  disconnect(text: string): boolean {
    const domain = prepareDomainpart(text.trim());
    const isKnown = this.summaries.some((summary) => summary.domain === domain);
    if (isKnown && domain !== undefined) this.#running?.links.close(domain, 'An administrator closed the connection.');
    return isKnown;
  }

  /** Pins have changed: who is known by one that is gone must prove himself again. */
  repin(domain: string): void {
    this.#running?.links.close(domain, 'What this server is known by has changed.');
    this.#changed();
  }

  #obstacle(): string | undefined {
    const { domain, pairs } = this.#options;
    if (!isLocalOnly(domain) || !pairs.isEmpty) return undefined;
    return `Needs a domain of your own: ${domain} is known on this network only.`;
  }

  get #isWanted(): boolean {
    return !this.#isClosing && this.#options.settings.enabled && this.#obstacle() === undefined;
  }

  #settingChanged(key: string): void {
    if (!key.startsWith('federation.')) return;
    if (key === 'federation.port' || key === 'federation.directTlsPort') this.#arePortsStale = true;
    this.#applyPolicy();
    void this.follow();
    this.#changed();
  }

  async #reconcile(): Promise<void> {
    this.#retry?.cancel();
    for (;;) {
      const isWanted = this.#isWanted;
      if (isWanted && this.#running === undefined) {
        if (!(await this.#start())) return;
      } else if (this.#running !== undefined && (!isWanted || this.#arePortsStale)) await this.#stop(this.#running);
      else {
        if (!isWanted) this.#failure = undefined;
        return;
      }
    }
  }

  /** False when it has to stay off. */
  async #start(): Promise<boolean> {
    const { createLinks, router, log } = this.#options;
    this.#enter('starting');
    const running = this.#create(createLinks);
    this.#arePortsStale = false;
    try {
      await this.#ports.open((socket, isDirectTls) => running.links.accept(socket, isDirectTls));
    } catch (error) {
      await running.links.stop(0);
      this.#fail(error);
      this.#returnLeftOvers();
      return false;
    }
    this.#failure = undefined;
    this.#running = running;
    router.remote = running.route;
    this.#enter('on');
    log.info({ ports: this.#ports.numbers }, 'federation switched on');
    for (const leftOver of this.queue.leftOvers()) running.route.sendAgain(leftOver);
    this.#options.roster()?.greet((jid) => !router.routes.has(jid.domain));
    return true;
  }

  async #stop({ links, route }: Running): Promise<void> {
    const { router, roster, log } = this.#options;
    this.#enter('stopping');
    this.#ports.close();
    if (!this.#isClosing) roster()?.leave((jid) => !router.routes.has(jid.domain)); // at the end of the server the sessions say so themselves
    router.remote = undefined;
    await links.stop(this.#isClosing ? LAST_DRAIN_MS : DRAIN_MS);
    this.#running = undefined;
    this.queue.flush();
    if (!this.#isClosing) {
      for (const element of this.queue.elements) route.returned(element, switchedOff());
      for (const farewell of this.#presences.takeFarewells()) void router.route(farewell);
    }
    this.#enter('off');
    log.info({}, 'federation switched off');
  }

  #create(createLinks: FederationOptions['createLinks']): Running {
    const { router, domain, isBarred, clock, log } = this.#options;
    const links = createLinks(
      {
        policy: this.#policy,
        isLocal: (name) => router.routes.has(name),
        receive: (stanza) => route.receive(stanza),
        delivered: (element) => this.queue.forget(element),
        undeliverable: (element, error) => this.#returned(route, element, error),
      },
      this.pins,
    );
    const route = new RemoteRoute({
      router,
      links,
      queue: this.queue,
      policy: this.#policy,
      presences: this.#presences,
      strangers: this.#strangers,
      domain,
      isBarred,
      now: () => clock.now(),
      log,
    });
    links.onChange(() => this.#changed());
    return { links, route };
  }

  #returned(route: RemoteRoute, element: Element, error: StanzaError): void {
    if (this.#isClosing && this.queue.has(element)) return; // the next run sends it
    route.returned(element, this.#state === 'stopping' ? switchedOff() : error);
  }

  /** There is nobody to send them: they go back. */
  #returnLeftOvers(): void {
    const { router } = this.#options;
    for (const { message } of this.queue.leftOvers()) {
      this.queue.forget(message.element);
      router.refuse(message, switchedOff());
    }
  }

  #fail(error: unknown): void {
    this.#failure = error instanceof Error ? error.message : String(error);
    this.#enter('off');
    this.#options.log.error({ reason: this.#failure }, 'federation could not be switched on');
    this.#retry = this.#options.clock.after(RETRY_MS, () => void this.follow());
  }

  #faulted(error: unknown): void {
    this.#options.log.error({ err: error }, 'federation failed by a fault of the server');
    if (this.#running === undefined) this.#fail(new Error('A fault of the server has stopped it.'));
    else this.#enter('on');
  }

  /** Streams that would not be allowed any more are closed. */
  #applyPolicy(): void {
    for (const summary of this.summaries) {
      const reason = reasonToClose(this.#policy, summary);
      if (reason !== undefined) this.#running?.links.close(summary.domain, reason);
    }
  }

  /** People there are probed, or gone; when this starts or stops federation as a whole, it is done there. */
  #pairChanged(domain: string): void {
    const { pairs, roster, router } = this.#options;
    if (this.#running === undefined) return;
    if (pairs.has(domain)) roster()?.greet((jid) => isWithin(jid.domain, domain));
    else
      for (const farewell of this.#presences.takeFarewells((name) => isWithin(name, domain)))
        void router.route(farewell);
  }

  async #part(domain: string): Promise<void> {
    const { roster, clock } = this.#options;
    const links = this.#running?.links;
    if (links !== undefined) await part(domain, { links, roster: roster(), clock, graceMs: DRAIN_MS });
  }

  #enter(state: FederationState): void {
    this.#state = state;
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function switchedOff(): StanzaError {
  return new StanzaError('not-allowed', 'Chatting with other servers has been switched off on this server.');
}
