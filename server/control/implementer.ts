/** The contract with its doorkeeper: before a procedure runs, the caller's permission is asked for. */
import { implement } from '@orpc/server';
import { meets } from '../accounts/permissions.ts';
import type { Actor } from '../administration/actor.ts';
import type { Logger } from '../log/log.ts';
import { contract } from './contract.ts';
import { controlError, toControlError } from './control-error.ts';

/** What a door knows about a caller. */
export interface ControlContext {
  readonly actor: Actor;
  /** Aborted when the door closes; ends what would otherwise go on for ever. */
  readonly closing: AbortSignal;
}

export type Implementer = ReturnType<typeof createImplementer>;

/** Calls fail with the contract's own errors and no others. */
export function createImplementer(log: Logger) {
  return implement(contract)
    .$context<ControlContext>()
    .use(async ({ context, procedure, next }) => {
      try {
        // SECURITY: before the input is read. What changes something is asked again by the administration itself.
        const { permission = 'everything' } = procedure['~orpc'].meta;
        if (!meets(context.actor.permissions, permission)) throw controlError('FORBIDDEN');
        return await next();
      } catch (error) {
        throw toControlError(error, log);
      }
    });
}

/** A follower ends with its call and with its door. */
export function endOf(call: {
  readonly context: ControlContext;
  readonly signal?: AbortSignal | undefined;
}): AbortSignal {
  const { context, signal } = call;
  return signal === undefined ? context.closing : AbortSignal.any([context.closing, signal]);
}

/** The answer of a deed that gives nothing back. */
export async function done(deed: Promise<unknown>): Promise<Record<string, never>> {
  await deed;
  return {};
}
