/** Following aliases (CNAME, RFC 1034 section 3.6.2) through one answer. */
import { DnsFailure } from './dns-failure.ts';
import type { DnsMessage, DnsQuestion, QueryType, RecordOf } from './dns-message.ts';

/** As many as common resolvers follow. */
export const MAX_ALIASES = 8;

export interface Followed {
  /** The name at the end of the aliases. */
  readonly name: string;
  readonly aliases: number;
  readonly records: readonly RecordOf<QueryType>[];
  /** The shortest of all that was used; undefined when nothing was. */
  readonly ttlS: number | undefined;
}

/** @throws DnsFailure for aliases without end. */
export function followAliases({ name, type }: DnsQuestion, { records }: DnsMessage): Followed {
  let end = name.toLowerCase();
  const ttls: number[] = [];
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const own = records.filter((record) => record.owner === end);
    const wanted = own.filter((record): record is RecordOf<QueryType> => record.type === type);
    const alias = own.find((record) => record.type === 'CNAME');
    if (wanted.length > 0 || alias === undefined)
      return { name: end, aliases, records: wanted, ttlS: shortest([...ttls, ...wanted.map(({ ttlS }) => ttlS)]) };
    ttls.push(alias.ttlS);
    end = alias.target;
  }
  throw new DnsFailure('malformed', `the aliases of ${name} lead in circles`);
}

function shortest(ttls: readonly number[]): number | undefined {
  return ttls.length === 0 ? undefined : Math.min(...ttls);
}
