/** The control contract carried out: each procedure is one deed, checked for permission and input before it runs. */
import { meets } from '../accounts/permissions.ts';
import type { InputOf } from '../administration/deeds.ts';
import type { Logger } from '../log/log.ts';
import { createAdministrationHandlers } from './administration-handlers.ts';
import { createComponentHandlers } from './component-handlers.ts';
import type { AccountSummary } from './contract.ts';
import { controlError } from './control-error.ts';
import type { Deeds } from './deeds.ts';
import { createDomainHandlers } from './domain-handlers.ts';
import { createFederationHandlers } from './federation-handlers.ts';
import { followLines } from './follow-lines.ts';
import { followSnapshots } from './follow-snapshots.ts';
import { createGroupHandlers } from './group-handlers.ts';
import { type ControlContext, createImplementer, done, endOf } from './implementer.ts';
import { createInvitationHandlers } from './invitation-handlers.ts';
import { createNetworkHandlers } from './network-handlers.ts';
import { createPairHandlers } from './pair-handlers.ts';

export type { ControlContext } from './implementer.ts';

/** How soon a follower sees what changes without an event: counters, and what clients tell about themselves. */
const REFRESH_MS = 1000;

export type ControlRouter = ReturnType<typeof createHandlers>;

/** The router that every door serves. */
export function createHandlers(deeds: Deeds, log: Logger) {
  const os = createImplementer(log);
  const { clock } = deeds;
  const follow = <T>(read: () => T, signal: AbortSignal) =>
    followSnapshots({ read, signal, clock, onChange: (listener) => deeds.onChange(listener), refreshMs: REFRESH_MS });

  /** Makes the account, and tells what it has become. */
  async function addAccount({ actor }: ControlContext, wanted: InputOf<'accounts.create'>): Promise<AccountSummary> {
    const { localpart } = await deeds.perform(actor, 'accounts.create', wanted);
    const account = deeds.accounts().find((one) => one.localpart === localpart);
    if (account === undefined) throw controlError('NOT_FOUND', `The account ${localpart} was removed at once.`);
    return account;
  }

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
      end: os.sessions.end.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'sessions.end', { jid: input.jid, condition: 'not-authorized' })),
      ),
    },
    accounts: {
      list: os.accounts.list.handler(() => deeds.accounts()),
      follow: os.accounts.follow.handler((call) => follow(() => deeds.accounts(), endOf(call))),
      add: os.accounts.add.handler(async ({ input, context }) => {
        const { localpart, role } = input;
        const password = input.password ?? deeds.generatePassword();
        const expiresAt = input.expiresAt === undefined ? undefined : Date.parse(input.expiresAt);
        const account = await addAccount(context, { localpart, password, role, expiresAt });
        return input.password === undefined ? { ...account, generatedPassword: password } : account;
      }),
      resetPassword: os.accounts.resetPassword.handler(async ({ input, context: { actor } }) => {
        const generatedPassword = deeds.generatePassword();
        await deeds.perform(actor, 'accounts.setPassword', { ...input, password: generatedPassword });
        return { generatedPassword };
      }),
      setPassword: os.accounts.setPassword.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'accounts.setPassword', input)),
      ),
      setRole: os.accounts.setRole.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'accounts.setRole', input)),
      ),
      disable: os.accounts.disable.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'accounts.disable', input)),
      ),
      enable: os.accounts.enable.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'accounts.enable', input)),
      ),
      remove: os.accounts.remove.handler(({ input, context: { actor } }) =>
        done(
          deeds.perform(actor, input.isImmediate ? 'accounts.remove' : 'accounts.delete', {
            localpart: input.localpart,
          }),
        ),
      ),
      restore: os.accounts.restore.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'accounts.restore', input)),
      ),
      setExpiry: os.accounts.setExpiry.handler(({ input: { localpart, expiresAt }, context: { actor } }) =>
        done(
          deeds.perform(actor, 'accounts.setExpiry', {
            localpart,
            expiresAt: expiresAt === null ? undefined : Date.parse(expiresAt),
          }),
        ),
      ),
      approve: os.accounts.approve.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'accounts.approve', input)),
      ),
      refuse: os.accounts.refuse.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'accounts.refuse', input)),
      ),
    },
    settings: {
      // SECURITY: who may only look is shown no secrets.
      list: os.settings.list.handler(({ context: { actor } }) =>
        deeds.config
          .describe()
          .map((setting) =>
            meets(actor.permissions, 'settings.write') || !deeds.config.isSecret(setting.key)
              ? setting
              : { ...setting, value: null },
          ),
      ),
      set: os.settings.set.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'settings.set', { key: input.key, value: input.value })),
      ),
    },
    logs: {
      recent: os.logs.recent.handler(({ input }) => deeds.logs.recent(input.lines)),
      follow: os.logs.follow.handler((call) => followLines(deeds.logs, call.input.lines, endOf(call))),
    },
    window: {
      open: os.window.open.handler(async ({ context: { actor } }) => ({
        address: await deeds.perform(actor, 'window.open', {}),
      })),
    },
    server: {
      stop: os.server.stop.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'server.stop', endingOf(input))),
      ),
      restart: os.server.restart.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'server.restart', endingOf(input))),
      ),
    },
    ...createAdministrationHandlers(os, deeds),
    ...createComponentHandlers(os, deeds),
    ...createGroupHandlers(os, deeds),
    ...createFederationHandlers(os, deeds),
    ...createPairHandlers(os, deeds),
    ...createDomainHandlers(os, deeds),
    ...createInvitationHandlers(os, deeds),
    ...createNetworkHandlers(os, deeds),
  });
}

function endingOf(input: { readonly delaySeconds: number; readonly announcement?: string | undefined } | undefined) {
  return { delaySeconds: input?.delaySeconds ?? 0, announcement: input?.announcement ?? '' };
}
