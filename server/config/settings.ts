/** The server's own settings. Modules bring theirs; together they are everything that docs/settings.md lists. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { parseJid } from '../jid/jid.ts';
import { acmeSettings, tlsSettings } from './acme-settings.ts';
import { dnsSettings, federationSettings } from './federation-settings.ts';
import { type SettingsGroup, setting } from './setting.ts';

/** RFC 6120 section 13.12: a server must not set the limit below 10000 bytes. */
const MIN_STANZA_BYTES = 10_000;
/** Enough for every avatar and vCard that clients send; beyond it, one account could fill the memory of a NAS. */
const MAX_STANZA_BYTES = 16_777_216;

const port = z.int().min(0).max(65_535);

const ipAddress = z
  .string()
  .refine((text) => isIP(text) !== 0)
  .meta({ description: 'an IP address, such as 127.0.0.1, ::1, 0.0.0.0 or ::' });

const accountJid = z
  .string()
  .transform((text, context) => {
    const jid = parseJid(text);
    if (jid !== undefined && jid.local !== '' && jid.resource === '') return jid.bare;
    context.addIssue({ code: 'custom', message: 'not a bare JID with a localpart' });
    return z.NEVER;
  })
  .meta({ description: 'a bare JID, such as ann@miller.local' });

export const listenSettings = {
  address: setting(
    ipAddress,
    '::',
    'The address to listen on. :: is every address of this computer, IPv6 and IPv4; 0.0.0.0 is every IPv4 address; ' +
      '127.0.0.1 is this computer alone.',
    { appliesOnRestart: true },
  ),
} satisfies SettingsGroup;

export const c2sSettings = {
  port: setting(port, 5222, 'The port for clients that start TLS within the stream (STARTTLS). 0 picks a free one.', {
    appliesOnRestart: true,
  }),
  directTlsPort: setting(
    z.union([port, z.literal('off')]),
    5223,
    'The port for clients that speak TLS from the first byte (XEP-0368). 0 picks a free one.',
    { appliesOnRestart: true },
  ),
  maxStanzaBytes: setting(
    z.int().min(MIN_STANZA_BYTES).max(MAX_STANZA_BYTES),
    262_144,
    'The largest stanza that a client may send, in bytes.',
  ),
  maxStanzaBytesBeforeAuthentication: setting(
    z.int().min(MIN_STANZA_BYTES).max(MAX_STANZA_BYTES),
    MIN_STANZA_BYTES,
    'The largest element that a client may send before it has logged in, in bytes.',
  ),
  maxSessionsPerAccount: setting(
    z.int().min(1).max(1_000),
    50,
    'How many devices may be connected to one account at a time.',
  ),
  resourceConflict: setting(
    z.enum(['replace', 'rename', 'refuse']),
    'replace',
    'What happens when a device asks for the resource name of another one that is connected: it takes its place, ' +
      'it gets another name, or it is refused.',
  ),
} satisfies SettingsGroup;

const publicOrigin = z
  .string()
  .max(1_023)
  .transform((text, context) => {
    const origin = text.trim() === '' ? '' : prepareOrigin(text.trim());
    if (origin !== undefined) return origin;
    context.addIssue({ code: 'custom', message: 'no address' });
    return z.NEVER;
  })
  .meta({ description: 'an address such as https://example.org or https://example.org:8443, or nothing' });

/** Without a path, a name or a password; undefined when it is none of HTTPS. */
function prepareOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, pathname, search, hash, username, password, origin } = new URL(text);
  const isBare = pathname === '/' && `${search}${hash}${username}${password}` === '';
  return protocol === 'https:' && isBare ? origin : undefined;
}

export const webSettings = {
  port: setting(
    z.union([port, z.literal('off')]),
    5281,
    'The port for files and web clients (HTTPS). 0 picks a free one.',
    { appliesOnRestart: true },
  ),
  publicOrigin: setting(
    publicOrigin,
    '',
    'The address under which the port for files and web clients is reached from outside, where a router or another web ' +
      'server hands on a port of its own, such as https://example.org for port 443. Nothing means the domain with that ' +
      'port itself. It stands in the links to shared files, so people at home must reach it as well.',
  ),
  websocket: setting(
    z.boolean(),
    true,
    'Whether chat apps in a browser may connect by WebSocket, at /xmpp-websocket on the port for web clients.',
    { appliesOnRestart: true },
  ),
  bosh: setting(
    z.boolean(),
    true,
    'Whether chat apps in a browser may connect by BOSH, at /http-bind on the port for web clients: slower, and for ' +
      'networks where WebSocket does not get through.',
    { appliesOnRestart: true },
  ),
} satisfies SettingsGroup;

