/** What somebody enters to get a certificate, and which settings that makes. */
import type { SettingDescription } from '../server/control/contract.ts';

export const providers = ['cloudflare', 'desec', 'digitalocean', 'rfc2136'] as const;
export type Provider = (typeof providers)[number];

export interface CertificateWish {
  readonly way: 'visit' | 'provider' | 'manual';
  readonly provider: Provider;
  /** Empty leaves the one that there is. */
  readonly token: string;
  readonly server: string;
  readonly keyName: string;
  readonly keyAlgorithm: string;
  /** Empty leaves the one that there is. */
  readonly keySecret: string;
  readonly email: string;
  readonly isAgreed: boolean;
}

/** As the settings have it now. Secrets are shown to nobody, so their fields begin empty. */
export function wishFrom(settings: readonly SettingDescription[]): CertificateWish {
  const text = (key: string): string => {
    const value = settings.find((setting) => setting.key === key)?.value;
    return typeof value === 'string' ? value : '';
  };
  const provider = providers.find((name) => name === text('acme.dnsProvider'));
  return {
    way: text('acme.challenge') !== 'dns-01' ? 'visit' : provider === undefined ? 'manual' : 'provider',
    provider: provider ?? 'cloudflare',
    token: '',
    server: text('acme.dnsServer'),
    keyName: text('acme.dnsKeyName'),
    keyAlgorithm: text('acme.dnsKeyAlgorithm'),
    keySecret: '',
    email: text('acme.email'),
    isAgreed: settings.find(({ key }) => key === 'acme.agreed')?.value === true,
  };
}

/** The settings to make, with their values, in this order: what can be refused comes before the consent. */
export function settingsOf(wish: CertificateWish): readonly (readonly [key: string, value: unknown])[] {
  const { way, provider } = wish;
  return [
    ['acme.challenge', way === 'visit' ? 'http-01' : 'dns-01'],
    ...(way === 'visit' ? [] : [['acme.dnsProvider', way === 'manual' ? 'manual' : provider] as const]),
    ...(way === 'provider' ? secretsOf(wish) : []),
    ['acme.email', wish.email.trim()],
    ['acme.agreed', wish.isAgreed],
  ];
}

function secretsOf(wish: CertificateWish): readonly (readonly [key: string, value: string])[] {
  if (wish.provider !== 'rfc2136') return wish.token === '' ? [] : [['acme.dnsToken', wish.token.trim()]];
  return [
    ['acme.dnsServer', wish.server.trim()],
    ['acme.dnsKeyName', wish.keyName.trim()],
    ['acme.dnsKeyAlgorithm', wish.keyAlgorithm],
    ...(wish.keySecret === '' ? [] : [['acme.dnsKeySecret', wish.keySecret.trim()] as const]),
  ];
}
