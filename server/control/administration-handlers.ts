/** Roles, audit log, announcements, files, reports and devices: the contract's part in contract/administration.ts. */
import type { FileSummary } from './contract.ts';
import type { Deeds } from './deeds.ts';
import { followSnapshots } from './follow-snapshots.ts';
import { done, endOf, type Implementer } from './implementer.ts';

/** All of this tells when it changes; this is for what does not, such as a clock that was set. */
const REFRESH_MS = 60_000;

export function createAdministrationHandlers(os: Implementer, deeds: Deeds) {
  const { clock, audit, reports } = deeds;
  return {
    roles: {
      list: os.roles.list.handler(() => deeds.roles()),
      create: os.roles.create.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'roles.create', input)),
      ),
      update: os.roles.update.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'roles.update', input)),
      ),
      remove: os.roles.remove.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'roles.remove', input)),
      ),
    },
    audit: {
      list: os.audit.list.handler(({ input }) => audit.list(input)),
      follow: os.audit.follow.handler((call) =>
        followSnapshots({
          read: () => audit.list(call.input),
          onChange: (listener) => audit.onAppend(listener),
          refreshMs: REFRESH_MS,
          clock,
          signal: endOf(call),
        }),
      ),
    },
    announcements: {
      send: os.announcements.send.handler(async ({ input, context: { actor } }) => ({
        accounts: await deeds.perform(actor, 'announcements.send', input),
      })),
    },
    messages: {
      motd: {
        get: os.messages.motd.get.handler(() => ({ text: deeds.messages().motd })),
        set: os.messages.motd.set.handler(({ input: { text, isCorrection }, context: { actor } }) =>
          done(deeds.perform(actor, isCorrection ? 'motd.edit' : 'motd.set', { text })),
        ),
        remove: os.messages.motd.remove.handler(({ context: { actor } }) =>
          done(deeds.perform(actor, 'motd.remove', {})),
        ),
      },
      welcome: {
        get: os.messages.welcome.get.handler(() => ({ text: deeds.messages().welcome })),
        set: os.messages.welcome.set.handler(({ input, context: { actor } }) =>
          done(deeds.perform(actor, 'welcome.set', input)),
        ),
        remove: os.messages.welcome.remove.handler(({ context: { actor } }) =>
          done(deeds.perform(actor, 'welcome.remove', {})),
        ),
      },
    },
    files: {
      list: os.files.list.handler(({ input: { account, text, offset, limit } }) => {
        const found = deeds
          .files()
          .filter(
            (file) =>
              (account === undefined || file.account === account) &&
              (text === undefined || file.name.toLowerCase().includes(text.toLowerCase())),
          )
          .toReversed();
        return { files: found.slice(offset, offset + limit), total: found.length };
      }),
      usage: os.files.usage.handler(() => usageOf(deeds.files())),
      remove: os.files.remove.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'files.remove', input)),
      ),
    },
    reports: {
      list: os.reports.list.handler(() => reports.list()),
      follow: os.reports.follow.handler((call) =>
        followSnapshots({
          read: () => reports.list(),
          onChange: (listener) => reports.onChange(listener),
          refreshMs: REFRESH_MS,
          clock,
          signal: endOf(call),
        }),
      ),
      resolve: os.reports.resolve.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'reports.resolve', input)),
      ),
    },
    clients: {
      list: os.clients.list.handler(({ input }) => deeds.devices(input.localpart)),
      revoke: os.clients.revoke.handler(async ({ input, context: { actor } }) => ({
        canComeBack: await deeds.perform(actor, 'clients.revoke', input),
      })),
    },
  };
}

function usageOf(files: readonly FileSummary[]) {
  const byAccount = new Map<string, { account: string; bytes: number; files: number }>();
  for (const { account, size } of files) {
    const usage = byAccount.get(account) ?? { account, bytes: 0, files: 0 };
    byAccount.set(account, { account, bytes: usage.bytes + size, files: usage.files + 1 });
  }
  const accounts = [...byAccount.values()].sort((one, other) => other.bytes - one.bytes);
  return { bytes: accounts.reduce((sum, { bytes }) => sum + bytes, 0), files: files.length, accounts };
}
