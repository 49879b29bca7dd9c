/** All sessions with stream management: enabled, waiting for a new stream, put back after a restart, ended. */
import type { Host } from '../../modulehost/module.ts';
import type { Session } from '../../session/session.ts';
import type { SessionStream } from '../../session/session-stream.ts';
import { UnackedQueue } from '../../session/unacked-queue.ts';
import type { StreamEnding } from '../../stream/stream.ts';
import type { Journal } from './journal.ts';
import { createManagedSession, type ManagedSession } from './managed-session.ts';

/** 128 bits that nobody guesses: whoever has signed in and knows them gets the session. */
const ID_BYTES = 16;
/** Ended sessions whose `h` is remembered (XEP-0198 section 5); more than come back in a day. */
const MAX_PAST = 1_000;

interface Past {
  readonly account: string;
  readonly handled: number;
}

export class ManagedSessions {
  readonly #host: Pick<Host, 'clock' | 'randomId'>;
  readonly #journal: Journal;
  readonly #byId = new Map<string, ManagedSession>();
  readonly #bySession = new Map<Session, ManagedSession>();
  readonly #sessionOfStream = new WeakMap<SessionStream, Session>();
  readonly #past = new Map<string, Past>();

  constructor(host: Pick<Host, 'clock' | 'randomId'>, journal: Journal) {
    this.#host = host;
    this.#journal = journal;
  }

  byId(id: string): ManagedSession | undefined {
    return this.#byId.get(id);
  }

  bySession(session: Session): ManagedSession | undefined {
    return this.#bySession.get(session);
  }

  byStream(stream: SessionStream): ManagedSession | undefined {
    const session = this.sessionOf(stream);
    return session && this.#bySession.get(session);
  }

  /** The session that `stream` carries, with stream management or without. */
  sessionOf(stream: SessionStream): Session | undefined {
    const session = this.#sessionOfStream.get(stream);
    return session?.stream === stream ? session : undefined;
  }

  all(): IterableIterator<ManagedSession> {
    return this.#byId.values();
  }

  /** How far an ended session of `account` had come. */
  pastHandled(id: string, account: string): number | undefined {
    const past = this.#past.get(id);
    return past?.account === account ? past.handled : undefined;
  }

  /** A resource was bound, or a session is carried by another stream. */
  carried(session: Session): void {
    if (session.stream !== undefined) this.#sessionOfStream.set(session.stream, session);
    const managed = this.#bySession.get(session);
    if (managed === undefined) return;
    managed.lostAtMs = undefined;
    managed.requestedAtMs = undefined;
    managed.answeredCount = undefined;
    managed.owedCount = undefined;
    managed.heardAtMs = this.#host.clock.elapsedMs();
  }

  /** Begins counting (XEP-0198 section 4). Resumable when it may wait at all. */
  enable(session: Session, resumeMs: number): ManagedSession {
    const managed = this.#add(session, { id: this.#host.randomId(ID_BYTES), isResumable: resumeMs > 0, resumeMs });
    session.handled = 0;
    return managed;
  }

  /** A session that an earlier run of the server wrote down, entered into the table already; it waits from now on. */
  putBack(session: Session, what: Pick<ManagedSession, 'id' | 'isResumable' | 'resumeMs'>): ManagedSession {
    const managed = this.#add(session, what);
    managed.lostAtMs = this.#host.clock.elapsedMs();
    return managed;
  }

  /** True when the session waits for a new stream (XEP-0198 section 7: not after a clean end). */
  streamLost(session: Session, ending: StreamEnding): boolean {
    const managed = this.#bySession.get(session);
    if (managed === undefined || !managed.isResumable || (ending === 'closed' && !managed.isMoving)) return false;
    managed.lostAtMs = this.#host.clock.elapsedMs();
    managed.requestedAtMs = undefined;
    return true;
  }

  /** Forgets the session but for its count; what it was. */
  ended(session: Session): ManagedSession | undefined {
    const managed = this.#bySession.get(session);
    if (managed === undefined) return undefined;
    this.#bySession.delete(session);
    this.#byId.delete(managed.id);
    if (managed.isResumable) this.#remember(managed);
    return managed;
  }

  #add(session: Session, what: Pick<ManagedSession, 'id' | 'isResumable' | 'resumeMs'>): ManagedSession {
    const { clock } = this.#host;
    const unacked = new UnackedQueue(
      () => clock.now(),
      () => this.#journal.touch(managed),
    );
    const managed: ManagedSession = createManagedSession({ ...what, session, unacked, nowMs: clock.elapsedMs() });
    session.outbox.unacked = unacked;
    this.#byId.set(managed.id, managed);
    this.#bySession.set(session, managed);
    return managed;
  }

  #remember({ id, session }: ManagedSession): void {
    this.#past.set(id, { account: session.account, handled: session.handled });
    if (this.#past.size <= MAX_PAST) return;
    for (const oldest of this.#past.keys()) {
      this.#past.delete(oldest);
      return;
    }
  }
}
