/** `snug user`: accounts, whether or not the server is running. */
import { type AccountDoor, withAccounts } from './account-door.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure } from './failure.ts';
import { table } from './output.ts';
import { choosePassword, type PasswordOptions } from './password.ts';
import { readEnd } from './read-end.ts';

/** The verbs that need nothing but a name. */
export const plainDeeds = {
  disable: { past: 'is disabled: it cannot log in', run: (door: AccountDoor, name: string) => door.disable(name) },
  enable: { past: 'is enabled', run: (door: AccountDoor, name: string) => door.enable(name) },
  restore: { past: 'is restored', run: (door: AccountDoor, name: string) => door.restore(name) },
  approve: { past: 'is let in', run: (door: AccountDoor, name: string) => door.approve(name) },
  refuse: { past: 'is not let in, and is gone', run: (door: AccountDoor, name: string) => door.refuse(name) },
} as const;

export async function addUser(
  name: string,
  options: PasswordOptions & { readonly admin?: boolean; readonly expires?: string },
  setting: CommandSetting,
): Promise<void> {
  const expiresAt = options.expires === undefined ? undefined : readEnd('--expires', options.expires, Date.now());
  const chosen = await choosePassword(options, setting.terminal);
  await withAccounts(setting.dataDir, setting.loadServer, async (door) => {
    const role = options.admin === true ? 'admin' : 'member';
    const localpart = localpartOf(name, door.domain);
    const { jid } = await door.add({ localpart, password: chosen.password, role, expiresAt });
    const end = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() };
    const shown = chosen.isGenerated ? { password: chosen.password } : {};
    report(
      setting,
      { jid, role, ...end, ...shown },
      `${jid} is ready to log in${role === 'admin' ? ' and is an administrator' : ''}${untilText(expiresAt)}.`,
    );
  });
}

export async function changePassword(name: string, options: PasswordOptions, setting: CommandSetting): Promise<void> {
  const chosen = await choosePassword(options, setting.terminal);
  await withAccounts(setting.dataDir, setting.loadServer, async (door) => {
    const localpart = localpartOf(name, door.domain);
    await door.setPassword(localpart, chosen.password);
    const jid = `${localpart}@${door.domain}`;
    const shown = chosen.isGenerated ? { password: chosen.password } : {};
    report(setting, { jid, ...shown }, `${jid} has a new password.`);
  });
}

export async function plainDeed(deed: keyof typeof plainDeeds, name: string, setting: CommandSetting): Promise<void> {
  await withAccounts(setting.dataDir, setting.loadServer, async (door) => {
    const localpart = localpartOf(name, door.domain);
    await plainDeeds[deed].run(door, localpart);
    const jid = `${localpart}@${door.domain}`;
    report(setting, { jid }, `${jid} ${plainDeeds[deed].past}.`);
  });
}

/** Deletes it so that it can be restored, unless `now` is said. */
export async function removeUser(name: string, { now }: { readonly now?: boolean }, setting: CommandSetting) {
  await withAccounts(setting.dataDir, setting.loadServer, async (door) => {
    const localpart = localpartOf(name, door.domain);
    const jid = `${localpart}@${door.domain}`;
    await (now === true ? door.remove(localpart) : door.delete(localpart));
    const left = (await door.list()).find((account) => account.localpart === localpart);
    const gone = `${jid} is removed, with everything that was stored for it.`;
    const restorable = `${jid} is deleted. Until ${shortTime(left?.vanishesAt)} it can be restored: snug user restore ${localpart}`;
    const facts = left?.vanishesAt === undefined ? { jid } : { jid, vanishesAt: left.vanishesAt };
    report(setting, facts, left === undefined ? gone : restorable);
  });
}

/** `when` is a time from now, a moment, or “never”. */
export async function setUserExpiry(name: string, when: string, setting: CommandSetting): Promise<void> {
  const expiresAt = when === 'never' ? undefined : readEnd('The end', when, Date.now());
  await withAccounts(setting.dataDir, setting.loadServer, async (door) => {
    const localpart = localpartOf(name, door.domain);
    await door.setExpiry(localpart, expiresAt);
    const jid = `${localpart}@${door.domain}`;
    const sentence = expiresAt === undefined ? `${jid} is to last.` : `${jid} is there${untilText(expiresAt)}.`;
    report(
      setting,
      expiresAt === undefined ? { jid } : { jid, expiresAt: new Date(expiresAt).toISOString() },
      sentence,
    );
  });
}

export async function listUsers(setting: CommandSetting): Promise<void> {
  const accounts = await withAccounts(setting.dataDir, setting.loadServer, (door) => door.list());
  if (setting.json) return setting.terminal.writeOut(`${JSON.stringify(accounts)}\n`);
  if (accounts.length === 0) return setting.terminal.writeOut('There are no accounts yet.\n');
  const rows = accounts.map(({ jid, role, status, createdAt, expiresAt, vanishesAt }) => [
    jid,
    role,
    status === 'pending' ? 'waiting' : status,
    createdAt.slice(0, 10),
    shortTime(vanishesAt ?? expiresAt),
  ]);
  setting.terminal.writeOut(`${table(['JID', 'ROLE', 'STATE', 'SINCE', 'UNTIL (UTC)'], rows)}\n`);
}

interface Facts {
  readonly jid: string;
  readonly role?: string;
  readonly password?: string;
  readonly expiresAt?: string;
  readonly vanishesAt?: string;
}

function untilText(expiresAt: number | undefined): string {
  return expiresAt === undefined ? '' : ` until ${shortTime(new Date(expiresAt).toISOString())} UTC`;
}

/** `2026-01-31 12:00` of an ISO time; a dash of none. */
function shortTime(iso: string | undefined): string {
  return iso === undefined ? '-' : iso.slice(0, 16).replace('T', ' ');
}

/** A generated password is in `facts` and nowhere else, so it is shown exactly once. */
function report(setting: CommandSetting, facts: Facts, sentence: string): void {
  const password = facts.password === undefined ? '' : `Password (shown only once): ${facts.password}\n`;
  setting.terminal.writeOut(setting.json ? `${JSON.stringify(facts)}\n` : `${sentence}\n${password}`);
}

/** People type `ann` or `ann@miller.local`; the server's own domain is the only one that has accounts here. */
export function localpartOf(name: string, domain: string): string {
  const at = name.lastIndexOf('@');
  if (at < 0) return name;
  if (name.slice(at + 1).toLowerCase() !== domain) {
    throw new CommandFailure(
      'invalid-name',
      `This server's accounts are at ${domain}, so ${name} cannot be one of them.`,
    );
  }
  return name.slice(0, at);
}
