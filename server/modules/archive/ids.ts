/**
 * Ids of archived messages: a position that grows with time, and behind it random digits, because XEP-0313 section 3
 * wants ids that nobody can predict. The position is the key of the row, so an id needs no index of its own.
 */

/** Positions per millisecond: 2^10, so that today's fit into the 53 bits of a number until the year 2248. */
const PER_MS = 1024;
const POSITION_DIGITS = 14;
const SALT_DIGITS = 12;
const ID = new RegExp(`^[0-9a-f]{${POSITION_DIGITS + SALT_DIGITS}}$`);
/** Random bytes are drawn for so many ids at once: a draw costs as much as the rest of an id. */
const SALTS_AT_ONCE = 128;

/** Greater than every position. */
export const END = Number.MAX_SAFE_INTEGER;

/** What an id says: the position in the order of all archives, and 48 random bits. */
export interface ArchiveId {
  readonly seq: number;
  readonly salt: number;
}

/** Undefined for a text that is no id of this server's. */
export function readId(id: string): ArchiveId | undefined {
  if (!ID.test(id)) return undefined;
  const seq = Number.parseInt(id.slice(0, POSITION_DIGITS), 16);
  const salt = Number.parseInt(id.slice(POSITION_DIGITS), 16);
  return Number.isSafeInteger(seq) ? { seq, salt } : undefined;
}

export function writeId({ seq, salt }: ArchiveId): string {
  return hex(seq, POSITION_DIGITS) + hex(salt, SALT_DIGITS);
}

/** The lowest position that a message of this moment can have. Those that came while the clock was behind have higher ones. */
export function firstPositionAt(atMs: number): number {
  return Math.min(Math.max(0, Math.floor(atMs)) * PER_MS, END);
}

/** The moment that a position stands for, in milliseconds since 1970. No message of that position can be from later. */
export function timeOfPosition(seq: number): number {
  return Math.floor(seq / PER_MS);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

export class ArchiveIds {
  readonly #now: () => number;
  readonly #randomId: (bytes: number) => string;
  #last: number;
  #salts = '';
  #used = 0;

  /** `last` is the highest position that was ever given: ids go on behind it, also when the clock was set back. */
  constructor(options: { now: () => number; randomId: (bytes: number) => string; last: number }) {
    this.#now = options.now;
    this.#randomId = options.randomId;
    this.#last = options.last;
  }

  /** The position given last. */
  get last(): number {
    return this.#last;
  }

  next(): string {
    this.#last = Math.max(this.#last + 1, firstPositionAt(this.#now()));
    return hex(this.#last, POSITION_DIGITS) + this.#nextSalt();
  }

  #nextSalt(): string {
    if (this.#used >= this.#salts.length) {
      this.#salts = this.#randomId((SALTS_AT_ONCE * SALT_DIGITS) / 2);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += SALT_DIGITS;
    return this.#salts.slice(from, this.#used);
  }
}
