/** Why a deed was not done, in words that the window and ad-hoc commands can show. */

export type DeedErrorCode = 'forbidden' | 'not-found' | 'conflict' | 'invalid' | 'refused';

/** An expected refusal; its message is a sentence for whoever asked. */
export class DeedError extends Error {
  readonly code: DeedErrorCode;

  constructor(code: DeedErrorCode, message: string) {
    super(message);
    this.name = 'DeedError';
    this.code = code;
  }
}
