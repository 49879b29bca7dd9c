/** Which network interfaces are "this network": where the server may be announced, and with which addresses. */
import { BlockList } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

/** One interface on which the server is announced. */
export interface LanInterface {
  readonly name: string;
  /** The IPv4 address that announcements are sent from. */
  readonly address: string;
  /** All addresses under which the server is reachable here: private IPv4, and IPv6 unique local ones. */
  readonly addresses: readonly string[];
  /** The IPv4 networks here, as `192.168.1.5/24`. */
  readonly networks: readonly string[];
}

/**
 * Names of interfaces that lead to containers, virtual machines and tunnels. A plain bridge such as `br0` or Proxmox'
 * `vmbr0` is not among them, because on a NAS that is where the cable ends.
 */
const VIRTUAL_NAMES = [
  // containers and virtual machines
  /^(docker|podman|veth|virbr|vnet|vmnet|vboxnet|vmenet|lxc|lxd|incus|cni|flannel|cali|cilium|kube|hassio|macvtap)/,
  /^br-[0-9a-f]{12}$/,
  /^bridge\d{3}$/, // macOS: the bridges of its virtual machines and of internet sharing; a real one is bridge0
  /vEthernet|virtualbox|vmware|hyper-v|\bwsl\b/i,
  // tunnels
  /^(tun|tap|wg|utun|zt|tailscale|ts\d|ppp|ipsec|gif|stf|sit|gre|ip6|nebula|nordlynx|proton|mullvad|feth)/i,
  /tailscale|zerotier|wireguard|openvpn|wintun|tap-windows|\bvpn\b/i,
  // Apple's peer-to-peer radio, and what never leaves the machine
  /^(awdl|llw|anpi|dummy|ifb)\d/,
];

const PRIVATE_IPV4 = new BlockList();
PRIVATE_IPV4.addSubnet('10.0.0.0', 8); // RFC 1918
PRIVATE_IPV4.addSubnet('172.16.0.0', 12);
PRIVATE_IPV4.addSubnet('192.168.0.0', 16);
PRIVATE_IPV4.addSubnet('169.254.0.0', 16); // RFC 3927, link-local

const LINK_LOCAL_IPV4 = new BlockList();
LINK_LOCAL_IPV4.addSubnet('169.254.0.0', 16);

const UNIQUE_LOCAL_IPV6 = new BlockList();
UNIQUE_LOCAL_IPV6.addSubnet('fc00::', 7, 'ipv6'); // RFC 4193

export function isVirtualInterface(name: string): boolean {
  return VIRTUAL_NAMES.some((pattern) => pattern.test(name));
}

/** Why the server does not show itself on an interface. */
export type Unchosen =
  /** It leads to containers, virtual machines or a tunnel. */
  | 'virtual'
  /** Its addresses are not those of a private network. */
  | 'public'
  /** It has no IPv4 address, which announcements are sent from. */
  | 'no-ipv4'
  /** Another one leads to the same network. */
  | 'same-network'
  /** The settings name others. */
  | 'not-chosen'
  /** The server does not listen on its addresses. */
  | 'not-listening';

export interface SurveyedInterface {
  readonly name: string;
  /** All that it has. */
  readonly addresses: readonly string[];
  readonly choice: LanInterface | Unchosen;
}

/**
 * Every interface but the loopback, and whether to announce on it: at most one for each network, since on two that lead
 * to the same, for example by cable and by radio, each announcement would flush the other's address from everybody's
 * cache (RFC 6762 section 10.2).
 *
 * Global IPv6 addresses are left out: the temporary ones among them change daily, and a client that tries one that is
 * gone first waits for long. fe80 addresses are left out because they mean nothing without the name of an interface.
 *
 * @param listening the addresses the server listens on; `::` and `0.0.0.0` stand for all of their family.
 * @param wanted the names of the interfaces to take, also tunnels and public networks; nothing means: those that lead
 *   to people.
 */
export function surveyInterfaces(
  found: NodeJS.Dict<NetworkInterfaceInfo[]>,
  listening: readonly string[],
  wanted: readonly string[] = [],
): SurveyedInterface[] {
  const taken = new Set<string>();
  return Object.entries(found).flatMap(([name, infos = []]) => {
    const outward = infos.filter(({ internal }) => !internal);
    if (outward.length === 0) return [];
    const choose = (): LanInterface | Unchosen => {
      const isWanted = wanted.includes(name);
      if (wanted.length > 0 && !isWanted) return 'not-chosen';
      if (!isWanted && isVirtualInterface(name)) return 'virtual';
      const heard = outward.filter((info) => isListening(info, listening));
      if (heard.length === 0) return 'not-listening';
      const all = heard.filter(({ family }) => family === 'IPv4');
      const ipv4 = all.filter(({ address }) => isWanted || PRIVATE_IPV4.check(address));
      const first = ipv4[0];
      if (first === undefined) return all.length > 0 ? 'public' : 'no-ipv4';
      // Link-local numbers are the same everywhere: two of them are no sign of one network.
      const keys = ipv4.filter(({ address }) => !LINK_LOCAL_IPV4.check(address)).map(networkOf);
      if (keys.some((key) => taken.has(key))) return 'same-network';
      for (const key of keys) taken.add(key);
      const ipv6 = heard.filter((info) => info.family === 'IPv6' && UNIQUE_LOCAL_IPV6.check(info.address, 'ipv6'));
      return {
        name,
        address: first.address,
        addresses: [...ipv4, ...ipv6].map(({ address }) => address),
        networks: ipv4.flatMap(({ cidr }) => cidr ?? []),
      };
    };
    return [{ name, addresses: outward.map(({ address }) => address), choice: choose() }];
  });
}

/** The interfaces to announce on. */
export function chooseInterfaces(...survey: Parameters<typeof surveyInterfaces>): LanInterface[] {
  return surveyInterfaces(...survey).flatMap(({ choice }) => (typeof choice === 'string' ? [] : [choice]));
}

/** Whether an IPv4 address belongs to a network of this interface (RFC 6762 section 11: others get no answer). */
export function isOnLink(lan: LanInterface, address: string): boolean {
  const networks = new BlockList();
  for (const network of lan.networks) {
    const [base = '', bits = '32'] = network.split('/');
    networks.addSubnet(base, Number(bits));
  }
  return networks.check(address);
}

function isListening(info: NetworkInterfaceInfo, listening: readonly string[]): boolean {
  if (listening.includes('::')) return true; // Node listens on both families then
  return listening.includes(info.address) || (info.family === 'IPv4' && listening.includes('0.0.0.0'));
}

function networkOf({ address, netmask }: NetworkInterfaceInfo): string {
  const mask = netmask.split('.').map(Number);
  const network = address.split('.').map((part, index) => Number(part) & (mask[index] ?? 0));
  return `${network.join('.')}/${netmask}`;
}
