/** A stream that broke and may be resumed (XEP-0198 section 5): who waits for it, and what comes of it. */
import type { Timer } from '../../clock/clock.ts';
import type { LinkStream } from './link-stream.ts';
import type { ManagedState } from './managed-state.ts';
import type { OutgoingLink } from './outgoing-link.ts';
import type { QueuedStanza } from './queued-stanza.ts';

/** How long what we have to say waits for the other side to come back, before we call it ourselves. */
const HELD_UP_MS = 15_000;

export interface LostStreamOptions {
  readonly stream: LinkStream;
  readonly state: ManagedState;
  /** Those whose stanzas it carried. */
  readonly links: readonly OutgoingLink[];
  readonly after: (delayMs: number, action: () => void) => Timer;
  /** Puts stanzas back to where they came from. */
  readonly requeue: (stanzas: readonly QueuedStanza[]) => void;
  /** It is over, one way or the other. */
  readonly over: (lost: LostStream) => void;
}

export class LostStream {
  readonly stream: LinkStream;
  readonly state: ManagedState;
  /** Under which the peer may resume it; the state loses its own when it is given up. */
  readonly id: string;
  readonly #options: LostStreamOptions;
  readonly #patience: Timer;
  #isOver = false;

  constructor(options: LostStreamOptions) {
    this.#options = options;
    this.stream = options.stream;
    this.state = options.state;
    this.id = options.state.id;
    for (const link of options.links) link.await(this);
    const { resumeMs } = options.state;
    const waitMs = this.isOwn || options.links.length === 0 ? resumeMs : Math.min(resumeMs, HELD_UP_MS);
    this.#patience = options.after(waitMs, () => this.giveUp());
  }

  /** Whether it is for us to resume it. */
  get isOwn(): boolean {
    return this.stream.role === 'outgoing';
  }

  /** It goes on as `stream`, which has the state already. */
  resumed(stream: LinkStream): void {
    if (!this.#end()) return;
    stream.inherit(this.stream);
    for (const link of this.#options.links) link.settle(this, stream);
  }

  /** It does not: what is unacknowledged goes back into the queues, in front of what is newer. */
  giveUp(): void {
    if (!this.#end()) return;
    this.#options.requeue(this.state.abandon());
    for (const link of this.#options.links) link.settle(this, undefined);
  }

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#patience.cancel();
    this.#options.over(this);
    return true;
  }
}
