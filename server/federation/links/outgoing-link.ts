/** What goes from one of our domains to one remote domain: the queue, the stream that carries it, and the pauses between. */
import type { Timer } from '../../clock/clock.ts';
import { StanzaError } from '../../stanza/error.ts';
import { BackOff } from './back-off.ts';
import { LinkFailure } from './link-failure.ts';
import type { LinkStream } from './link-stream.ts';
import type { TestNote } from './link-summary.ts';
import type { LostStream } from './lost-stream.ts';
import { Opening } from './opening.ts';
import { pairOf } from './pair.ts';
import { isPatient, isRepeatable, type QueuedStanza } from './queued-stanza.ts';
import { StanzaQueue } from './stanza-queue.ts';
import type { StreamHome } from './stream-home.ts';

/** A stanza that was written so often to streams that broke afterwards may be what breaks them. */
const MAX_TRIES = 3;
/** A stream that breaks sooner counts as a failed attempt, so that nobody is dialled in circles. */
const STABLE_MS = 10_000;

export interface OutgoingLinkOptions {
  readonly home: StreamHome;
  /** Ours. */
  readonly from: string;
  readonly to: string;
  /** A stream of somebody else's making that may carry this pair. */
  readonly otherCarrier: (pair: string) => LinkStream | undefined;
  readonly opened: (stream: LinkStream) => void;
  /** What waits for all servers together. */
  readonly bytesInAll: () => number;
  readonly undeliverable: (stanza: QueuedStanza, error: StanzaError) => void;
  /** It may have nothing to do any more. */
  readonly settled: (link: OutgoingLink) => void;
}

export class OutgoingLink {
  readonly pair: string;
  readonly from: string;
  readonly to: string;
  readonly #options: OutgoingLinkOptions;
  readonly #queue = new StanzaQueue();
  readonly #backOff: BackOff;
  #carrier: LinkStream | undefined;
  #carriedSinceMs = 0;
  #opening: Opening | undefined;
  #expiry: Timer | undefined;
  #lastFailure: LinkFailure | undefined;
  /** Streams that may come back with what was sent on them: until that is known nothing newer may go. */
  readonly #awaited = new Set<LostStream>();
  #notes: readonly TestNote[] = [];
  #testers: (() => void)[] = [];

  constructor(options: OutgoingLinkOptions) {
    this.#options = options;
    this.from = options.from;
    this.to = options.to;
    this.pair = pairOf(options.from, options.to);
    this.#backOff = new BackOff(options.home.options, () => this.#pauseEnded());
  }

  /** Milliseconds since 1970; undefined when it does not pause. */
  get nextAttemptAtMs(): number | undefined {
    return this.#backOff.endsAtMs;
  }

