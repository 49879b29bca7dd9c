/** `snug role`: the roles of this server, and `snug user role`: who has which. */
import { connectControl } from '../control/client.ts';
import { permissions as allPermissions, type Permission } from '../control/contract.ts';
import { withAccounts } from './account-door.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure } from './failure.ts';
import { table } from './output.ts';
import { localpartOf } from './user.ts';

export async function listRoles({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const roles = await (await connectControl(dataDir)).roles.list();
  if (json) return terminal.writeOut(`${JSON.stringify(roles)}\n`);
  const rows = roles.map(({ name, accounts, permissions }) => [
    name,
    String(accounts),
    permissions.length === allPermissions.length ? 'everything' : permissions.join(' '),
  ]);
  terminal.writeOut(`${table(['ROLE', 'ACCOUNTS', 'MAY'], rows)}\n`);
}

export async function createRole(name: string, words: readonly string[], setting: CommandSetting): Promise<void> {
  const permissions = readPermissions(words);
  await (await connectControl(setting.dataDir)).roles.create({ name, permissions });
  report(setting, { role: name, permissions }, `There is a role ${name} now.`);
}

export async function updateRole(name: string, words: readonly string[], setting: CommandSetting): Promise<void> {
  const permissions = readPermissions(words);
  await (await connectControl(setting.dataDir)).roles.update({ name, permissions });
  report(setting, { role: name, permissions }, `The role ${name} has changed for everybody who has it.`);
}

export async function removeRole(name: string, setting: CommandSetting): Promise<void> {
  await (await connectControl(setting.dataDir)).roles.remove({ name });
  report(setting, { role: name }, `The role ${name} is removed.`);
}

export async function setUserRole(name: string, role: string, setting: CommandSetting): Promise<void> {
  await withAccounts(setting.dataDir, setting.loadServer, async (door) => {
    const localpart = localpartOf(name, door.domain);
    await door.setRole(localpart, role);
    const jid = `${localpart}@${door.domain}`;
    report(setting, { jid, role }, `${jid} has the role ${role}.`);
  });
}

function readPermissions(words: readonly string[]): Permission[] {
  return words.map((word) => {
    const permission = allPermissions.find((known) => known === word);
    if (permission !== undefined) return permission;
    throw new CommandFailure('invalid', `There is no permission “${word}”; there are ${allPermissions.join(', ')}.`);
  });
}

function report(setting: CommandSetting, facts: object, sentence: string): void {
  setting.terminal.writeOut(setting.json ? `${JSON.stringify(facts)}\n` : `${sentence}\n`);
}
