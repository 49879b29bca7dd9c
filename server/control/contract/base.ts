/** What all procedures of the contract have in common: who may call them, and how a call can fail. */
import { oc } from '@orpc/contract';
import { z } from 'zod';

/** What somebody may do to the server; roles are made of these. */
export const permissions = [
  'server.read',
  'server.stop',
  'people.read',
  'people.write',
  'sessions.end',
  'roles.write',
  'settings.read',
  'settings.write',
  'logs.read',
  'audit.read',
  'announce',
  'files.read',
  'files.write',
  'reports.read',
  'reports.write',
] as const;

export const permission = z.enum(permissions);
export type Permission = z.output<typeof permission>;

/** What every procedure says about itself, for the doors that know who is calling. */
export interface ControlMeta {
  /** SECURITY: checked before input is read; a procedure that forgets it is for administrators. */
  readonly permission?: Permission | 'everything';
}

/** The closed list of ways in which a call can fail. The message is always a sentence for people. */
export const controlErrors = {
  NOT_FOUND: { status: 404, message: 'What was asked for does not exist.' },
  CONFLICT: { status: 409, message: 'That exists already.' },
  INVALID: { status: 422, message: 'The request does not say what is needed.' },
  REFUSED: { status: 403, message: 'The server refuses to do that.' },
  FORBIDDEN: { status: 403, message: 'Your role does not allow this.' },
  TOO_LARGE: { status: 413, message: 'The request is too large.' },
  INTERNAL: { status: 500, message: 'The server met a bug; its log says more.' },
} as const;

export type ControlErrorCode = keyof typeof controlErrors;

/** For administrators alone. */
export const base = oc.$meta<ControlMeta>({ permission: 'everything' }).errors(controlErrors);

/** For everybody with this permission. */
export const needing = (name: Permission) => oc.$meta<ControlMeta>({ permission: name }).errors(controlErrors);

export const nothing = z.object({}).optional();
export const done = z.object({});
export const isoTime = z.string();
export const localpart = z.string().min(1).max(1023);
/** One that every server has, or one of this installation's own. */
export const roleName = z.string().min(1).max(64);
/** As much as one writes to everybody; a stanza of this length passes every limit. */
export const announcement = z.string().trim().min(1).max(5_000);
