/** Where the TXT record of a challenge has to be: at its name, or where an alias delegates it (RFC 8555 section 8.4 lets the authority follow). */
import type { Resolver } from 'node:dns/promises';
import { createResolver, type DnsPlace, followAliases, nameServersOf } from './name-servers.ts';

/** Nobody has this name, so what answers for it is a wildcard. */
export const NOBODYS_LABEL = '_nobody-has-this-name';

/**
 * The name itself, or the end of its aliases. An alias that a wildcard of the zone makes (`*.example.org CNAME …`) is none:
 * a record at the name takes its place. The name servers of the zone are asked, because a cache would go on telling of
 * the wildcard.
 */
export async function challengePlace(name: string, place: DnsPlace): Promise<string> {
  const resolver = createResolver(place.servers);
  const [source = resolver] = await nameServersOf(resolver, name, place);
  const alias = await aliasOf(source, name);
  if (alias === undefined) return name;
  const parent = name.split('.').slice(1).join('.');
  if ((await aliasOf(source, `${NOBODYS_LABEL}.${parent}`)) === alias) return name;
  return followAliases(resolver, alias);
}

async function aliasOf(resolver: Resolver, name: string): Promise<string | undefined> {
  const [alias] = await resolver.resolveCname(name).catch(() => []);
  return alias?.toLowerCase().replace(/\.$/, '');
}
