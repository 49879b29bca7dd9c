/** How the deeds about other servers of the network are carried out. */
import { DeedError } from './administration/deed-error.ts';
import type { Carriers, DeedName } from './administration/deeds.ts';
import type { Config } from './config/config.ts';
import { federationSettings } from './config/federation-settings.ts';
import { isLocalOnly } from './federation/local-domain.ts';
import { PairError } from './federation/pairing/consents.ts';
import type { Pairs } from './federation/pairing/pairs.ts';
import { prepareDomainpart } from './jid/domainpart.ts';

/** What deeds can do to pairs; see `Pairs`. */
export type PairKeeper = Pick<Pairs, 'consent' | 'refuse' | 'remove'>;

type PairCarriers = Pick<Carriers, Extract<DeedName, `pairs.${string}`>>;

export interface PairCarriersOptions {
  /** Of the accounts. */
  readonly domain: string;
  readonly config: Config;
  /** Undefined where there is no network: in scenes, and before the server is up. */
  readonly keeper: () => PairKeeper | undefined;
}

export function createPairCarriers({ domain: ours, config, keeper }: PairCarriersOptions): PairCarriers {
  const carry = async (text: string, deed: (keeper: PairKeeper, domain: string) => Promise<void>): Promise<void> => {
    const found = keeper();
    if (found === undefined) throw new DeedError('refused', 'This server cannot be paired with others.');
    try {
      await deed(found, prepareDomainpart(text) ?? text);
    } catch (error) {
      throw error instanceof PairError ? new DeedError(error.code, error.message) : error;
    }
  };
  return {
    'pairs.consent': async ({ domain, fingerprint }) => {
      await carry(domain, (pairs, name) => pairs.consent(name, fingerprint));
      // Where only paired servers can be talked with, who agrees to one wants that switched on. Elsewhere the switch
      // would open the server to everybody, and is for its host to throw.
      const isOn = config.group('federation', federationSettings).enabled;
      if (!isOn && isLocalOnly(ours)) await config.set('federation.enabled', true);
    },
    'pairs.refuse': ({ domain, fingerprint }) => carry(domain, (pairs, name) => pairs.refuse(name, fingerprint)),
    'pairs.remove': ({ domain }) => carry(domain, (pairs, name) => pairs.remove(name)),
  };
}
