/** `snug pair`: other Snug servers of the local network, and whether people here and there may chat. */
import { connectControl } from '../control/client.ts';
import type { PairedServerSummary, PairsOverview } from '../control/contract.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure } from './failure.ts';
import { block, table } from './output.ts';

export interface PairOptions {
  /** The six words of the other server, as its host reads them out. */
  readonly words?: string;
}

export async function listPairs({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const overview = await (await connectControl(dataDir)).pairs.list();
  if (json) return terminal.writeOut(`${JSON.stringify(overview)}\n`);
  const { words, why, servers } = overview;
  terminal.writeOut(`The words of this server: ${words}\n`);
  if (why !== undefined) terminal.writeOut(`${why}\n`);
  if (servers.length === 0) return terminal.writeOut('There are no other Snug servers on this network.\n');
  const rows = servers.map((server) => [server.domain, stateOf(server), server.addresses.join(' '), server.words]);
  terminal.writeOut(`\n${table(['SERVER', 'STATE', 'ADDRESS', 'WORDS'], rows)}\n`);
  for (const { domain, impostors } of servers)
    for (const { address } of impostors)
      terminal.writeOut(`\nAnother computer (${address}) calls itself ${domain}, with another key.\n`);
}

/** Asks the host of another server, or agrees to one who has asked: both only with the words that were compared. */
export async function consentToPair(
  verb: 'ask' | 'accept',
  domain: string,
  options: PairOptions,
  { dataDir, json, terminal }: CommandSetting,
): Promise<void> {
  const client = await connectControl(dataDir);
  const before = await client.pairs.list();
  const server = findServer(before, verb, domain, options.words);
  const overview = await client.pairs.consent({ domain: server.domain, fingerprint: server.fingerprint });
  if (json) return terminal.writeOut(`${JSON.stringify(overview)}\n`);
  const state = overview.servers.find((one) => one.domain === server.domain)?.state;
  terminal.writeOut(
    state === 'paired'
      ? `People here and at ${server.domain} can chat now.\n`
      : `${server.domain} is being asked. Its host has to agree, within a week.\n`,
  );
}

export async function refusePair(domain: string, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  const client = await connectControl(dataDir);
  const { servers } = await client.pairs.list();
  const asking = servers.filter((server) => server.domain === domain && server.state === 'asked');
  if (asking.length === 0) throw new CommandFailure('not-found', `${domain} does not ask, or no longer.`);
  for (const { fingerprint } of asking) await client.pairs.refuse({ domain, fingerprint });
  terminal.writeOut(json ? `${JSON.stringify({ domain })}\n` : `${domain} is not shown as asking again.\n`);
}

export async function removePair(domain: string, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  await (await connectControl(dataDir)).pairs.remove({ domain });
  terminal.writeOut(json ? `${JSON.stringify({ domain })}\n` : `Nothing goes between here and ${domain} any more.\n`);
}

function findServer(
  { words: own, servers }: PairsOverview,
  verb: 'ask' | 'accept',
  domain: string,
  words: string | undefined,
): PairedServerSummary {
  const found = servers.filter((server) => server.domain === domain);
  const offered = verb === 'accept' ? found.filter(({ state }) => state === 'asked') : found;
  const [first] = offered;
  if (first === undefined && found.length > 0)
    throw new CommandFailure('not-found', `${domain} does not ask. To ask it: snug pair ask ${domain}`);
  if (first === undefined)
    throw new CommandFailure('not-found', `There is no ${domain} on this network at the moment.`);
  const given = words?.trim().toLowerCase().split(/\s+/).join(' ');
  const meant = offered.find((server) => server.words === given);
  if (meant !== undefined) return meant;
  const shown = block([
    ['This server', own],
    ...offered.map((server) => [`${server.domain} (${server.addresses.join(' ')})`, server.words] as const),
  ]);
  if (given !== undefined)
    throw new CommandFailure('refused', `Those are not the words of ${domain}. It must not be trusted.\n${shown}`);
  throw new CommandFailure(
    'words-needed',
    `${shown}\nLet its host read its words to you. If they are the same, say: ` +
      `snug pair ${verb} ${domain} --words "${first.words}"`,
  );
}

function stateOf({ state, addresses, isConnected, hasEnded }: PairedServerSummary): string {
  if (state === 'found') return 'found';
  if (state === 'asked') return 'asks you';
  if (state === 'asking') return 'being asked';
  if (hasEnded) return 'ended by its host';
  if (isConnected) return 'connected';
  return addresses.length === 0 ? 'away' : 'paired';
}
