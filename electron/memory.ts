/** The little that the shell itself remembers: how large its window was, and what closing it means without a tray. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** The smallest that the pages are drawn for. */
export const MIN_WINDOW = { width: 640, height: 480 } as const;
/** Larger than any screen: a broken file must not ask the system for absurd memory. */
const MAX_SIDE = 16_384;

const remembered = z.object({
  window: z
    .object({
      width: z.int().min(MIN_WINDOW.width).max(MAX_SIDE),
      height: z.int().min(MIN_WINDOW.height).max(MAX_SIDE),
      isMaximized: z.boolean(),
    })
    .optional()
    .catch(undefined),
  closeWithoutTray: z.enum(['keep', 'quit']).optional().catch(undefined),
});

export type Remembered = z.output<typeof remembered>;

export class Memory {
  readonly #path: string;
  #values: Remembered;

  constructor(path: string) {
    this.#path = path;
    this.#values = read(path);
  }

  get values(): Remembered {
    return this.#values;
  }

  /** Never throws: what cannot be remembered is asked again. */
  remember(values: Partial<Remembered>): void {
    this.#values = { ...this.#values, ...values };
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      writeFileSync(`${this.#path}.new`, JSON.stringify(this.#values));
      renameSync(`${this.#path}.new`, this.#path);
    } catch {
      // A full or read-only disk; the server's log will say so, too.
    }
  }
}

function read(path: string): Remembered {
  try {
    return remembered.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}
