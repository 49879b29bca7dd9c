/** All streams that broke and may be resumed (XEP-0198 section 5), and the resuming of them. */
import type { Clock } from '../../clock/clock.ts';
import type { LinkStream } from './link-stream.ts';
import { LostStream } from './lost-stream.ts';
import type { ManagedState } from './managed-state.ts';
import type { OutgoingLink } from './outgoing-link.ts';
import type { QueuedStanza } from './queued-stanza.ts';

export interface Resumption {
  readonly state: ManagedState;
  /** To be called when the state is taken over and what it holds is repeated. */
  goOn(): void;
}

export interface LostStreamsOptions {
  readonly clock: Clock;
  /** All whose connection is there. */
  readonly streams: ReadonlySet<LinkStream>;
  readonly links: () => Iterable<OutgoingLink>;
  readonly requeue: (stanzas: readonly QueuedStanza[]) => void;
}

export class LostStreams {
  readonly #options: LostStreamsOptions;
  readonly #lost = new Set<LostStream>();

  constructor(options: LostStreamsOptions) {
    this.#options = options;
  }

  /** `links` are those whose stanzas it carried. */
  add(stream: LinkStream, state: ManagedState, links: readonly OutgoingLink[]): void {
    const { clock, requeue } = this.#options;
    const after = clock.after.bind(clock);
    const over = (lost: LostStream) => this.#lost.delete(lost);
    this.#lost.add(new LostStream({ stream, state, links, after, requeue, over }));
  }

  /** Nobody waits any longer for those on which `domain` speaks, or for any. */
  giveUp(domain?: string): void {
    const isMeant = ({ remote, domains }: LinkStream) =>
      domain === undefined || remote === domain || domains.remotes.has(domain);
    for (const lost of [...this.#lost]) if (isMeant(lost.stream)) lost.giveUp();
  }

  /** SECURITY: who resumes must have proven the same domain, and know an id that was told to nobody else. */
  resume(stream: LinkStream, id: string): Resumption | undefined {
    const isSame = ({ role, domains: { owner } }: LinkStream) =>
      role === 'incoming' && owner !== undefined && stream.domains.remotes.has(owner);
    for (const lost of this.#lost) {
      if (lost.id === id && isSame(lost.stream)) return { state: lost.state, goOn: () => lost.resumed(stream) };
    }
    for (const old of this.#options.streams) {
      if (old !== stream && old.management.state?.id === id && isSame(old)) return this.#replace(old, stream);
    }
    return undefined;
  }

  /** The peer has noticed before us that the old one broke. */
  #replace(old: LinkStream, stream: LinkStream): Resumption | undefined {
    const { state } = old.management;
    if (state === undefined) return undefined;
    const goOn = () => {
      old.management.giveUpState();
      stream.inherit(old);
      for (const link of this.#options.links()) link.move(old, stream);
      old.destroy('The stream was resumed by another one.');
    };
    return { state, goOn };
  }
}
