/** What the accounts are made with, and what each of them is made of. */
import type { Logger } from '../log/log.ts';
import type { Reader } from '../store/reader.ts';
import type { Writer } from '../store/writer.ts';

export interface AccountsOptions {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly log: Logger;
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Of PBKDF2, for new passwords and decoys. RFC 7677 section 4 wants 4096 at least. */
  readonly iterations: number;
  /** In characters. */
  readonly minPasswordLength: number;
  /** For how long a deleted account can be restored. Not at all when it is left out. */
  readonly deletionGraceDays?: number;
}

/** What an account is made of. */
export interface NewAccount {
  readonly localpart: string;
  readonly password: string;
  readonly role: string;
  /** Milliseconds since 1970; undefined for an account that is to last. */
  readonly expiresAt?: number | undefined;
  /** It waits to be let in; undefined when it need not. More than `maxWaiting` are refused with `conflict`. */
  readonly approval?: { readonly maxWaiting: number } | undefined;
}
