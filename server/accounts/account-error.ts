/** Why something could not be done to an account, in words that the window and ad-hoc commands can show. */

export type AccountErrorCode =
  | 'conflict'
  | 'invalid-name'
  | 'invalid-time'
  | 'weak-password'
  | 'not-found'
  | 'last-admin';

/** An expected refusal; its message is a sentence for the person who asked. Anything else that is thrown is a bug or the disk. */
export class AccountError extends Error {
  readonly code: AccountErrorCode;

  constructor(code: AccountErrorCode, message: string) {
    super(message);
    this.name = 'AccountError';
    this.code = code;
  }
}
