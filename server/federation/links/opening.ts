/** From a pair of domains to a stream that may be used: dialling, then the outgoing duty. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Dialled } from '../dialling/dialled.ts';
import { failureOfDialling, LinkFailure } from './link-failure.ts';
import { LinkStream } from './link-stream.ts';
import type { TestNote } from './link-summary.ts';
import { LinkTransport } from './link-transport.ts';
import type { ManagedState } from './managed-state.ts';
import { OutgoingDuty } from './outgoing.ts';
import type { StreamHome } from './stream-home.ts';

export interface OpeningOptions {
  readonly home: StreamHome;
  /** Ours. */
  readonly from: string;
  readonly to: string;
  readonly purpose: 'stanzas' | 'verification';
  /** To be resumed. */
  readonly earlier?: ManagedState | undefined;
  /** A connection is there, with a stream on it that is not ready yet. */
  readonly opened: (stream: LinkStream) => void;
  readonly ready: (stream: LinkStream, isResumed: boolean) => void;
  /** Told once, in place of `ready`. */
  readonly failed: (failure: LinkFailure) => void;
}

/** One attempt. */
export class Opening {
  readonly #options: OpeningOptions;
  readonly #abort = new AbortController();
  #stream: LinkStream | undefined;
  #isOver = false;
  /** What happened so far, for who asked for a test. */
  readonly notes: TestNote[] = [];

  constructor(options: OpeningOptions) {
    this.#options = options;
    const { home, to } = options;
    const { clock, limits, dialler } = home.options;
    const patience = clock.after(limits().negotiationMs, () => this.#abort.abort());
    dialler.dial(to, this.#abort.signal).then(
      (dialled) => {
        patience.cancel();
        if (this.#isOver) dialled.socket.destroy();
        else this.#begin(dialled);
      },
      (error) => {
        patience.cancel();
        this.fail(failureOfDialling(error, to), 'connection');
      },
    );
  }

  get stream(): LinkStream | undefined {
    return this.#stream;
  }

  /** Gives up, without telling anybody. */
  cancel(): void {
    this.#isOver = true;
    this.#abort.abort();
    this.#stream?.destroy();
  }

  /** The stream of this attempt has ended, if it was not ready yet. */
  streamEnded(): void {
    const { to } = this.#options;
    this.fail(new LinkFailure('remote-server-timeout', this.#stream?.ending ?? `${to} closed the stream at once.`));
  }

  fail(failure: LinkFailure, step?: TestNote['step']): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const isNoted = this.notes.some(({ outcome }) => outcome === 'failed');
    if (!isNoted) {
      const sentence = failure.sentence;
      this.notes.push({
        step: step ?? (this.#stream?.isSecure ? 'authentication' : 'encryption'),
        outcome: 'failed',
        sentence,
      });
    }
    this.#options.failed(failure);
  }

  #begin({ socket, address, port, host, tlsa }: Dialled): void {
    const { home, from, to, purpose, earlier, opened, ready } = this.#options;
    this.notes.push({
      step: 'connection',
      outcome: 'passed',
      sentence: `Connected to ${host}, port ${port} (${address}).`,
    });
    const serverName = domainToASCII(to);
    const transport = new LinkTransport({
      socket,
      role: 'client',
      identity: home.options.identity,
      ...(serverName !== '' && isIP(serverName) === 0 && !serverName.startsWith('[') && { serverName }),
    });
    const stream = new LinkStream({ transport, role: 'outgoing', home });
    this.#stream = stream;
    const duty = new OutgoingDuty({
      stream,
      home,
      from,
      to,
      tlsa,
      purpose,
      earlier,
      note: (note) => this.notes.push(note),
      ready: (isResumed) => {
        if (this.#isOver) return;
        this.#isOver = true;
        ready(stream, isResumed);
      },
      failed: (failure) => this.fail(failure),
    });
    opened(stream);
    stream.start(duty);
    duty.begin();
  }
}
