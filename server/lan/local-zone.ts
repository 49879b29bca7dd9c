/** Whether a DNS server of the network answers for `.local`, against RFC 6762. */
import { Resolver } from 'node:dns/promises';
import { isLocalDomain } from './names.ts';

/** Nobody waits for the answer; but a question must not outlive the network it was asked in. */
const TIMEOUT_MS = 2000;

/** Resolves when there is an SOA record of this name, and rejects when there is none or no answer. */
export type ResolveSoa = (name: string) => Promise<unknown>;

/** Asks the DNS servers that the computer has at this moment. */
export const systemSoa: ResolveSoa = (name) => new Resolver({ timeout: TIMEOUT_MS, tries: 1 }).resolveSoa(name);

/**
 * The zone that a DNS server has where mDNS should be asked; undefined where there is none. Such zones come from old
 * advice for Windows domains. Computers then take `.local` for an ordinary domain (avahi and nss-mdns stand back, for
 * example), and names that are announced are not found.
 */
export async function findLocalZone(domain: string, resolveSoa: ResolveSoa): Promise<string | undefined> {
  if (!isLocalDomain(domain)) return undefined;
  const zones = await Promise.all(
    ['local', domain].map((zone) =>
      resolveSoa(zone).then(
        () => zone,
        () => undefined,
      ),
    ),
  );
  return zones.find((zone) => zone !== undefined);
}
