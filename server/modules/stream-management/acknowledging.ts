/** XEP-0198 section 4: requests for acknowledgement and their answers, in both directions. */
import type { Host } from '../../modulehost/module.ts';
import { acknowledgement, countTooHigh, REQUEST, readCount } from '../../router/management-elements.ts';
import type { Session } from '../../session/session.ts';
import type { Stream } from '../../stream/stream.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import type { Journal } from './journal.ts';
import type { ManagedSession } from './managed-session.ts';
import type { ManagedSessions } from './managed-sessions.ts';

/** In milliseconds. */
interface Patience {
  /** After which silence a client is asked whether it is still there. */
  readonly idleProbeMs: number;
  /** How long an answer may take. */
  readonly ackTimeoutMs: number;
}

export class Acknowledging {
  readonly #host: Pick<Host, 'clock' | 'log'>;
  readonly #sessions: ManagedSessions;
  readonly #journal: Journal;

  constructor(host: Pick<Host, 'clock' | 'log'>, sessions: ManagedSessions, journal: Journal) {
    this.#host = host;
    this.#sessions = sessions;
    this.#journal = journal;
  }

  /**
   * `<r/>`: answers with the count as it is now, once everything that these stanzas caused is on disk. The stream goes
   * on reading meanwhile.
   */
  asked(managed: ManagedSession, stream: Stream): void {
    managed.heardAtMs = this.#host.clock.elapsedMs();
    const { handled } = managed.session;
    if (managed.isResumable) this.#journal.touch(managed);
    const saved = this.#journal.save();
    if (saved === undefined) {
      answer(managed, stream, handled);
      return;
    }
    saved.then(
      () => answer(managed, stream, handled),
      () => undefined, // not safe, so not acknowledged; the store has said why
    );
  }

  /** `<a/>`: forgets what the client has, and asks for the rest if there is any. */
  answered(managed: ManagedSession, stream: Stream, element: Element): void {
    const { unacked } = managed;
    const h = readCount(element);
    if (h === undefined) {
      stream.close(new StreamError('bad-format', 'An acknowledgement needs a count in “h”.'));
      return;
    }
    const before = unacked.acknowledged;
    if (!unacked.acknowledge(h)) {
      stream.close(countTooHigh(h, unacked.sent));
      return;
    }
    managed.heardAtMs = this.#host.clock.elapsedMs();
    managed.requestedAtMs = undefined;
    if (unacked.acknowledged === before) return; // a client that takes nothing is not asked in circles
    this.#journal.acknowledged(managed);
    if (unacked.length > 0) stream.write(''); // plans a write, and with it the next request
  }

  /**
   * The last count of several, and one request for all that is about to leave; none while another is open. When there are
   * both, the count is written by itself: some transports carry one element at a time.
   */
  beforeFlush(session: Session): string {
    if (session.outbox.unacked === undefined) return '';
    const managed = this.#sessions.bySession(session);
    if (managed === undefined) return '';
    const owed = managed.owedCount === undefined ? '' : acknowledgement(managed.owedCount);
    managed.answeredCount = undefined;
    managed.owedCount = undefined;
    if (managed.unacked.length === 0 || managed.requestedAtMs !== undefined) return owed;
    managed.requestedAtMs = this.#host.clock.elapsedMs();
    if (owed !== '') session.stream?.write(owed);
    return REQUEST;
  }

  /** Asks a client that has been silent; drops the stream of one that does not answer. */
  probe(managed: ManagedSession, patience: Patience): void {
    const { session } = managed;
    const now = this.#host.clock.elapsedMs();
    if (session.handled !== managed.handledThen) {
      managed.handledThen = session.handled;
      managed.heardAtMs = now;
    }
    const { requestedAtMs, heardAtMs } = managed;
    if (requestedAtMs === undefined) {
      if (now - heardAtMs < patience.idleProbeMs) return;
      managed.requestedAtMs = now;
      session.stream?.write(REQUEST);
    } else if (now - Math.max(requestedAtMs, heardAtMs) >= patience.ackTimeoutMs) {
      this.#host.log.info(
        { jid: session.jid.full, waiting: managed.unacked.length },
        'stream given up: no acknowledgement came',
      );
      session.stream?.destroy();
    }
  }
}

/**
 * An `<a/>` for all requests that are answered in one write: the first one is written where it belongs, so that it leaves
 * before anything that ends the stream, and what a flood of others would add is told once, at the end of that write.
 */
function answer(managed: ManagedSession, stream: Stream, handled: number): void {
  if (managed.session.stream !== stream) return;
  if (managed.answeredCount === undefined) {
    managed.answeredCount = handled;
    stream.write(acknowledgement(handled));
  } else if (handled > managed.answeredCount) {
    managed.owedCount = handled;
  }
}
