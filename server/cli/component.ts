/** `snug component`: bridges and other programs that join the running server (XEP-0114). */
import { connectControl } from '../control/client.ts';
import type { ComponentSummary } from '../control/contract.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { block, table } from './output.ts';

export type Grants = ComponentSummary['grants'];

export async function addComponent(name: string, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  const added = await (await connectControl(dataDir)).components.add({ name });
  if (json) return terminal.writeOut(`${JSON.stringify(added)}\n`);
  const lines = block([
    ['Domain', added.domain],
    ['Server', added.address],
    ['Port', added.port === null ? 'shut (see the setting components.port)' : String(added.port)],
    ['Secret', `${added.secret}  (shown only once)`],
  ]);
  terminal.writeOut(`The component can connect:\n${lines}\n`);
}

export async function listComponents({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const listing = await (await connectControl(dataDir)).components.list();
  if (json) return terminal.writeOut(`${JSON.stringify(listing)}\n`);
  if (listing.components.length === 0) return terminal.writeOut('There are no components.\n');
  const rows = listing.components.map(({ domain, connectedSince, address, grants }) => [
    domain,
    connectedSince === undefined ? 'away' : `connected from ${address} since ${connectedSince}`,
    grantsText(grants),
  ]);
  terminal.writeOut(`${table(['DOMAIN', 'STATE', 'MAY'], rows)}\n`);
}

export async function renewComponentSecret(domain: string, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  const { secret } = await (await connectControl(dataDir)).components.renewSecret({ domain });
  terminal.writeOut(
    json
      ? `${JSON.stringify({ domain, secret })}\n`
      : `${domain} has a new secret and must connect again.\nSecret (shown only once): ${secret}\n`,
  );
}

export async function removeComponent(domain: string, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  await (await connectControl(dataDir)).components.remove({ domain });
  terminal.writeOut(json ? `${JSON.stringify({ domain })}\n` : `${domain} is removed.\n`);
}

/** As on the command line. What is left out is not allowed. */
export interface GrantOptions {
  readonly roster?: string;
  readonly rosterPush: boolean;
  readonly messages?: boolean;
  readonly presence?: string;
  readonly iq: readonly string[];
  readonly delegate: readonly string[];
}

export async function allowComponent(
  domain: string,
  options: GrantOptions,
  { dataDir, json, terminal }: CommandSetting,
): Promise<void> {
  const grants = readGrants(options);
  await (await connectControl(dataDir)).components.grant({ domain, grants });
  terminal.writeOut(json ? `${JSON.stringify({ domain, grants })}\n` : `${domain} may: ${grantsText(grants)}.\n`);
}

/** @throws CommandFailure for a word that is none of those allowed */
export function readGrants(options: GrantOptions): Grants {
  return {
    roster: oneOf(['none', 'get', 'set', 'both'], options.roster ?? 'none', '--roster'),
    rosterPush: options.rosterPush,
    message: options.messages === true ? 'outgoing' : 'none',
    presence: oneOf(['none', 'managed_entity', 'roster'], options.presence ?? 'none', '--presence'),
    iq: options.iq.map((text) => {
      const [xmlns, access] = splitLast(text, '=', '--iq');
      return { xmlns, access: oneOf(['get', 'set', 'both'], access, '--iq') };
    }),
    delegated: options.delegate.map((text) => {
      const [xmlns = '', attributes = ''] = text.split(' ', 2);
      return { xmlns, attributes: attributes.split(',').filter((name) => name !== '') };
    }),
  };
}

function oneOf<const T extends string>(words: readonly T[], word: string, option: string): T {
  const found = words.find((known) => known === word);
  if (found !== undefined) return found;
  throw new CommandFailure('usage', `${option} takes one of ${words.join(', ')}, not “${word}”.`, exitStatus.usage);
}

/** Namespaces may contain the separator themselves. */
function splitLast(text: string, separator: string, option: string): readonly [string, string] {
  const at = text.lastIndexOf(separator);
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new CommandFailure('usage', `${option} takes a namespace, “=”, and get, set or both.`, exitStatus.usage);
}

function grantsText({ roster, message, presence, iq, delegated }: Grants): string {
  const parts = [
    roster === 'none' ? '' : `contact lists (${roster})`,
    message === 'none' ? '' : 'send messages for people',
    presence === 'none' ? '' : `see presence (${presence})`,
    ...iq.map(({ xmlns, access }) => `${access} ${xmlns} for people`),
    ...delegated.map(({ xmlns }) => `answer ${xmlns}`),
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing special' : parts.join(', ');
}
