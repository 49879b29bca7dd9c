/** The DNS provider that the settings name. */

import type { Clock } from '../../../clock/clock.ts';
import type { acmeSettings } from '../../../config/acme-settings.ts';
import type { Values } from '../../../config/setting.ts';
import { AcmeError } from '../acme-error.ts';
import { cloudflare } from './cloudflare.ts';
import { desec } from './desec.ts';
import { digitalOcean } from './digitalocean.ts';
import type { DnsProvider } from './dns-provider.ts';
import type { Fetch } from './rest-call.ts';
import { rfc2136 } from './rfc2136.ts';

export interface ProviderOptions {
  readonly settings: Values<typeof acmeSettings>;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** Undefined for a person. @throws AcmeError when a setting that it needs is missing */
export function createProvider({ settings, fetch, clock }: ProviderOptions): DnsProvider | undefined {
  const { dnsProvider, dnsToken, dnsServer, dnsKeyName, dnsKeyAlgorithm, dnsKeySecret } = settings;
  if (dnsProvider === 'manual') return undefined;
  if (dnsProvider === 'rfc2136') {
    if (dnsServer === '' || dnsKeyName === '' || dnsKeySecret === '')
      throw missing('For updates of your own name server, its address and the name and secret of a key are needed.');
    const key = { name: dnsKeyName, algorithm: dnsKeyAlgorithm, secret: Buffer.from(dnsKeySecret, 'base64') };
    return rfc2136({ server: dnsServer, key, now: () => clock.now() });
  }
  if (dnsToken === '') throw missing('The DNS provider needs an API token.');
  const create = { cloudflare, desec, digitalocean: digitalOcean }[dnsProvider];
  return create(dnsToken, fetch);
}

function missing(sentence: string): AcmeError {
  return new AcmeError('settings', sentence);
}
