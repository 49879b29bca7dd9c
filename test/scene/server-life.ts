/** One run of a server in a scene: when it dies, whatever it still tries to write or planned to do comes to nothing. */
import type { Clock, Timer } from '../../server/clock/clock.ts';
import type { Writer } from '../../server/store/writer.ts';

export class ServerLife {
  #isOver = false;
  readonly clock: Clock;
  readonly writer: Writer;

  constructor(clock: Clock, writer: Writer) {
    const life = this;
    const whileAlive = (action: () => void) => () => {
      if (!life.#isOver) action();
    };
    this.clock = {
      now: () => clock.now(),
      elapsedMs: () => clock.elapsedMs(),
      after: (delayMs, action): Timer => clock.after(delayMs, whileAlive(action)),
      every: (intervalMs, action): Timer => clock.every(intervalMs, whileAlive(action)),
    };
    this.writer = {
      write: (changes) => (life.#isOver ? new Promise(() => undefined) : writer.write(changes)),
      flush: () => (life.#isOver ? new Promise(() => undefined) : writer.flush()),
      get isIdle() {
        return !life.#isOver && writer.isIdle;
      },
    };
  }

  /** Like `kill -9`. */
  end(): void {
    this.#isOver = true;
  }
}
