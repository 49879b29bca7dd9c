import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { chooseInterfaces, isOnLink, isVirtualInterface, surveyInterfaces } from '../../server/lan/interfaces.ts';

const MASKS: Record<number, string> = { 8: '255.0.0.0', 16: '255.255.0.0', 24: '255.255.255.0' };

function ipv4(address: string, bits = 24, internal = false): NetworkInterfaceInfo {
  const netmask = MASKS[bits] ?? '';
  return { family: 'IPv4', address, netmask, cidr: `${address}/${bits}`, mac: '02:00:00:00:00:01', internal };
}

function ipv6(address: string): NetworkInterfaceInfo {
  const rest = { netmask: 'ffff:ffff:ffff:ffff::', cidr: `${address}/64`, mac: '02:00:00:00:00:01', internal: false };
  return { family: 'IPv6', address, scopeid: 0, ...rest };
}

const LOOPBACK = { lo: [ipv4('127.0.0.1', 8, true)] };

describe('interfaces by their names', () => {
  test.each([
    ...['eth0', 'enp3s0', 'eno1', 'wlan0', 'wlp2s0', 'end0', 'bond0', 'br0', 'vmbr0', 'br-lan', 'eth0.10', 'usb0'],
    ...['en0', 'en5', 'bridge0', 'Ethernet', 'Ethernet 2', 'Wi-Fi', 'WLAN', 'Local Area Connection'],
  ])('%s is where people are', (name) => {
    expect(isVirtualInterface(name)).toBe(false);
  });

  test.each([
    ...['docker0', 'docker_gwbridge', 'br-0123456789ab', 'veth12ab', 'virbr0', 'vnet3', 'podman0', 'lxcbr0', 'lxdbr0'],
    ...['incusbr0', 'cni0', 'flannel.1', 'cali12345', 'hassio', 'vmnet8', 'vboxnet0', 'tun0', 'tap1', 'wg0', 'utun4'],
    ...[
      'zt7nnig26',
      'tailscale0',
      'ppp0',
      'awdl0',
      'llw0',
      'anpi0',
      'bridge100',
      'vmenet0',
      'gif0',
      'dummy0',
      'nordlynx',
    ],
    ...[
      'vEthernet (WSL)',
      'vEthernet (Default Switch)',
      'VMware Network Adapter VMnet1',
      'VirtualBox Host-Only Network',
    ],
    ...['Tailscale', 'ZeroTier One [8056c2e21c000001]', 'OpenVPN TAP-Windows6', 'ProtonVPN', 'Mullvad'],
  ])('%s leads elsewhere', (name) => {
    expect(isVirtualInterface(name)).toBe(true);
  });
});

