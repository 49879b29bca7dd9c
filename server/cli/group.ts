/** `snug group`: groups of people who see each other, and their rooms. */
import { connectControl } from '../control/client.ts';
import type { GroupSummary } from '../control/contract.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { table } from './output.ts';
import { localpartOf } from './user.ts';

type Client = Awaited<ReturnType<typeof connectControl>>;

/** As on the command line. */
export interface NewGroupOptions {
  readonly room?: boolean;
  readonly hidden?: boolean;
  readonly seenBy: readonly string[];
}

export interface GroupChangeOptions {
  readonly room?: string;
  readonly shared?: string;
  readonly seenBy: readonly string[];
}

export async function listGroups({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const groups = await (await connectControl(dataDir)).groups.list();
  if (json) return terminal.writeOut(`${JSON.stringify(groups)}\n`);
  const nameOf = (id: string) => groups.find((group) => group.id === id)?.name ?? id;
  const rows = groups.map(({ name, isShared, seenBy, room, members, isEveryone }) => [
    name,
    [...(isShared ? ['each other'] : []), ...seenBy.map(nameOf)].join(', ') || 'nobody',
    room ?? 'none',
    isEveryone ? `${members.length} (all)` : members.join(', '),
  ]);
  terminal.writeOut(`${table(['GROUP', 'SEEN BY', 'ROOM', 'MEMBERS'], rows)}\n`);
}

export async function createGroup(
  name: string,
  people: readonly string[],
  { room = false, hidden = false, seenBy }: NewGroupOptions,
  setting: CommandSetting,
): Promise<void> {
  const client = await connectControl(setting.dataDir);
  const viewers = await Promise.all(seenBy.map((other) => findGroup(client, other)));
  const group = await client.groups.create({
    name,
    isShared: !hidden,
    hasRoom: room,
    seenBy: viewers.map(({ id }) => id),
    members: await localpartsOf(client, people),
  });
  tell(
    setting,
    group,
    `There is a group “${group.name}” now${group.room === undefined ? '' : `, with the room ${group.room}`}.`,
  );
}

export async function renameGroup(old: string, name: string, setting: CommandSetting): Promise<void> {
  const client = await connectControl(setting.dataDir);
  const group = await findGroup(client, old);
  await client.groups.update({ id: group.id, name });
  tell(setting, { id: group.id, name }, `“${group.name}” is called “${name}” now.`);
}

export async function changeGroup(
  wanted: string,
  { room, shared, seenBy }: GroupChangeOptions,
  setting: CommandSetting,
): Promise<void> {
  const client = await connectControl(setting.dataDir);
  const { id, name } = await findGroup(client, wanted);
  const named = seenBy.filter((other) => other !== 'nobody');
  const viewers = await Promise.all(named.map((other) => findGroup(client, other)));
  await client.groups.update({
    id,
    ...(room === undefined ? {} : { hasRoom: isOn(room, '--room') }),
    ...(shared === undefined ? {} : { isShared: isOn(shared, '--shared') }),
    ...(seenBy.length === 0 ? {} : { seenBy: viewers.map((other) => other.id) }),
  });
  tell(setting, { id }, `“${name}” is changed.`);
}

export async function removeGroup(wanted: string, setting: CommandSetting): Promise<void> {
  const client = await connectControl(setting.dataDir);
  const { id, name } = await findGroup(client, wanted);
  await client.groups.remove({ id });
  tell(setting, { id }, `“${name}” is removed.`);
}

export async function addMembers(wanted: string, people: readonly string[], setting: CommandSetting): Promise<void> {
  const client = await connectControl(setting.dataDir);
  const { id, name } = await findGroup(client, wanted);
  const localparts = await localpartsOf(client, people);
  await client.groups.addMembers({ id, localparts });
  tell(setting, { id, localparts }, `In “${name}” now: ${localparts.join(', ')}.`);
}

export async function removeMembers(wanted: string, people: readonly string[], setting: CommandSetting): Promise<void> {
  const client = await connectControl(setting.dataDir);
  const { id, name } = await findGroup(client, wanted);
  const localparts = await localpartsOf(client, people);
  await client.groups.removeMembers({ id, localparts });
  tell(setting, { id, localparts }, `Not in “${name}” any more: ${localparts.join(', ')}.`);
}

async function findGroup(client: Client, wanted: string): Promise<GroupSummary> {
  const groups = await client.groups.list();
  const found =
    groups.find(({ id }) => id === wanted) ?? groups.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found !== undefined) return found;
  throw new CommandFailure('not-found', `There is no group “${wanted}”.`, exitStatus.failed);
}

async function localpartsOf(client: Client, people: readonly string[]): Promise<readonly string[]> {
  const { domain } = await client.status.get();
  return people.map((person) => localpartOf(person, domain));
}

function isOn(word: string, option: string): boolean {
  if (word === 'on' || word === 'off') return word === 'on';
  throw new CommandFailure('usage', `${option} takes on or off, not “${word}”.`, exitStatus.usage);
}

function tell({ json, terminal }: CommandSetting, facts: object, sentence: string): void {
  terminal.writeOut(json ? `${JSON.stringify(facts)}\n` : `${sentence}\n`);
}
