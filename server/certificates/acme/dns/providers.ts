/** The DNS provider that the settings name. */

import type { Clock } from '../../../clock/clock.ts';
import type { acmeSettings } from '../../../config/acme-settings.ts';
import type { Values } from '../../../config/setting.ts';
import { AcmeError } from '../acme-error.ts';
import { cloudflare } from './cloudflare.ts';
import { desec } from './desec.ts';
import { digitalOcean } from './digitalocean.ts';
import type { DnsProvider } from './dns-provider.ts';
import { encodeName } from './dns-wire.ts';
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
    if (!isName(dnsKeyName)) throw missing('The name of the key for dynamic updates is no name that DNS can carry.');
    const key = { name: dnsKeyName, algorithm: dnsKeyAlgorithm, secret: Buffer.from(dnsKeySecret, 'base64') };
    return rfc2136({ server: dnsServer, key, now: () => clock.now() });
  }
  const token = dnsToken.trim();
  if (token === '') throw missing('The DNS provider needs an API token.');
  // RFC 9110 section 5.5: what a header cannot carry, such as an invisible letter that was copied along.
  if (!/^[\x21-\x7e]+$/.test(token))
    throw missing('The API token holds characters that no token has. Copy it again, and nothing else with it.');
  const create = { cloudflare, desec, digitalocean: digitalOcean }[dnsProvider];
  return create(token, fetch);
}

function isName(name: string): boolean {
  try {
    return encodeName(name).length > 1;
  } catch {
    return false;
  }
}

function missing(sentence: string): AcmeError {
  return new AcmeError('settings', sentence);
}