describe('choosing interfaces', () => {
  test.each([
    ['10.1.2.3', true],
    ['172.16.0.1', true],
    ['172.31.255.1', true],
    ['172.32.0.1', false],
    ['192.168.1.5', true],
    ['192.169.1.5', false],
    ['169.254.7.7', true],
    ['100.64.0.1', false],
    ['203.0.113.9', false],
  ])('%s is private: %s', (address, isPrivate) => {
    expect(chooseInterfaces({ eth0: [ipv4(address)] }, ['::'])).toHaveLength(isPrivate ? 1 : 0);
  });

  test('loopback and virtual interfaces are left out, and unique local IPv6 goes with its interface', () => {
    const found = {
      ...LOOPBACK,
      docker0: [ipv4('172.17.0.1', 16)],
      eth0: [ipv4('192.168.1.5'), ipv6('fe80::1'), ipv6('fd12::5'), ipv6('2001:db8::5')],
      wg0: [ipv4('10.8.0.2')],
    };
    expect(chooseInterfaces(found, ['::'])).toEqual([
      { name: 'eth0', address: '192.168.1.5', addresses: ['192.168.1.5', 'fd12::5'], networks: ['192.168.1.5/24'] },
    ]);
  });

  test('those that were chosen by name are taken, tunnels and public networks among them, and no others', () => {
    const found = {
      ...LOOPBACK,
      eth0: [ipv4('192.168.1.5')],
      wg0: [ipv4('10.8.0.2')],
      eth1: [ipv4('203.0.113.9')],
    };
    const chosen = (...names: string[]) => chooseInterfaces(found, ['::'], names).map(({ name }) => name);
    expect(chosen('wg0', 'eth1')).toEqual(['wg0', 'eth1']);
    expect(chosen('lo', 'eth9')).toEqual([]);
    expect(chosen()).toEqual(['eth0']);
  });

  test('an interface without private IPv4 is left out', () => {
    expect(chooseInterfaces({ eth0: [ipv6('fd12::5')], eth1: [] }, ['::'])).toEqual([]);
  });

  test('of two interfaces in one network the first is taken, of two networks both', () => {
    const found = { eth0: [ipv4('192.168.1.5')], wlan0: [ipv4('192.168.1.6')], eth1: [ipv4('10.0.0.5')] };
    expect(chooseInterfaces(found, ['::']).map(({ name }) => name)).toEqual(['eth0', 'eth1']);
  });

  test('two interfaces with link-local addresses are two networks', () => {
    const found = { eth0: [ipv4('169.254.1.5', 16)], eth1: [ipv4('169.254.9.9', 16)] };
    expect(chooseInterfaces(found, ['::'])).toHaveLength(2);
  });

  test.each([
    ['everything', ['::'], ['192.168.1.5', 'fd12::5']],
    ['all of IPv4', ['0.0.0.0'], ['192.168.1.5']],
    ['one address', ['127.0.0.1', '192.168.1.5'], ['192.168.1.5']],
    ['loopback only', ['127.0.0.1', '::1'], undefined],
    ['nothing', [], undefined],
  ])('what is announced is what is listened on: %s', (_what, listening, addresses) => {
    const found = { ...LOOPBACK, eth0: [ipv4('192.168.1.5'), ipv6('fd12::5')] };
    expect(chooseInterfaces(found, listening)[0]?.addresses).toEqual(addresses);
  });
});

test('only who is in a network of the interface is on its link', () => {
  const [lan] = chooseInterfaces({ eth0: [ipv4('192.168.1.5'), ipv4('10.0.0.5', 8)] }, ['::']);
  const answers = ['192.168.1.200', '10.200.0.1', '192.168.2.1', '172.17.0.2', '127.0.0.1'].map(
    (address) => lan !== undefined && isOnLink(lan, address),
  );
  expect(answers).toEqual([true, true, false, false, false]);
});

test('what is not chosen says why, in the order of what could be changed about it', () => {
  const found = {
    ...LOOPBACK,
    eth0: [ipv4('192.168.1.5')],
    eth1: [ipv6('fd00::5')],
    eth2: [ipv4('203.0.113.9')],
    wlan0: [ipv4('192.168.1.77')],
    docker0: [ipv4('172.17.0.1')],
  };
  const verdicts = (listening: string, wanted?: readonly string[]) =>
    surveyInterfaces(found, [listening], wanted).map(({ name, choice }) => [
      name,
      typeof choice === 'string' ? choice : choice.address,
    ]);
  expect(verdicts('::')).toEqual([
    ['eth0', '192.168.1.5'],
    ['eth1', 'no-ipv4'],
    ['eth2', 'public'],
    ['wlan0', 'same-network'],
    ['docker0', 'virtual'],
  ]);
  expect(verdicts('192.168.1.77')).toContainEqual(['eth0', 'not-listening']);
  expect(verdicts('192.168.1.77')).toContainEqual(['wlan0', '192.168.1.77']);
  expect(verdicts('::', ['docker0', 'eth2'])).toEqual([
    ['eth0', 'not-chosen'],
    ['eth1', 'not-chosen'],
    ['eth2', '203.0.113.9'],
    ['wlan0', 'not-chosen'],
    ['docker0', '172.17.0.1'],
  ]);
});
