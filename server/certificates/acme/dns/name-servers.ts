/** The name servers that are responsible for a name, asked themselves, past all caches. */
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

const QUERY_TIMEOUT_MS = 3_000;
const MAX_ALIASES = 8;
/** A zone with more is not asked everywhere. */
const MAX_SERVERS = 8;

/** Whom to ask. */
export interface DnsPlace {
  /** `address` or `address:port`; those of the system when empty. */
  readonly servers: readonly string[];
  /** Where name servers listen; 53 but in tests. */
  readonly port?: number;
}

/** @param servers `address` or `address:port`; those of the system when empty */
export function createResolver(servers: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return resolver;
}

/** Many people delegate `_acme-challenge` by CNAME to a zone that programs may change. */
export async function followAliases(resolver: Resolver, name: string): Promise<string> {
  let target = name;
  for (let steps = 0; steps < MAX_ALIASES; steps++) {
    const [next] = await resolver.resolveCname(target).catch(() => []);
    if (next === undefined) return target;
    target = next;
  }
  return target;
}

/** One resolver for each name server of the zone that `name` is in; none when they cannot be found. */
export async function nameServersOf(
  resolver: Resolver,
  name: string,
  { port = 53 }: DnsPlace,
): Promise<readonly Resolver[]> {
  const labels = name.split('.');
  for (let from = 0; from < labels.length - 1; from++) {
    const zone = labels.slice(from).join('.');
    const servers = await resolver.resolveNs(zone).catch(() => []);
    if (servers.length === 0) continue;
    const addresses = await Promise.all(
      servers.slice(0, MAX_SERVERS).map(async (server) => {
        const [v4] = await resolver.resolve4(server).catch(() => []);
        const [v6] = v4 === undefined ? await resolver.resolve6(server).catch(() => []) : [];
        return v4 ?? v6;
      }),
    );
    return addresses
      .filter((address) => address !== undefined)
      .map((address) => createResolver([isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`]));
  }
  return [];
}