  get queuedStanzas(): number {
    return this.#queue.length;
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  get carrier(): LinkStream | undefined {
    return this.#carrier;
  }

  get state(): 'connected' | 'connecting' | 'waiting' | 'idle' {
    if (this.#carrier !== undefined) return 'connected';
    if (this.#opening !== undefined) return 'connecting';
    return this.#backOff.isPausing && this.#queue.length > 0 ? 'waiting' : 'idle';
  }

  /** True when it can be forgotten. */
  get isIdle(): boolean {
    const isWaiting = this.#queue.length > 0 || this.#awaited.size > 0 || this.#backOff.isPausing;
    return !isWaiting && this.#carrier === undefined && this.#opening === undefined;
  }

  /** True while nothing is known of it but that it is being tried. */
  get isExpendable(): boolean {
    return this.#carrier === undefined && this.#awaited.size === 0;
  }

  send(stanza: QueuedStanza): void {
    const refusal = this.#refusal(stanza);
    if (refusal !== undefined) {
      this.#options.undeliverable(stanza, refusal);
      return;
    }
    if (this.#carrier?.canCarry(this.pair)) {
      this.#write(stanza, this.#carrier);
      return;
    }
    this.#queue.push(stanza);
    this.#seek();
  }

  /** Puts back what was sent on a stream that broke and will not be resumed. */
  requeue(stanzas: readonly QueuedStanza[]): void {
    const again: QueuedStanza[] = [];
    for (const stanza of stanzas) {
      if (isRepeatable(stanza) && stanza.tries < MAX_TRIES) again.push(stanza);
      else this.#options.undeliverable(stanza, this.#unknownFate());
    }
    this.#queue.putBack(again);
  }

  /** Nothing goes until `lost` is settled. */
  await(lost: LostStream): void {
    this.#awaited.add(lost);
  }

  /** `lost` came back on `stream`, or did not and was put back with `requeue`. */
  settle(lost: LostStream, stream: LinkStream | undefined): void {
    if (!this.#awaited.delete(lost)) return;
    if (stream?.canCarry(this.pair)) this.adopt(stream);
    else if (this.#queue.length > 0 || this.#testers.length > 0) this.#seek();
    this.#options.settled(this);
  }

  /** Uses `stream` from now on. */
  adopt(stream: LinkStream): void {
    if (this.#carrier !== undefined && this.#carrier !== stream && this.#carrier.canCarry(this.pair)) return;
    this.#carrier = stream;
    this.#carriedSinceMs = this.#options.home.options.clock.elapsedMs();
    this.#stopPausing();
    this.#drain(stream);
    this.#tellTesters();
    this.#options.home.changed();
  }

  /** A stream has come up that may be permitted this pair, or may be used only now. */
  offer(stream: LinkStream): void {
    if (this.#opening !== undefined || this.#awaited.size > 0 || !stream.canCarry(this.pair)) return;
    if (this.#carrier === undefined) this.adopt(stream);
  }

  /** Uses another stream in place of `from`, which it goes on from. */
  move(from: LinkStream, to: LinkStream): void {
    if (this.#carrier !== from) return;
    this.#carrier = to;
    this.#drain(to);
  }

  /** A stream has ended, or will carry nothing more. */
  streamEnded(stream: LinkStream): void {
    if (this.#opening?.stream === stream) this.#opening.streamEnded();
    if (this.#carrier !== stream) return;
    const { clock } = this.#options.home.options;
    this.#carrier = undefined;
    if (clock.elapsedMs() - this.#carriedSinceMs < STABLE_MS && stream.ending !== undefined) {
      this.#lastFailure = new LinkFailure('remote-server-timeout', stream.ending);
      this.#backOff.begin();
    } else {
      this.#backOff.forget();
    }
  }

  /** Goes on after `streamEnded`, when all that the stream left is where it belongs. */
  goOn(): void {
    if (this.#queue.length > 0 || this.#ownLost() !== undefined) this.#seek();
    this.#options.settled(this);
  }

  /** Tries now, whatever the pause says; resolves when it is known what comes of it. Never rejects. */
  async test(): Promise<{ readonly isReached: boolean; readonly notes: readonly TestNote[] }> {
    if (this.#carrier === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#testers.push(resolve);
      this.#stopPausing();
      this.#seek();
      await promise;
    }
    return { isReached: this.#carrier !== undefined, notes: this.#notes };
  }

  /** Returns everything and forgets it. */
  abandon(error: StanzaError): void {
    this.#opening?.cancel();
    this.#opening = undefined;
    this.#stopPausing();
    this.#tellTesters();
    for (const stanza of this.#queue.takeAll()) this.#options.undeliverable(stanza, error);
  }

  // ---- sending

  #refusal({ bytes, element }: QueuedStanza): StanzaError | undefined {
    const { maxQueuedStanzas, maxQueuedBytes, maxQueuedBytesInAll, minQueuedBytes } =
      this.#options.home.options.limits();
    const unacked = this.#carrier?.management.state?.unacked.length ?? 0;
    const pendingBytes = this.#queue.bytes + (this.#carrier?.pendingBytes ?? 0) + bytes;
    const isFull =
      this.#queue.length + unacked >= maxQueuedStanzas ||
      pendingBytes > maxQueuedBytes ||
      (pendingBytes > minQueuedBytes && this.#options.bytesInAll() + bytes > maxQueuedBytesInAll);
    if (isFull) return new StanzaError('resource-constraint', `Too much is waiting for ${this.to} already.`);
    const isPausing = this.#backOff.isPausing && this.#lastFailure !== undefined;
    if (isPausing && (this.#lastFailure?.isLasting || element.name !== 'message'))
      return this.#lastFailure?.toStanzaError();
    return undefined;
  }

  #write(stanza: QueuedStanza, stream: LinkStream): void {
    const refusal = stream.send(stanza);
    if (refusal !== undefined) this.#options.undeliverable(stanza, refusal);
  }

  #drain(stream: LinkStream): void {
    for (const stanza of this.#queue.takeAll()) {
      if (stream.canCarry(this.pair)) this.#write(stanza, stream);
      else this.#queue.push(stanza);
    }
  }

  // ---- finding a stream

  /** A stream that we opened ourselves for this pair, and that a new one may resume. */
  #ownLost(): LostStream | undefined {
    for (const lost of this.#awaited) if (lost.isOwn && lost.stream.remote === this.to) return lost;
    return undefined;
  }

  #seek(): void {
    if (this.#carrier !== undefined || this.#opening !== undefined || this.#backOff.isPausing) return;
    const own = this.#ownLost();
    if (this.#awaited.size > (own === undefined ? 0 : 1)) return; // the other side will come back
    const other = own === undefined ? this.#options.otherCarrier(this.pair) : undefined;
    if (other !== undefined) {
      this.adopt(other);
      return;
    }
    const { home, from, to, opened } = this.#options;
    this.#opening = new Opening({
      home,
      from,
      to,
      purpose: 'stanzas',
      earlier: own?.state,
      opened,
      ready: (stream, isResumed) => this.#ready(stream, isResumed ? own : undefined),
      failed: (failure) => this.#failed(failure),
    });
    home.changed();
  }

  #ready(stream: LinkStream, resumed: LostStream | undefined): void {
    this.#notes = this.#opening?.notes ?? [];
    this.#opening = undefined;
    this.#carrier = stream; // or what is put back now would look for another one
    if (resumed !== undefined) resumed.resumed(stream);
    else this.#ownLost()?.giveUp();
    this.adopt(stream);
  }

  #failed(failure: LinkFailure): void {
    this.#notes = this.#opening?.notes ?? [];
    this.#opening = undefined;
    this.#lastFailure = failure;
    const { home, settled } = this.#options;
    home.failed(this.to, failure.sentence);
    // Another stream may have come up meanwhile, from the other side.
    const other = this.#awaited.size === 0 ? this.#options.otherCarrier(this.pair) : undefined;
    if (other !== undefined) this.adopt(other);
    else this.#waitAfter(failure);
    this.#tellTesters();
    settled(this);
  }

  #waitAfter(failure: LinkFailure): void {
    const error = failure.toStanzaError();
    if (failure.isLasting) this.#ownLost()?.giveUp();
    this.#backOff.begin();
    const returned = this.#queue.take((stanza) => failure.isLasting || !isPatient(stanza));
    for (const stanza of returned) this.#options.undeliverable(stanza, error);
    this.#expire();
  }

  // ---- pauses

  #pauseEnded(): void {
    this.#stopPausing();
    this.#expire();
    if (this.#queue.length > 0 || this.#ownLost() !== undefined) this.#seek();
    this.#options.settled(this);
  }

  #stopPausing(): void {
    this.#backOff.stop();
    this.#expiry?.cancel();
    this.#expiry = undefined;
  }

  /** Returns what has waited too long, and comes back when the next one has. */
  #expire(): void {
    const { clock } = this.#options.home.options;
    const now = clock.elapsedMs();
    const error = (this.#lastFailure ?? this.#noAnswer()).toStanzaError();
    const late = this.#queue.take(({ deadlineMs }) => deadlineMs <= now);
    for (const stanza of late) this.#options.undeliverable(stanza, error);
    this.#expiry?.cancel();
    this.#expiry = undefined;
    const { firstDeadlineMs } = this.#queue;
    if (firstDeadlineMs !== undefined && this.#backOff.isPausing) {
      this.#expiry = clock.after(firstDeadlineMs - now, () => this.#expire());
    }
    this.#options.home.changed();
  }

  #noAnswer(): LinkFailure {
    return new LinkFailure('remote-server-timeout', `${this.to} could not be reached in time.`);
  }

  #unknownFate(): StanzaError {
    const text = `The connection to ${this.to} was lost, and it is not known whether this arrived.`;
    return new StanzaError('remote-server-timeout', text);
  }

  #tellTesters(): void {
    const testers = this.#testers;
    this.#testers = [];
    for (const tell of testers) tell();
  }
}
