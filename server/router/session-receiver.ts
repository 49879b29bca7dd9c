/** Between a stream and its session: takes elements in, catches faults at the session's edge, counts what was handled. */
import type { Logger } from '../log/log.ts';
import { readInbound } from '../session/inbound.ts';
import type { Session } from '../session/session.ts';
import { errorReply, StanzaError } from '../stanza/error.ts';
import type { Stanza } from '../stanza/stanza.ts';
import type { StanzaReceiver, Stream, StreamEnding } from '../stream/stream.ts';
import type { Element } from '../xml/element.ts';
import type { Router } from './router.ts';

interface SessionReceiverOptions {
  readonly session: Session;
  readonly stream: Stream;
  readonly router: Router;
  readonly lifecycle: {
    beforeFlush(session: Session, stream: Stream): void;
    streamEnded(session: Session, ending: StreamEnding): void;
  };
  readonly log: Logger;
}

export class SessionReceiver implements StanzaReceiver {
  readonly #session: Session;
  readonly #stream: Stream;
  readonly #router: Router;
  readonly #lifecycle: SessionReceiverOptions['lifecycle'];
  readonly #log: Logger;

  constructor(options: SessionReceiverOptions) {
    this.#session = options.session;
    this.#stream = options.stream;
    this.#router = options.router;
    this.#lifecycle = options.lifecycle;
    this.#log = options.log;
  }

  get jid(): string {
    return this.#session.jid.full;
  }

  receive(element: Element): void | Promise<void> {
    const session = this.#session;
    // XEP-0286 section 3.2: whoever sends has its radio on.
    if (session.outbox.isInactive) session.outbox.release();
    const inbound = readInbound(session, element);
    if ('end' in inbound) return this.#stream.close(inbound.end);
    if ('refused' in inbound) {
      session.handled++;
      const type = element.attr('type'); // RFC 6120 section 8.3.1: neither errors nor results are answered with an error
      if (type !== 'error' && type !== 'result') session.send(errorReply(inbound.refused, inbound.error));
      return;
    }
    try {
      const pending = this.#router.submit(inbound.stanza, session);
      // XEP-0198 section 4: counted once the server has taken responsibility, not when it has merely read it.
      if (pending === undefined) session.handled++;
      else
        return pending.then(() => {
          // A client that has resumed elsewhere meanwhile was told a count without this one, and repeats it there.
          if (session.stream === undefined || session.stream === this.#stream) session.handled++;
        });
    } catch (error) {
      session.handled++;
      this.#failed(inbound.stanza, error);
    }
  }

  beforeFlush(): void {
    this.#lifecycle.beforeFlush(this.#session, this.#stream);
  }

  ended(ending: StreamEnding): void {
    if (this.#session.stream === this.#stream) this.#lifecycle.streamEnded(this.#session, ending);
  }

  /** A fault of ours: logged, answered, and the session lives on. */
  #failed(stanza: Stanza, error: unknown): void {
    this.#log.error(
      { err: error, kind: stanza.kind, jid: this.#session.jid.full },
      'a stanza failed by a fault of the server',
    );
    this.#router.refuse(stanza, new StanzaError('internal-server-error'), this.#session);
  }
}
