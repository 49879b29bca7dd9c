/**
 * Under which hosts clients find the proxy, the best first.
 *
 * COMPAT: of several `<streamhost/>` in an answer (the schema allows them) Conversations, Dino, Psi and slixmpp take the
 * first alone. It must therefore be one that the most can reach: a name from DNS where the server has one, since it
 * leads there from everywhere; and an IP address where the name is one of the local network's own, which Android up to
 * version 11 and many others cannot resolve.
 */
import { BlockList, isIPv4 } from 'node:net';

/** A client tries them one after the other. */
const MAX_HOSTS = 4;
/** Top-level domains that are in no public DNS: RFC 6761, RFC 6762, RFC 8375, and what routers make up. */
const LOCAL_NAMES = /(^[^.]+|\.(local|localhost|lan|home|internal|home\.arpa))$/;
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['::', '0.0.0.0']);

export interface HostsOptions {
  /** What the administrator says; nothing else counts then. */
  readonly configured: readonly string[];
  readonly domain: string;
  readonly listenAddress: string;
  /** As `192.168.1.5/24`. */
  readonly localNetworks: readonly string[];
  /** Where the asking client is; the address that it reaches us by is the best to tell. */
  readonly clientAddress: string | undefined;
}

export function chooseHosts(options: HostsOptions): readonly string[] {
  const { configured, domain, listenAddress, localNetworks } = options;
  if (configured.length > 0) return configured.slice(0, MAX_HOSTS);
  const addresses = EVERY_ADDRESS.has(listenAddress)
    ? nearestFirst(localNetworks, options.clientAddress).map(addressOf)
    : [listenAddress];
  const hosts = LOCAL_NAMES.test(domain) ? [...addresses, domain] : [domain, ...addresses];
  return [...new Set(hosts)].slice(0, MAX_HOSTS);
}

function nearestFirst(networks: readonly string[], clientAddress: string | undefined): readonly string[] {
  const client = clientAddress?.replace(MAPPED_IPV4, '');
  if (client === undefined || !isIPv4(client)) return networks;
  const isNear = (network: string) => holds(network, client);
  return [...networks.filter(isNear), ...networks.filter((network) => !isNear(network))];
}

function holds(network: string, address: string): boolean {
  const list = new BlockList();
  list.addSubnet(addressOf(network), Number(network.slice(network.indexOf('/') + 1)));
  return list.check(address);
}

function addressOf(network: string): string {
  return network.slice(0, network.indexOf('/'));
}
