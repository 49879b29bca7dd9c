/** How the `snug` command fails: with one sentence, a code for programs and an exit status. */
import { ORPCError } from '@orpc/client';
import { AccountError } from '../accounts/account-error.ts';
import { NotRunningError } from '../control/client.ts';

/**
 * The exit statuses, a promise to scripts:
 * 0 done · 1 refused or failed · 2 the command line is wrong · 3 no server is running ·
 * 128 + n ended at once by a second signal n.
 */
export const exitStatus = { done: 0, failed: 1, usage: 2, notRunning: 3 } as const;

/** A failure that people should see as it stands. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  /** A short word for programs, such as `port-in-use`. */
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status: number = exitStatus.failed) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The failure that `error` is; undefined when it is a bug of ours that nobody foresaw. */
export function failureOf(error: unknown): CommandFailure | undefined {
  if (error instanceof CommandFailure) return error;
  if (error instanceof NotRunningError) return new CommandFailure('not-running', error.message, exitStatus.notRunning);
  if (error instanceof ORPCError) return new CommandFailure(codeWord(error.code), error.message);
  if (error instanceof AccountError) return new CommandFailure(error.code, error.message);
  if (isStartError(error)) return new CommandFailure(error.code, error.message);
  if (isSystemError(error)) return new CommandFailure(codeWord(error.code), `${error.message}.`);
  return undefined;
}

/** `NOT_FOUND` reads `not-found`, as the server's own codes do. */
function codeWord(code: string): string {
  return code.toLowerCase().replaceAll('_', '-');
}

/** Known by its name: the server's code is loaded only by the commands that need it. */
function isStartError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && error.name === 'StartError' && 'code' in error && typeof error.code === 'string';
}

/** Files that are not there, disks that are full: Node's message names the path and is all that can be said. */
function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}
