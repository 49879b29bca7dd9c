/** The control contract carried out: each procedure is one deed, checked for role and input before it runs. */
import { implement } from '@orpc/server';
import { isAtLeast } from '../accounts/roles.ts';
import type { Logger } from '../log/log.ts';
import { contract, type Role } from './contract.ts';
import { controlError, toControlError } from './control-error.ts';
import type { Deeds } from './deeds.ts';
import { followLines } from './follow-lines.ts';
import { followSnapshots } from './follow-snapshots.ts';

/** How soon a follower sees what changes without an event: counters, and what clients tell about themselves. */
const REFRESH_MS = 1000;

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
  const { accounts, clock } = deeds;
  const follow = <T>(read: () => T, signal: AbortSignal) =>
    followSnapshots({ read, signal, clock, onChange: (listener) => deeds.onChange(listener), refreshMs: REFRESH_MS });

  return os.router({
    status: {
      get: os.status.get.handler(() => deeds.status()),
      follow: os.status.follow.handler((call) => follow(() => deeds.status(), endOf(call))),
    },
    sessions: {
      list: os.sessions.list.handler(async () => {
        await deeds.askClients();
        return deeds.sessions();
      }),
      follow: os.sessions.follow.handler((call) =>
        follow(() => {
          void deeds.askClients();
          return deeds.sessions();
        }, endOf(call)),
      ),
      end: os.sessions.end.handler(({ input }) => {
        if (!deeds.endSession(input.jid)) throw controlError('NOT_FOUND', `There is no session ${input.jid}.`);
        log.info({ jid: input.jid }, 'session ended by an administrator');
        return {};
      }),
    },
    accounts: {
      list: os.accounts.list.handler(() => accounts.list()),
      follow: os.accounts.follow.handler((call) => follow(() => accounts.list(), endOf(call))),
      add: os.accounts.add.handler(async ({ input }) => {
        const { localpart, password, role } = input;
        if (password !== undefined) return accounts.create({ localpart, password, role });
        const generatedPassword = deeds.generatePassword();
        return { ...(await accounts.create({ localpart, password: generatedPassword, role })), generatedPassword };
      }),
      resetPassword: os.accounts.resetPassword.handler(async ({ input }) => {
        const generatedPassword = deeds.generatePassword();
        await accounts.setPassword(input.localpart, generatedPassword);
        return { generatedPassword };
      }),
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
      follow: os.logs.follow.handler((call) => followLines(deeds.logs, call.input.lines, endOf(call))),
    },
    window: {
      open: os.window.open.handler(() => {
        const address = deeds.windowAddress();
        if (address === undefined) {
          throw controlError('REFUSED', 'This server does not show its window in a browser (see window.enabled).');
        }
        log.info({}, 'an address of the window was made');
        return { address };
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

/** A follower ends with its call and with its door. */
function endOf(call: { readonly context: ControlContext; readonly signal?: AbortSignal | undefined }): AbortSignal {
  const { context, signal } = call;
  return signal === undefined ? context.closing : AbortSignal.any([context.closing, signal]);
}

async function done(deed: Promise<unknown>): Promise<Record<string, never>> {
  await deed;
  return {};
}
