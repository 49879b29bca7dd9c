/** `snug network`: names, ports and interfaces, and whether people find the server by its name. */
import { connectControl } from '../control/client.ts';
import type { InterfaceSummary, NetworkSummary } from '../control/contract.ts';
import type { CommandSetting } from './command-setting.ts';
import { block, table } from './output.ts';

const PURPOSES: Readonly<Record<string, string>> = {
  c2s: 'chat apps (STARTTLS)',
  c2sTls: 'chat apps (direct TLS)',
  s2s: 'other servers (STARTTLS)',
  s2sTls: 'other servers (direct TLS)',
  join: 'pages for newcomers',
  web: 'files and web clients (HTTPS)',
  proxy: 'files from app to app',
  components: 'bridges',
  window: 'the window in a browser',
};

const STATES: Readonly<Record<InterfaceSummary['state'], string>> = {
  announced: 'shown here',
  probing: 'asking whether the name is free',
  refused: 'the name or the port is taken here',
  chosen: 'would be shown here',
  virtual: 'containers, virtual machines or a VPN',
  public: 'a public network',
  'no-ipv4': 'no IPv4 address',
  'same-network': 'leads to the same network as another one',
  'not-chosen': 'not chosen',
  'not-listening': 'the server does not listen here',
};

const MDNS: Readonly<Record<NetworkSummary['mdns']['state'], string>> = {
  off: 'off',
  announced: 'devices on this network find the server',
  probing: 'asking whether the name is free',
  refused: 'not shown (see below)',
  silent: 'not shown: this computer is on no private network',
};

export async function showNetwork({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const network = await (await connectControl(dataDir)).network.get();
  terminal.writeOut(json ? `${JSON.stringify(network)}\n` : networkText(network));
}

/** Whether a name is to be had on this network, for who is choosing one. */
export async function probeNetworkName(domain: string, { dataDir, json, terminal }: CommandSetting): Promise<void> {
  const found = await (await connectControl(dataDir)).network.probeName({ domain });
  if (json) return terminal.writeOut(`${JSON.stringify(found)}\n`);
  const proposal = found.proposal === undefined ? '' : ` Another name would be ${found.proposal}.`;
  terminal.writeOut(`${found.text}${proposal}\n`);
}

function networkText({ domain, rooms, hostName, joinPage, ...network }: NetworkSummary): string {
  const { mdns, addresses } = network;
  const names = block([
    ['Domain', domain],
    ['Rooms', rooms],
    ...(hostName === domain ? [] : [['Host name', hostName] as const]),
    ['Addresses', addresses.join(', ') || 'none'],
    ['Join page', joinPage ?? 'closed'],
    ['mDNS', MDNS[mdns.state]],
    ...(mdns.state === 'announced' ? [['Shown as', mdns.instance ?? hostName] as const] : []),
    ...network.problems.map(({ text, fix }) => ['Problem', `${text} ${fix}`] as const),
  ]);
  const ports = table(
    ['PORT', 'FOR', 'NOTE'],
    network.ports.map(({ port, purpose, wanted, holder }) => [
      port === null ? (wanted === null ? 'off' : 'closed') : String(port),
      PURPOSES[purpose] ?? purpose,
      port === null || wanted === null || wanted === 0 || wanted === port
        ? ''
        : `${wanted} is used by ${holder ?? 'another program'}`,
    ]),
  );
  const interfaces = table(
    ['INTERFACE', 'ADDRESSES', 'STATE'],
    network.interfaces.map(({ name, addresses: own, state }) => [name, own.join(', '), STATES[state]]),
  );
  return `${names}\n\n${ports}\n\n${interfaces}\n`;
}
