/** What the supervisor knows about its worker, as one value. */
import type { Status, WorkerReady } from '../server/control/contract.ts';

export type ServerPhase =
  /** Nothing has been set up yet, so nothing may listen on the network. */
  | { readonly kind: 'needs-setup' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly ready: WorkerReady; readonly status: Status | undefined }
  | { readonly kind: 'stopping' }
  /** `by` tells who wanted it: this program, or a `snug stop` on the command line. */
  | { readonly kind: 'stopped'; readonly by: 'us' | 'command' }
  /** It ended unexpectedly and is started again in `delayMs`. */
  | { readonly kind: 'waiting'; readonly delayMs: number }
  /** It does not start again by itself. `code` is a start error's, or `crash-loop`. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };
