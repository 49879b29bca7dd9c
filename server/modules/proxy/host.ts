/**
 * Under which host clients find the proxy.
 *
 * COMPAT: an answer could name several (the schema allows it), but of those most clients take the first (Conversations,
 * Dino, Psi) and some the last (slixmpp). There is one, then, which the most can reach: a name from DNS where the server
 * has one, since it leads there from everywhere; and an IP address where the name is one of the local network's own,
 * which Android up to version 11 and many others cannot resolve.
 */
import { BlockList, isIPv4 } from 'node:net';

/** Top-level domains that are in no public DNS: RFC 6761, RFC 6762, RFC 8375, and what routers make up. */
const LOCAL_NAMES = /(^[^.]+|\.(local|localhost|test|lan|home|internal|home\.arpa))$/;
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/i;
const EVERY_ADDRESS: ReadonlySet<string> = new Set(['::', '0.0.0.0']);

export interface HostOptions {
  /** What the administrator says; empty when that is nothing. */
  readonly configured: string;
  readonly domain: string;
  readonly listenAddress: string;
  /** As `192.168.1.5/24`. */
  readonly localNetworks: readonly string[];
  /** Where the asking client is; the address that it reaches us by is the best to tell. */
  readonly clientAddress: string | undefined;
}

export function chooseHost({ configured, domain, listenAddress, localNetworks, clientAddress }: HostOptions): string {
  if (configured !== '') return configured;
  if (!LOCAL_NAMES.test(domain)) return domain;
  if (!EVERY_ADDRESS.has(listenAddress)) return listenAddress;
  const client = clientAddress?.replace(MAPPED_IPV4, '') ?? '';
  const near = isIPv4(client) ? localNetworks.find((network) => holds(network, client)) : undefined;
  const network = near ?? localNetworks[0];
  return network === undefined ? domain : addressOf(network);
}

function holds(network: string, address: string): boolean {
  const list = new BlockList();
  list.addSubnet(addressOf(network), Number(network.slice(network.indexOf('/') + 1)));
  return list.check(address);
}

function addressOf(network: string): string {
  return network.slice(0, network.indexOf('/'));
}
