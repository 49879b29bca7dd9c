/**
 * Whether a TXT record can be seen where the authority looks: at the name servers of the zone themselves, every one of
 * them, past all caches. Asking the authority before that costs one of the few failures that it allows an hour.
 */
import type { Resolver } from 'node:dns/promises';
import { challengePlace } from './challenge-place.ts';
import { createResolver, type DnsPlace, nameServersOf } from './name-servers.ts';

export interface Visibility {
  readonly isVisible: boolean;
  /** How many of the name servers have it, and how many were asked; none when they could not be found. */
  readonly seenAt: number;
  readonly askedAt: number;
}

export async function txtVisibility(name: string, value: string, place: DnsPlace): Promise<Visibility> {
  const resolver = createResolver(place.servers);
  const target = await challengePlace(name, place);
  const responsible = await nameServersOf(resolver, target, place);
  const asked = responsible.length === 0 ? [resolver] : responsible;
  const seen = await Promise.all(asked.map((server) => hasTxt(server, target, value)));
  // A server that does not answer counts for nothing: the authority asks another one, too.
  const answers = seen.filter((has) => has !== undefined);
  const seenAt = answers.filter((has) => has).length;
  return { isVisible: seenAt > 0 && seenAt === answers.length, seenAt, askedAt: answers.length };
}

/** Undefined when the server did not answer at all. */
async function hasTxt(server: Resolver, name: string, value: string): Promise<boolean | undefined> {
  try {
    const records = await server.resolveTxt(name);
    return records.some((strings) => strings.join('') === value);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENODATA' || code === 'ENOTFOUND' ? false : undefined;
  }
}
