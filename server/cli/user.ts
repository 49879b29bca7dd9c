/** `snug user`: accounts, whether or not the server is running. */
import { type AccountDoor, withAccounts } from './account-door.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure } from './failure.ts';
import { table } from './output.ts';
import { choosePassword, type PasswordOptions } from './password.ts';

/** The verbs that need nothing but a name. */
export const plainDeeds = {
  disable: { past: 'is disabled: it cannot log in', run: (door: AccountDoor, name: string) => door.disable(name) },
  enable: { past: 'is enabled', run: (door: AccountDoor, name: string) => door.enable(name) },
  remove: {
    past: 'is removed, with everything that was stored for it',
    run: (door: AccountDoor, name: string) => door.remove(name),
  },
} as const;

export async function addUser(
  name: string,
  options: PasswordOptions & { readonly admin?: boolean },
  setting: CommandSetting,
): Promise<void> {
  const chosen = await choosePassword(options, setting.terminal);
  await withAccounts(setting.dataDir, setting.loadServer, async (door) => {
    const role = options.admin === true ? 'admin' : 'member';
    const { jid } = await door.add({ localpart: localpartOf(name, door.domain), password: chosen.password, role });
    const shown = chosen.isGenerated ? { password: chosen.password } : {};
    report(
      setting,
      { jid, role, ...shown },
      `${jid} is ready to log in${role === 'admin' ? ' and is an administrator' : ''}.`,
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

export async function listUsers(setting: CommandSetting): Promise<void> {
  const accounts = await withAccounts(setting.dataDir, setting.loadServer, (door) => door.list());
  if (setting.json) return setting.terminal.writeOut(`${JSON.stringify(accounts)}\n`);
  if (accounts.length === 0) return setting.terminal.writeOut('There are no accounts yet.\n');
  const rows = accounts.map(({ jid, role, isDisabled, createdAt }) => [
    jid,
    role,
    isDisabled ? 'disabled' : 'enabled',
    createdAt.slice(0, 10),
  ]);
  setting.terminal.writeOut(`${table(['JID', 'ROLE', 'STATE', 'SINCE'], rows)}\n`);
}

interface Facts {
  readonly jid: string;
  readonly role?: string;
  readonly password?: string;
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
