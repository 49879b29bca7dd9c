/** What every way to the server gives: a link for calls, and word of its end. */
import type { ClientLink } from '@orpc/client';

export interface Dialled {
  readonly link: ClientLink<Record<never, never>>;
  /** Settles when the line is broken, for whatever reason. */
  readonly closed: Promise<void>;
}

/** The server is there and does not know who asks. */
export class NotSignedInError extends Error {
  override readonly name = 'NotSignedInError';
}
