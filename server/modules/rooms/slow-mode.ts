/** XEP-0500: MUC Slow Mode. How long everybody but admins and owners waits from one message to the next. */
import type { Clock } from '../../clock/clock.ts';
import type { Jid } from '../../jid/jid.ts';
import { StanzaError } from '../../stanza/error.ts';
import type { Element } from '../../xml/element.ts';
import { isAtLeast } from './privileges.ts';
import type { Room } from './room.ts';

/** A day: longer, and the room is moderated. */
export const MAX_SLOW_MODE_SECONDS = 86_400;
/** People who wait at once in one room; the one who has waited longest may go on when there are more. */
const MAX_WAITING = 10_000;
const MS_PER_SECOND = 1000;

/** When each user last wrote, by bare JID, the earliest first: so leaving, another nickname or device make no difference. */
export class SlowMode {
  readonly #spokeAt = new Map<string, number>();

  /** Milliseconds that `user` still has to wait. */
  waitMs(user: string, durationMs: number, nowMs: number): number {
    const spokeAt = this.#spokeAt.get(user);
    return spokeAt === undefined ? 0 : Math.max(0, spokeAt + durationMs - nowMs);
  }

  spoke(user: string, durationMs: number, nowMs: number): void {
    this.#spokeAt.delete(user);
    for (const [earliest, atMs] of this.#spokeAt) {
      if (atMs + durationMs > nowMs && this.#spokeAt.size < MAX_WAITING) break;
      this.#spokeAt.delete(earliest);
    }
    this.#spokeAt.set(user, nowMs);
  }
}

/**
 * Why `user` may not write this yet; else it counts from now on. Asked last of all, when nothing else speaks against
 * the message.
 */
export function slowModeRefusal(room: Room, user: Jid, message: Element, clock: Clock): StanzaError | undefined {
  const { slowModeSeconds } = room.configuration;
  if (slowModeSeconds === 0 || message.child('body') === undefined) return undefined;
  if (isAtLeast(room.affiliationOf(user), 'admin')) return undefined;
  const durationMs = slowModeSeconds * MS_PER_SECOND;
  const nowMs = clock.elapsedMs();
  const waitMs = room.slowMode.waitMs(user.bare, durationMs, nowMs);
  if (waitMs === 0) {
    room.slowMode.spoke(user.bare, durationMs, nowMs);
    return undefined;
  }
  const left = Math.ceil(waitMs / MS_PER_SECOND);
  return new StanzaError(
    'policy-violation',
    `This room is in slow mode: wait ${slowModeSeconds} seconds between messages. You can write again in ${left} seconds.`,
    { type: 'wait' },
  );
}
