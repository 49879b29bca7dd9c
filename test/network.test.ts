/** What the window tells of the network, from settings, interfaces and the announcement. */
import type { NetworkInterfaceInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { Config } from '../server/config/config.ts';
import { serverGroups } from '../server/config/settings.ts';
import type { AnnouncedLink, Announcer } from '../server/lan/announcer.ts';
import { Network, type PortFacts } from '../server/network.ts';
import { temporaryFolder } from './certificates/pem-maker.ts';

const ipv4 = (address: string): NetworkInterfaceInfo => ({
  family: 'IPv4',
  address,
  netmask: '255.255.255.0',
  cidr: `${address}/24`,
  mac: '02:00:00:00:00:01',
  internal: address.startsWith('127.'),
});

const lan = { name: 'eth0', address: '192.168.1.5', addresses: ['192.168.1.5'], networks: ['192.168.1.5/24'] };

function setting(links: readonly Partial<AnnouncedLink>[] = [], ports: readonly PortFacts[] = []) {
  const path = join(temporaryFolder(), 'settings.json');
  const config = Config.load({ path, groups: serverGroups, overrides: [] });
  const findPortOwner = vi.fn(() => ({ pid: 7, program: 'prosody' }));
  const announcer = { links: links.map((link) => ({ lan, instance: undefined, ...link })), problems: [] };
  const network = new Network({
    config,
    domain: 'miller.local',
    ports: { c2s: 5222, c2sTls: null, web: 5281 },
    joinPort: 5280,
    certificates: { current: { caFingerprintSha256: 'AB:CD' } as never, onChange: () => undefined },
    announcer: () => announcer as unknown as Announcer,
    addresses: () => ['192.168.1.5'],
    openPorts: () => ports,
    joinPage: () => 'http://192.168.1.5:5280/join',
    interfaces: () => ({
      lo: [ipv4('127.0.0.1')],
      eth0: [ipv4('192.168.1.5')],
      wlan0: [ipv4('192.168.1.77')],
      docker0: [ipv4('172.17.0.1')],
      wan0: [ipv4('203.0.113.9')],
    }),
    findPortOwner,
  });
  return { network, config, findPortOwner };
}

const stateOf = (network: Network, name: string) =>
  network.describe().interfaces.find((one) => one.name === name)?.state;

test('every interface but the loopback says whether the server shows itself there, and why not', () => {
  const { network } = setting([{ state: 'announced', instance: 'miller' }]);
  expect(network.describe().interfaces.map(({ name, state }) => [name, state])).toEqual([
    ['eth0', 'announced'],
    ['wlan0', 'same-network'],
    ['docker0', 'virtual'],
    ['wan0', 'public'],
  ]);
});

test('the announcement says what the network is told', () => {
  const { network } = setting([{ state: 'announced', instance: 'miller (2)' }]);
  expect(network.describe().mdns).toEqual({
    isOn: true,
    state: 'announced',
    instance: 'miller (2)',
    services: [{ type: '_xmpp-client._tcp', port: 5222 }],
    text: { txtvers: '1', domain: 'miller.local', join: 'http://192.168.1.5:5280/join', fp: 'abcd' },
  });
});

test.each([
  [[], 'silent'],
  [['refused'], 'refused'],
  [['refused', 'probing'], 'probing'],
  [['refused', 'probing', 'announced'], 'announced'],
] as const)('networks that are %s together are %s', (states, expected) => {
  const { network } = setting(states.map((state) => ({ state })));
  expect(network.describe().mdns.state).toBe(expected);
});

test('switched off is said, with the networks where it would be shown', async () => {
  const { network, config } = setting();
  await config.set('lan.mdns', false);
  expect(network.describe().mdns.state).toBe('off');
  expect(stateOf(network, 'eth0')).toBe('chosen');
  await config.set('lan.interfaces', ['wan0']);
  expect(stateOf(network, 'eth0')).toBe('not-chosen');
  expect(stateOf(network, 'wan0')).toBe('chosen');
});

test('a port that another program has names it, and is looked up once', () => {
  const ports: PortFacts[] = [
    { purpose: 'c2s', port: 5222, address: '::', wanted: 5222 },
    { purpose: 'join', port: 41_077, address: '::', wanted: 5280 },
    { purpose: 'web', port: 40_000, address: '::', wanted: 0 },
    { purpose: 'window', port: null, address: '127.0.0.1', wanted: 'off' },
  ];
  const { network, findPortOwner } = setting([], ports);
  network.describe();
  expect(network.describe().ports).toEqual([
    { purpose: 'c2s', port: 5222, address: '::', wanted: 5222 },
    { purpose: 'join', port: 41_077, address: '::', wanted: 5280, holder: 'prosody' },
    { purpose: 'web', port: 40_000, address: '::', wanted: 0 },
    { purpose: 'window', port: null, address: '127.0.0.1', wanted: null },
  ]);
  expect(findPortOwner).toHaveBeenCalledOnce();
});

test.each(['no domain', '[::1]', 'a..b'])('“%s” is no name, and nobody is asked', async (text) => {
  expect(await setting().network.probeName(text)).toMatchObject({ outcome: 'invalid' });
});

test('a name that nobody could find is refused with a proposal', async () => {
  expect(await setting().network.probeName('chat.miller.local')).toMatchObject({
    outcome: 'invalid',
    proposal: 'chat-miller.local',
  });
});