export const joinSettings = {
  port: setting(
    z.union([port, z.literal('off')]),
    5280,
    'The port of the pages for people who are invited (plain HTTP: they show how to trust this server, and take no ' +
      'password). 0 picks a free one, and so does a port that another program has.',
    { appliesOnRestart: true },
  ),
} satisfies SettingsGroup;

export const windowSettings = {
  enabled: setting(
    z.boolean(),
    true,
    'Whether “snug serve” shows the window in a browser. It is answered on this computer alone.',
    { appliesOnRestart: true },
  ),
  port: setting(
    port,
    5282,
    'The port of the window in a browser. 0 picks a free one, and so does a port that another program has.',
    { appliesOnRestart: true },
  ),
} satisfies SettingsGroup;

export const lanSettings = {
  mdns: setting(
    z.boolean(),
    true,
    'Whether the server shows itself on the local network (mDNS), so that clients find it.',
  ),
  interfaces: setting(
    z.array(z.string().min(1).max(255)).max(32),
    [],
    'The network interfaces on which the server shows itself, such as eth0 or Wi-Fi. Nothing here means every private ' +
      'network, but no tunnel (VPN), container or virtual machine.',
  ),
  pairing: setting(
    z.boolean(),
    true,
    'Whether other Snug servers on the local network may find this one, and ask whether people here and there may chat. ' +
      'Both hosts have to agree.',
  ),
} satisfies SettingsGroup;

export const adminSettings = {
  jids: setting(z.array(accountJid), [], 'Accounts that count as administrators besides those with the role admin.'),
} satisfies SettingsGroup;

export const auditSettings = {
  retentionDays: setting(
    z.int().min(0).max(3_650),
    365,
    'How many days the audit log keeps what administrators did. 0 is for ever.',
  ),
} satisfies SettingsGroup;

export const logSettings = {
  level: setting(
    z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    'info',
    'How much is written to the log: debug is the most, error the least, silent nothing at all.',
  ),
} satisfies SettingsGroup;

export const accountsSettings = {
  minPasswordLength: setting(
    z.int().min(1).max(128),
    8,
    'The fewest characters that a new password may have. Passwords that exist are not asked again.',
  ),
  // XEP-0438 recommends 10000 where phones must compute it too.
  scramIterations: setting(
    z.int().min(4_096).max(1_000_000),
    10_000,
    'How often a new password is hashed (RFC 5802). More is safer if the database is ever stolen, and slower for phones.',
  ),
  // What Prosody keeps them for as well: a weekend away is not too long to notice.
  deletionGraceDays: setting(
    z.int().min(0).max(365),
    7,
    'For how many days a deleted account can be restored, whoever deleted it. 0 is not at all: it is gone at once.',
  ),
} satisfies SettingsGroup;

export const saslSettings = {
  plain: setting(
    z.boolean(),
    false,
    'Whether clients may send their password itself (SASL PLAIN, inside TLS only). Needed by very old clients alone.',
  ),
} satisfies SettingsGroup;

export const modulesSettings = {
  disabled: setting(z.array(z.string().min(1)), [], 'Modules that are not started.', { appliesOnRestart: true }),
} satisfies SettingsGroup;

/** What `Config.load` is given, with the groups of the modules added. */
export const serverGroups = {
  listen: listenSettings,
  c2s: c2sSettings,
  web: webSettings,
  join: joinSettings,
  lan: lanSettings,
  federation: federationSettings,
  dns: dnsSettings,
  window: windowSettings,
  admin: adminSettings,
  audit: auditSettings,
  log: logSettings,
  accounts: accountsSettings,
  sasl: saslSettings,
  tls: tlsSettings,
  acme: acmeSettings,
  modules: modulesSettings,
} satisfies Readonly<Record<string, SettingsGroup>>;
