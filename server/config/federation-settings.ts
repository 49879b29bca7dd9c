/** The settings of federation, and of the DNS that it needs. All of them take effect at once. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { prepareDomainpart } from '../jid/domainpart.ts';
import { type SettingsGroup, setting } from './setting.ts';

const port = z.union([z.int().min(0).max(65_535), z.literal('off')]);

/** Of a list that a person keeps. */
const MAX_DOMAINS = 1_000;

const domains = z
  .array(
    z
      .string()
      .max(1_023)
      .transform((text, context) => {
        const pattern = prepareDomainPattern(text);
        if (pattern !== undefined) return pattern;
        context.addIssue({ code: 'custom', message: 'not a domain' });
        return z.NEVER;
      })
      .meta({ description: 'a domain, such as example.org, or *.example.org for all below it' }),
  )
  .max(MAX_DOMAINS);

const dnsServer = z
  .string()
  .refine((text) => readDnsServer(text) !== undefined)
  .meta({
    description: 'an IP address, with a port where it is not 53, such as 9.9.9.9, 127.0.0.1:5353 or [::1]:5353',
  });

export const federationSettings = {
  enabled: setting(
    z.boolean(),
    false,
    'Whether people here may chat with people of other servers. It needs a domain of your own.',
  ),
  port: setting(
    port,
    5269,
    'The port for other servers that start TLS within the stream (STARTTLS). It is open only while federation is on. ' +
      '0 picks a free one.',
  ),
  directTlsPort: setting(
    port,
    5270,
    'The port for other servers that speak TLS from the first byte (XEP-0368). It is open only while federation is on. ' +
      '0 picks a free one.',
  ),
  authentication: setting(
    z.enum(['certificate', 'dialback']),
    'certificate',
    'How another server proves who it is: by a certificate that can be checked, or, where it has none, by a call back ' +
      'to its address as DNS gives it (dialback), which is weaker.',
  ),
  mode: setting(
    z.enum(['everyone', 'allowed']),
    'everyone',
    'With which servers people may chat: with all but those that are denied, or only with those that are allowed.',
  ),
  allow: setting(
    domains,
    [],
    'The servers with which people may chat where only allowed ones count. *.example.org means all below example.org.',
  ),
  deny: setting(domains, [], 'Servers with which nobody here may chat. *.example.org means all below example.org.'),
  barredRoles: setting(
    z.array(z.string().min(1).max(64)).max(100),
    ['limited'],
    'The roles whose holders may not chat with other servers. Guests have a setting of their own.',
  ),
  strangers: setting(
    z.enum(['allow', 'screen', 'refuse']),
    'screen',
    'What becomes of messages from people elsewhere who are in nobody’s contact list here and were never written to: ' +
      'they come through, only the first few do until there is an answer, or none does.',
  ),
  strangerMessages: setting(
    z.int().min(1).max(1_000),
    5,
    'How many messages a stranger may send to one person within a day before there is an answer.',
  ),
  maxKilobytesPerSecond: setting(
    z.int().min(0).max(1_000_000),
    200,
    'How much one server may send on average, in kilobytes a second; more waits. 0 is without limit.',
  ),
  portMapping: setting(
    z.boolean(),
    false,
    'Whether Snug asks the router to forward the ports for other servers and for people on the way to this computer.',
  ),
} satisfies SettingsGroup;

export const dnsSettings = {
  servers: setting(
    z.array(dnsServer).max(3),
    [],
    'The DNS servers that are asked for the addresses of other servers. Nothing here means those of this computer.',
  ),
  trustAd: setting(
    z.boolean(),
    false,
    'Whether the DNS servers are believed when they say that they have checked the signatures of an answer (DNSSEC), ' +
      'for certificates that are named in DNS (DANE). Only for a resolver on this computer, or in a network that is safe.',
  ),
} satisfies SettingsGroup;

/** `example.org` or `*.example.org` in the spelling that domains are compared in; undefined when it is neither. */
export function prepareDomainPattern(text: string): string | undefined {
  const isWild = text.startsWith('*.');
  const domain = prepareDomainpart(isWild ? text.slice(2) : text);
  if (domain === undefined) return undefined;
  return isWild ? `*.${domain}` : domain;
}

/** Whether one of `patterns` names `domain`. A wildcard names what is below it, not the domain itself. */
export function matchesDomain(patterns: readonly string[], domain: string): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith('*.')
      ? domain.endsWith(pattern.slice(1)) && domain.length >= pattern.length
      : pattern === domain,
  );
}

export interface DnsServer {
  readonly address: string;
  readonly port: number;
}

/** `9.9.9.9`, `127.0.0.1:5353`, `::1` or `[::1]:5353`. */
export function readDnsServer(text: string): DnsServer | undefined {
  if (isIP(text) !== 0) return { address: text, port: 53 };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  const number = digits === undefined ? 53 : Number(digits);
  if (isIP(address) === 0 || number < 1 || number > 65_535) return undefined;
  return bracketed !== undefined && isIP(address) !== 6 ? undefined : { address, port: number };
}
