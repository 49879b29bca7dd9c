/** The control contract carried out: each procedure is one deed, checked for role and input before it runs. */
import { implement } from '@orpc/server';
import { isAtLeast } from '../accounts/roles.ts';
import type { Logger } from '../log/log.ts';
import { contract, type Role } from './contract.ts';
import { controlError, toControlError } from './control-error.ts';
import type { Deeds } from './deeds.ts';
import { followLines } from './follow-lines.ts';

/** What a door knows about a caller. */
export interface ControlContext {
  readonly role: Role;
  /** Aborted when the door closes; ends what would otherwise go on for ever. */
  readonly closing: AbortSignal;
}

export type ControlRouter = ReturnType<typeof createHandlers>;

/** The router that every door serves. Calls fail with the contract's own errors and no others. */
export function createHandlers(deeds: Deeds, log: Logger) {
  const os = implement(contract)
    .$context<ControlContext>()
    .use(async ({ context, procedure, next }) => {
      try {
        const { minimumRole = 'admin' } = procedure['~orpc'].meta;
        if (!isAtLeast(context.role, minimumRole)) throw controlError('FORBIDDEN');
        return await next();
      } catch (error) {
        throw toControlError(error, log);
      }
    });
  const { accounts } = deeds;

  return os.router({
    status: os.status.handler(() => deeds.status()),
    sessions: {
      list: os.sessions.list.handler(() => deeds.sessions()),
      end: os.sessions.end.handler(({ input }) => {
        if (!deeds.endSession(input.jid)) throw controlError('NOT_FOUND', `There is no session ${input.jid}.`);
        log.info({ jid: input.jid }, 'session ended by an administrator');
        return {};
      }),
    },
    accounts: {
      list: os.accounts.list.handler(() => accounts.list()),
      add: os.accounts.add.handler(({ input }) => accounts.create(input)),
      setPassword: os.accounts.setPassword.handler(({ input }) =>
        done(accounts.setPassword(input.localpart, input.password)),
      ),
      setRole: os.accounts.setRole.handler(({ input }) => done(accounts.setRole(input.localpart, input.role))),
      disable: os.accounts.disable.handler(({ input }) => done(accounts.disable(input.localpart))),
      enable: os.accounts.enable.handler(({ input }) => done(accounts.enable(input.localpart))),
      remove: os.accounts.remove.handler(({ input }) => done(accounts.remove(input.localpart))),
    },
    settings: {
      list: os.settings.list.handler(() => deeds.config.describe()),
      set: os.settings.set.handler(async ({ input }) => {
        if (!deeds.config.has(input.key)) throw controlError('NOT_FOUND', `There is no setting called ${input.key}.`);
        await deeds.config.set(input.key, input.value);
        log.info({ key: input.key }, 'setting changed');
        return {};
      }),
    },
    logs: {
      recent: os.logs.recent.handler(({ input }) => deeds.logs.recent(input.lines)),
      follow: os.logs.follow.handler(({ input, context, signal }) => {
        const signals = signal === undefined ? [context.closing] : [context.closing, signal];
        return followLines(deeds.logs, input.lines, AbortSignal.any(signals));
      }),
    },
    server: {
      stop: os.server.stop.handler(() => {
        // The answer is written before the stop begins to close the door it leaves by.
        setImmediate(() => deeds.stop());
        return {};
      }),
    },
  });
}

async function done(deed: Promise<unknown>): Promise<Record<string, never>> {
  await deed;
  return {};
}
