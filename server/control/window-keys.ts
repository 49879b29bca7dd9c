/**
 * Who may use the window in a browser: a one-time token, told in the server's terminal, is exchanged for a cookie.
 *
 * Both are in memory only, so neither outlives the server; and both are kept as digests, so that looking one up takes
 * a time that says nothing about it.
 */
import { createHash } from 'node:crypto';

/** 256 bits, beyond all guessing. */
const KEY_BYTES = 32;
const TOKEN_LIFE_MS = 10 * 60_000;
/** Addresses that were asked for and not used, and browsers that are signed in; the oldest go first. */
const MAX_TOKENS = 64;
const MAX_COOKIES = 64;
/** Wrong tokens: enough for old bookmarks and a slip of the clipboard. Counted for everybody, as everybody is this computer. */
const MAX_WRONG = 10;
const WRONG_WINDOW_MS = 60_000;

export interface WindowKeysOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomBytes: (bytes: number) => Buffer;
}

/** A cookie's value; or the token is unknown, used or too old; or there were too many wrong ones of late. */
export type Redeemed = { readonly cookie: string } | 'wrong' | 'too-many';

export class WindowKeys {
  readonly #options: WindowKeysOptions;
  /** Digest of the token, and when it ends. */
  readonly #tokens = new Map<string, number>();
  readonly #cookies = new Set<string>();
  #wrongAtMs: number[] = [];

  constructor(options: WindowKeysOptions) {
    this.#options = options;
  }

  /** A token for one sign-in within ten minutes. */
  newToken(): string {
    const token = this.#newKey();
    this.#tokens.set(digestOf(token), this.#options.now() + TOKEN_LIFE_MS);
    dropOldest(this.#tokens, MAX_TOKENS);
    return token;
  }

  redeem(token: string): Redeemed {
    const now = this.#options.now();
    this.#wrongAtMs = this.#wrongAtMs.filter((atMs) => now - atMs < WRONG_WINDOW_MS);
    if (this.#wrongAtMs.length >= MAX_WRONG) return 'too-many';
    const digest = digestOf(token);
    const endsAtMs = this.#tokens.get(digest);
    this.#tokens.delete(digest);
    if (endsAtMs === undefined || now >= endsAtMs) {
      this.#wrongAtMs.push(now);
      return 'wrong';
    }
    const cookie = this.#newKey();
    this.#cookies.add(digestOf(cookie));
    dropOldest(this.#cookies, MAX_COOKIES);
    return { cookie };
  }

  isSignedIn(cookie: string): boolean {
    return this.#cookies.has(digestOf(cookie));
  }

  #newKey(): string {
    return this.#options.randomBytes(KEY_BYTES).toString('base64url');
  }
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}

/** Maps and sets keep the order of insertion. */
function dropOldest(keys: Map<string, unknown> | Set<string>, max: number): void {
  for (const key of keys.keys()) {
    if (keys.size <= max) return;
    keys.delete(key);
  }
}
