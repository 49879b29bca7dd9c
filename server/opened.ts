/** What has been opened so far, in order; closed in the opposite one. */
import type { Logger } from './log/log.ts';

export class Opened {
  readonly #close: (() => void | Promise<void>)[] = [];

  add(close: () => void | Promise<void>): void {
    this.#close.push(close);
  }

  async closeAll(log: Logger): Promise<void> {
    for (const close of this.#close.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        log.error({ err: error }, 'a part of the server did not close');
      }
    }
  }
}
