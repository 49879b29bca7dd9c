/** Turns whatever a deed threw into one of the contract's own errors, so that nothing else ever leaves the server. */
import { ValidationError } from '@orpc/contract';
import { ORPCError } from '@orpc/server';
import { AccountError } from '../accounts/account-error.ts';
import { DeedError, type DeedErrorCode } from '../administration/deed-error.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Logger } from '../log/log.ts';
import { type ControlErrorCode, controlErrors } from './contract.ts';

/** An error of the contract with its own sentence, or with the code's general one. */
export function controlError(code: ControlErrorCode, message?: string): ORPCError<ControlErrorCode, undefined> {
  const { status, message: general } = controlErrors[code];
  return new ORPCError(code, { defined: true, status, message: message ?? general });
}

/** What the caller is told. Anything unforeseen is a bug: the caller hears that, the log hears what. */
export function toControlError(error: unknown, log: Logger): ORPCError<ControlErrorCode, undefined> {
  if (error instanceof ORPCError) {
    if (isControlErrorCode(error.code)) return controlError(error.code, error.message);
    if (error.cause instanceof ValidationError && error.code === 'BAD_REQUEST') {
      return controlError('INVALID', issuesSentence(error.cause));
    }
    if (error.status >= 400 && error.status < 500) return controlError('INVALID');
  }
  if (error instanceof AccountError) return controlError(accountErrorCodes[error.code], error.message);
  if (error instanceof DeedError) return controlError(deedErrorCodes[error.code], error.message);
  if (error instanceof ConfigError) return controlError('INVALID', error.message);
  log.error({ err: error }, 'control call failed');
  return controlError('INTERNAL');
}

const accountErrorCodes = {
  conflict: 'CONFLICT',
  'invalid-name': 'INVALID',
  'invalid-time': 'INVALID',
  'weak-password': 'INVALID',
  'not-found': 'NOT_FOUND',
  'last-admin': 'REFUSED',
} as const satisfies Record<AccountError['code'], ControlErrorCode>;

const deedErrorCodes = {
  forbidden: 'FORBIDDEN',
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  invalid: 'INVALID',
  refused: 'REFUSED',
} as const satisfies Record<DeedErrorCode, ControlErrorCode>;

function isControlErrorCode(code: string): code is ControlErrorCode {
  return Object.hasOwn(controlErrors, code);
}

function issuesSentence(error: ValidationError): string {
  const parts = error.issues.map((issue) => {
    const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  return `The request is not valid (${parts.join('; ')}).`;
}
