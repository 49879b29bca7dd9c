/** Where the certificate comes from: own files, a public authority (ACME), or, without either, the local authority. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { type SettingsGroup, setting } from './setting.ts';

const path = z
  .string()
  .meta({ description: 'the path of a file, or nothing for the certificate that Snug gets or makes itself' });
const secret = { isWriteOnly: true };

export const tlsSettings = {
  certificate: setting(path, '', 'A certificate chain of your own (PEM) in place of the one that Snug gets or makes.'),
  key: setting(path, '', 'The private key (PEM) that belongs to tls.certificate.'),
  trust: setting(
    z.string().meta({ description: 'the path of a file, or nothing' }),
    '',
    'A file of further authorities (PEM) that may vouch for other servers, and for acme.directory, besides those that ' +
      'everybody trusts.',
  ),
} satisfies SettingsGroup;

export const acmeSettings = {
  enabled: setting(
    z.boolean(),
    false,
    'Whether Snug gets a certificate for your domain from a public authority, and renews it. Switching it off puts the ' +
      'certificate that Snug makes itself back in use.',
  ),
  agreed: setting(
    z.boolean(),
    false,
    'Whether you agree to the terms of service of the authority. Nothing is sent to it before that.',
  ),
  directory: setting(
    z.url({ protocol: /^https$/ }).meta({ description: 'an address that begins with https://' }),
    'https://acme-v02.api.letsencrypt.org/directory',
    'The authority: the address of its ACME directory.',
  ),
  email: setting(
    z
      .string()
      .max(320)
      .refine((text) => text === '' || z.email().safeParse(text).success)
      .meta({ description: 'an e-mail address, or nothing' }),
    '',
    'Where the authority may write to about the certificate. Most ask for none.',
  ),
  challenge: setting(
    z.enum(['http-01', 'dns-01']),
    'http-01',
    'How the authority sees that the domain is yours: it visits port 80 of the domain, or it looks for a DNS record, ' +
      'which works without any open port.',
  ),
  httpPort: setting(
    z.int().min(0).max(65_535),
    80,
    'The port that is opened while the authority visits. It always comes to port 80; the router may forward that to ' +
      'another one here.',
  ),
  services: setting(
    z
      .array(
        z
          .string()
          .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
          .max(63),
      )
      .max(20),
    ['rooms', 'pubsub'],
    'What stands before the domain in further names on the certificate: the services that other servers connect to.',
  ),
  wildcard: setting(
    z.boolean(),
    false,
    'Whether the certificate is for all names right below the domain (*.domain) in place of each by itself. It needs a ' +
      'DNS record as proof.',
  ),
  dnsProvider: setting(
    z.enum(['manual', 'rfc2136', 'cloudflare', 'desec', 'digitalocean']),
    'manual',
    'Who makes the DNS record: you by hand, or Snug at your own name server (rfc2136) or at this provider.',
  ),
  dnsToken: setting(
    z.string().max(1_000),
    '',
    'The API token of the DNS provider. It is kept here and shown to nobody.',
    secret,
  ),
  dnsServer: setting(
    z
      .string()
      .max(100)
      .refine((text) => text === '' || isServer(text))
      .meta({ description: 'the address of a name server, such as 192.0.2.1 or 192.0.2.1:53, or nothing' }),
    '',
    'The name server that takes dynamic updates (rfc2136).',
  ),
  dnsKeyName: setting(z.string().max(255), '', 'The name of the key for dynamic updates (TSIG).'),
  dnsKeyAlgorithm: setting(
    z.enum(['hmac-sha256', 'hmac-sha384', 'hmac-sha512']),
    'hmac-sha256',
    'The algorithm of the key for dynamic updates.',
  ),
  dnsKeySecret: setting(
    z
      .string()
      .max(1_000)
      .regex(/^[A-Za-z0-9+/]*={0,2}$/)
      .meta({ description: 'a secret in Base64, as name servers write it' }),
    '',
    'The secret of the key for dynamic updates, in Base64. It is kept here and shown to nobody.',
    secret,
  ),
} satisfies SettingsGroup;

function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const { host, port } = /^\[?(?<host>[0-9a-fA-F:.]+?)\]?:(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  return host !== undefined && isIP(host) !== 0 && Number(port) > 0 && Number(port) <= 65_535;
}
