/** XEP-0502: MUC Activity Indicator. About how many messages an hour are written in a room. */
import type { Element } from '../../xml/element.ts';

const HOUR_MS = 60 * 60 * 1000;
/** A day, so that the hour at which somebody looks makes no difference; and the hour that is not over yet. */
const HOURS = 24;
const NS_CORRECTION = 'urn:xmpp:message-correct:0';
/** The name of the field in Clark notation. */
export const ACTIVITY_FIELD = '{urn:xmpp:muc-activity}message-activity';

/** A counter for each of the last hours, the present one included, moved on when somebody writes or looks. */
export class Activity {
  readonly #counts = new Uint32Array(HOURS + 1);
  #hour: number;
  readonly #sinceHour: number;

  constructor(nowMs: number) {
    this.#hour = Math.floor(nowMs / HOUR_MS);
    this.#sinceHour = this.#hour;
  }

  count(nowMs: number): void {
    this.#moveOn(nowMs);
    const slot = this.#hour % this.#counts.length;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  /** Messages an hour, of the hours that are over; undefined while there is none. */
  perHour(nowMs: number): number | undefined {
    this.#moveOn(nowMs);
    const hours = Math.min(HOURS, this.#hour - this.#sinceHour);
    if (hours <= 0) return undefined;
    let sum = 0;
    for (const count of this.#counts) sum += count;
    return (sum - (this.#counts[this.#hour % this.#counts.length] ?? 0)) / hours;
  }

  /** A clock that was set back changes nothing until it has caught up. */
  #moveOn(nowMs: number): void {
    const hour = Math.floor(nowMs / HOUR_MS);
    if (hour <= this.#hour) return;
    const steps = Math.min(hour - this.#hour, this.#counts.length);
    for (let i = 0; i < steps; i++) this.#counts[(hour - i) % this.#counts.length] = 0;
    this.#hour = hour;
  }
}

/** What people read as a message of its own: with a body, and no correction of an earlier one. */
export function countsAsActivity(message: Element): boolean {
  return message.child('body') !== undefined && message.child('replace', NS_CORRECTION) === undefined;
}
