/** The connections of components: one for each name, their time limits, and the end of all of them. */
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Logger } from '../../log/log.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Transport } from '../../stream/transport.ts';
import type { Element } from '../../xml/element.ts';
import { ComponentStream } from './component-stream.ts';

/** From the first byte to the handshake: a program answers at once. */
const NEGOTIATION_MS = 30_000;
/** After our `</stream:stream>` (RFC 6120 section 4.4: "a reasonable amount of time"). */
const CLOSING_MS = 5_000;
/** How long the stop of the server waits for goodbyes. */
const GOODBYE_MS = 1_000;
/** Connections without a handshake at a time: more than a computer has bridges. */
const MAX_UNAUTHENTICATED = 50;
const STREAM_ID_BYTES = 12;

export interface ConnectionsOptions {
  /** Of the accounts. */
  readonly domain: string;
  readonly limits: { readonly maxStanzaBytes: number; readonly maxBufferedBytes: number };
  readonly clock: Clock;
  readonly randomId: (bytes: number) => string;
  readonly log: Logger;
  /** Undefined when there is no such component. */
  readonly secretOf: (domain: string) => string | undefined;
  readonly receive: (domain: string, element: Element) => void | Promise<void>;
  readonly came: (domain: string) => void;
  readonly left: (domain: string) => void;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  /** All whose transport is there, the oldest first, with the timer that ends their patience. */
  readonly #streams = new Map<ComponentStream, Timer | undefined>();
  readonly #byDomain = new Map<string, ComponentStream>();
  #allGone: (() => void) | undefined;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  of(domain: string): ComponentStream | undefined {
    return this.#byDomain.get(domain);
  }

  accept(transport: Transport): void {
    const { domain, clock, limits, randomId, log, receive, came } = this.#options;
    this.#makeRoom();
    const stream = new ComponentStream({
      transport,
      domain,
      id: randomId(STREAM_ID_BYTES),
      maxStanzaBytes: () => limits.maxStanzaBytes,
      maxBufferedBytes: limits.maxBufferedBytes,
      nowMs: clock.now(),
      log,
      secretOf: (name) => this.#secretOf(name),
      enter: (entering) => this.#enter(entering),
      opened: (opened) => came(opened.domain),
      receive: (from, element) => receive(from.domain, element),
      ended: (ended) => this.#ended(ended),
      gone: (gone) => this.#gone(gone),
    });
    const patience = clock.after(NEGOTIATION_MS, () =>
      stream.close(new StreamError('connection-timeout', 'The handshake took too long.')),
    );
    this.#streams.set(stream, patience);
  }

  /** Ends the connection of a component, and those that are about to become it. */
  close(domain: string, condition: string, text: string): void {
    for (const stream of [...this.#streams.keys()]) {
      if (stream.domain === domain) stream.close(new StreamError(condition, text));
    }
  }

  /** Ends all of them; resolves when they are gone, by force after a moment. */
  async closeAll(): Promise<void> {
    for (const stream of [...this.#streams.keys()]) {
      stream.close(new StreamError('system-shutdown', 'The server is stopping.'));
    }
    if (this.#streams.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#allGone = resolve;
    const force = this.#options.clock.after(GOODBYE_MS, () => {
      for (const stream of this.#streams.keys()) stream.destroy();
    });
    await promise;
    force.cancel();
  }

  #secretOf(domain: string): string | StreamError {
    const secret = this.#options.secretOf(domain);
    if (secret === undefined) return new StreamError('host-unknown', `There is no component called ${domain} here.`);
    return this.#byDomain.has(domain) ? conflict(domain) : secret;
  }

  #enter(stream: ComponentStream): StreamError | undefined {
    const { domain } = stream;
    if (this.#byDomain.has(domain)) return conflict(domain);
    this.#byDomain.set(domain, stream);
    this.#streams.get(stream)?.cancel();
    this.#streams.set(stream, undefined);
    this.#options.log.info({ component: domain, address: stream.remoteAddress }, 'component connected');
    return undefined;
  }

  #ended(stream: ComponentStream): void {
    this.#streams.get(stream)?.cancel();
    if (this.#streams.has(stream)) {
      this.#streams.set(
        stream,
        this.#options.clock.after(CLOSING_MS, () => stream.destroy()),
      );
    }
    if (this.#byDomain.get(stream.domain) !== stream) return;
    this.#byDomain.delete(stream.domain);
    this.#options.log.info({ component: stream.domain }, 'component gone');
    this.#options.left(stream.domain);
  }

  #gone(stream: ComponentStream): void {
    this.#streams.get(stream)?.cancel();
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#allGone?.();
  }

  /** SECURITY: the oldest stranger goes; were newcomers refused, whoever opens connections would keep components out. */
  #makeRoom(): void {
    const strangers = [...this.#streams.keys()].filter((stream) => this.#byDomain.get(stream.domain) !== stream);
    if (strangers.length < MAX_UNAUTHENTICATED) return;
    strangers[0]?.destroy();
  }
}

function conflict(domain: string): StreamError {
  return new StreamError('conflict', `The component ${domain} is connected already.`);
}
