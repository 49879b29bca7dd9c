/** With whom the server talks at all, how they must prove who they are, and how much they may send. */
import type { federationSettings } from '../config/federation-settings.ts';
import { matchesDomain } from '../config/federation-settings.ts';
import type { Values } from '../config/setting.ts';
import type { LinkPolicy } from './links/link-options.ts';
import type { DomainSummary } from './links/link-summary.ts';
import { isLocalOnly } from './local-domain.ts';

export interface PolicyOptions {
  readonly settings: Values<typeof federationSettings>;
  /** Of the accounts. */
  readonly domain: string;
  /** True for servers of this network with which both hosts have agreed to talk. */
  readonly isPaired: (domain: string) => boolean;
  readonly isPinned: (domain: string) => boolean;
}

/** Seconds for which the average may be saved up: a room's history, or an avatar, comes at once. */
const BURST_SECONDS = 5;
const MIN_BURST_BYTES = 512 * 1024;

export function createPolicy({ settings, domain: ours, isPaired, isPinned }: PolicyOptions): LinkPolicy {
  return {
    may(domain) {
      if (matchesDomain(settings.deny, domain)) return `This server does not talk with ${domain}.`;
      if (isPaired(domain)) return true;
      if (isLocalOnly(ours))
        return `${ours} exists on this network only, so it talks with servers paired with it alone.`;
      if (isLocalOnly(domain)) return `${domain} exists on a local network only and is not paired with this server.`;
      if (settings.mode === 'allowed' && !matchesDomain(settings.allow, domain)) {
        return `This server talks only with servers on its list, and ${domain} is not on it.`;
      }
      return true;
    },
    // Who has been pinned is known by its key: a name in DNS must not be enough in its place.
    requiresCertificate: (domain) => settings.authentication === 'certificate' || isPinned(domain) || isPaired(domain),
    rate() {
      const bytesPerSecond = settings.maxKilobytesPerSecond * 1000;
      if (bytesPerSecond === 0) return undefined;
      return { bytesPerSecond, burstBytes: Math.max(MIN_BURST_BYTES, bytesPerSecond * BURST_SECONDS) };
    },
  };
}

/** Why the streams with a domain may not go on, as a sentence; undefined when they may. */
export function reasonToClose(policy: LinkPolicy, { domain, outgoing, incoming }: DomainSummary): string | undefined {
  for (const direction of ['in', 'out'] as const) {
    const may = policy.may(domain, direction);
    if (may !== true) return may;
  }
  const isWeak = [...outgoing, ...incoming].some(({ proof }) => proof.by === 'dialback');
  return isWeak && policy.requiresCertificate(domain) ? `${domain} must show a certificate from now on.` : undefined;
}
