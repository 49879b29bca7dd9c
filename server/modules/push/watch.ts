/**
 * Devices that seem to be there and do not confirm what they got (XEP-0198): a phone that has put the app to sleep keeps
 * the connection open for hours. After a while they are woken like one that is gone.
 */
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Session } from '../../session/session.ts';
import type { Occasion } from './occasion.ts';

const TICK_MS = 1_000;
/** After the connection broke: many come back by themselves, in another network, before a notification would arrive. */
const GRACE_MS = 5_000;
/** Per session: further ones change nothing about its being woken. */
const MAX_OCCASIONS = 50;

interface Unconfirmed {
  readonly occasion: Occasion;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** True once the device was woken for it. */
  isTold: boolean;
}

interface Watched {
  occasions: Unconfirmed[];
  /** When the device is woken for what it was not woken for yet, in milliseconds of the clock that is never set. */
  dueAtMs: number;
  isLost: boolean;
}

export interface WatchOptions {
  readonly clock: Clock;
  readonly unconfirmedMs: () => number;
  /** The device does not answer. */
  readonly unresponsive: (session: Session, occasions: readonly Occasion[]) => void;
  /** The device has confirmed something. */
  readonly responsive: (session: Session) => void;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #watched = new Map<Session, Watched>();
  #timer: Timer | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** `session`, which has stream management, has got something or is about to. */
  add(session: Session, occasion: Occasion, atMs = this.#options.clock.now()): void {
    const { clock, unconfirmedMs } = this.#options;
    let watched = this.#watched.get(session);
    if (watched === undefined) {
      watched = { occasions: [], dueAtMs: 0, isLost: false };
      this.#watched.set(session, watched);
      this.#timer ??= clock.every(TICK_MS, () => this.#tick());
    }
    if (watched.occasions.every(({ isTold }) => isTold)) watched.dueAtMs = clock.elapsedMs() + unconfirmedMs();
    // An account may have several registrations of one device.
    if (watched.occasions.length >= MAX_OCCASIONS || watched.occasions.at(-1)?.occasion === occasion) return;
    watched.occasions.push({ occasion, atMs, isTold: false });
  }

  /** True while the device has not confirmed what it was woken for. */
  isUnresponsive(session: Session): boolean {
    return this.#watched.get(session)?.occasions.some(({ isTold }) => isTold) ?? false;
  }

  /** The connection of `session` broke. */
  lost(session: Session): void {
    const watched = this.#watched.get(session);
    if (watched === undefined) return;
    watched.isLost = true;
    watched.dueAtMs = Math.min(watched.dueAtMs, this.#options.clock.elapsedMs() + GRACE_MS);
  }

  /** What the device has not confirmed goes its own way now. */
  forget(session: Session): void {
    this.#watched.delete(session);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #tick(): void {
    for (const [session, watched] of this.#watched) this.#look(session, watched);
    if (this.#watched.size === 0) this.stop();
  }

  #look(session: Session, watched: Watched): void {
    const { clock, unconfirmedMs, unresponsive, responsive } = this.#options;
    const [oldest] = session.outbox.unacked?.stanzas ?? [];
    const left = watched.occasions.filter(({ atMs }) => oldest !== undefined && atMs >= oldest.atMs);
    const hasConfirmed = left.length < watched.occasions.length;
    watched.occasions = left;
    if (hasConfirmed) responsive(session);
    if (left.length === 0) {
      this.#watched.delete(session);
      return;
    }
    const isBack = watched.isLost && session.stream !== undefined;
    if (isBack) watched.isLost = false;
    if (isBack || (hasConfirmed && !watched.isLost)) {
      for (const unconfirmed of left) unconfirmed.isTold = false;
      watched.dueAtMs = clock.elapsedMs() + unconfirmedMs();
    }
    if (clock.elapsedMs() < watched.dueAtMs) return;
    const untold = left.filter(({ isTold }) => !isTold);
    if (untold.length === 0) return;
    for (const unconfirmed of untold) unconfirmed.isTold = true;
    unresponsive(
      session,
      untold.map(({ occasion }) => occasion),
    );
  }
}
