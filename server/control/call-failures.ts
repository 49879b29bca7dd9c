/** How calls fail before they reach a procedure: the same on every door, with errors of the contract and no others. */
import { ORPCError } from '@orpc/server';
import type { StandardHandlerOptions } from '@orpc/server/standard';
import type { Logger } from '../log/log.ts';
import { controlError, toControlError } from './control-error.ts';
import type { ControlContext } from './handlers.ts';

/** For the `RPCHandler` of a door. */
export function callFailures(
  log: Logger,
): Pick<StandardHandlerOptions<ControlContext>, 'interceptors' | 'rootInterceptors'> {
  return {
    // The router's own failures are errors of the contract already; what else comes here, the codec could not read.
    interceptors: [
      async ({ next }) => {
        try {
          return await next();
        } catch (error) {
          if (error instanceof ORPCError) throw toControlError(error, log);
          log.info({ err: error }, 'control call could not be read');
          throw controlError('INVALID');
        }
      },
    ],
    rootInterceptors: [
      async ({ next }) => {
        const answer = await next();
        if (answer.matched) return answer;
        const error = controlError('NOT_FOUND', 'There is no such call.');
        return { matched: true, response: { status: error.status, headers: {}, body: errorBody(error) } };
      },
    ],
  };
}

/** The form in which oRPC's own codec sends errors, so that clients read both alike. */
export function errorBody(error: ORPCError<string, unknown>): { readonly json: object } {
  return { json: error.toJSON() };
}
