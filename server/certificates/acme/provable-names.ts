/** Which names a certificate is asked for. */
import type { Resolver } from 'node:dns/promises';
import type { acmeSettings } from '../../config/acme-settings.ts';
import type { Values } from '../../config/setting.ts';
import { asciiDomain } from '../certificate-names.ts';
import { AcmeError } from './acme-error.ts';

type Wish = Pick<Values<typeof acmeSettings>, 'challenge' | 'services' | 'wildcard'>;

export interface ProvableNames {
  readonly names: readonly string[];
  /** Those that the DNS does not know. */
  readonly omitted: readonly string[];
}

/** The domain and its services, as the settings have them, in the form that DNS carries. */
export function wantedNames(domain: string, { services, wildcard, challenge }: Wish): readonly string[] {
  const ascii = asciiDomain(domain) ?? domain;
  if (wildcard && challenge === 'dns-01') return [ascii, `*.${ascii}`];
  return [ascii, ...new Set(services.map((service) => `${service}.${ascii}`))];
}

/**
 * For http-01 only names that lead somewhere: one that the DNS does not know would cost the certificate of all the
 * others, and a certificate for the domain alone is better than none. A DNS record proves a name wherever it leads.
 * @throws AcmeError when the DNS does not know the domain itself
 */
export async function namesToProve(domain: string, wish: Wish, resolver: Resolver): Promise<ProvableNames> {
  const [own = domain, ...services] = wantedNames(domain, wish);
  if (wish.challenge === 'dns-01') return { names: [own, ...services], omitted: [] };
  const [isKnown, ...areKnown] = await Promise.all([own, ...services].map((name) => leadsSomewhere(resolver, name)));
  if (isKnown === false)
    throw new AcmeError('dns', `The DNS has no address for ${own}, so the authority could not come to it.`, {
      fix: 'Create the A or AAAA record that the DNS check shows, or prove the domain by a DNS record (dns-01).',
    });
  return {
    names: [own, ...services.filter((_, index) => areKnown[index] === true)],
    omitted: services.filter((_, index) => areKnown[index] === false),
  };
}

/** When the DNS itself does not answer, the authority shall decide. */
async function leadsSomewhere(resolver: Resolver, name: string): Promise<boolean> {
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  return answers.some(
    (answer) => answer.status === 'fulfilled' || !['ENOTFOUND', 'ENODATA'].includes(answer.reason.code),
  );
}
