/** What the DNS says about a domain, with “nothing there” and “nobody answered” kept apart. */
import type { CaaRecord, SrvRecord, TlsaRecord } from 'node:dns';
import type { Resolver } from 'node:dns/promises';
import { createResolver, type DnsPlace, nameServersOf } from '../certificates/acme/dns/name-servers.ts';
import { plain } from '../certificates/acme/problems.ts';

/** Nobody has that many on purpose. */
const MAX_RECORDS = 20;

/** Undefined when nobody answered. */
export type Answer<T> = readonly T[] | undefined;

export interface DnsAnswers {
  addresses(name: string): Promise<Answer<string>>;
  /** As the name servers of the domain themselves have it; undefined when none of them answers. */
  addressesAtSource(name: string): Promise<Answer<string>>;
  alias(name: string): Promise<Answer<string>>;
  srv(name: string): Promise<Answer<SrvRecord>>;
  caa(name: string): Promise<Answer<CaaRecord>>;
  tlsa(name: string): Promise<Answer<TlsaRecord>>;
}

export function createDnsAnswers(place: DnsPlace): DnsAnswers {
  const resolver = createResolver(place.servers);
  return {
    addresses: (name) => addressesOf(resolver, name),
    async addressesAtSource(name) {
      const servers = await nameServersOf(resolver, name, place);
      for (const server of servers) {
        const found = await addressesOf(server, name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    alias: async (name) => (await ask(resolver.resolveCname(name)))?.map(plain),
    srv: async (name) =>
      (await ask(resolver.resolveSrv(name)))?.map((record) => ({ ...record, name: plain(record.name) })),
    caa: async (name) => (await ask(resolver.resolveCaa(name)))?.map(plainCaa),
    tlsa: (name) => ask(resolver.resolveTlsa(name)),
  };
}

async function addressesOf(resolver: Resolver, name: string): Promise<Answer<string>> {
  const [v4, v6] = await Promise.all([ask(resolver.resolve4(name)), ask(resolver.resolve6(name))]);
  return v4 === undefined && v6 === undefined ? undefined : [...(v4 ?? []), ...(v6 ?? [])].sort();
}

async function ask<T>(question: Promise<readonly T[]>): Promise<Answer<T>> {
  try {
    return (await question).slice(0, MAX_RECORDS);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOTFOUND' || code === 'ENODATA' ? [] : undefined;
  }
}

/** SECURITY: who has the DNS of a domain can write there what they like, and it is shown to people. */
function plainCaa({ critical, ...texts }: CaaRecord): CaaRecord {
  const plained = Object.entries(texts).map(([tag, value]) => [tag, plain(String(value))]);
  return { critical, ...Object.fromEntries(plained) };
}
