/** Why the server did not start: a code for programs, a sentence for people. */

export type StartErrorCode =
  | 'certificate'
  | 'config'
  | 'control-socket'
  | 'damaged'
  | 'domain-invalid'
  | 'domain-mismatch'
  | 'locked'
  | 'no-server'
  | 'port-denied'
  | 'port-in-use'
  | 'schema-too-new'
  | 'store';

export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? {} : { cause });
    this.code = code;
  }
}
