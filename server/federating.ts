/** Federation on this computer: puts together what `federation/` needs of settings, certificates, DNS and ports. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { Accounts } from './accounts/accounts.ts';
import type { Certificates } from './certificates/certificates.ts';
import { portError } from './client-ports.ts';
import type { Clock } from './clock/clock.ts';
import { tlsSettings } from './config/acme-settings.ts';
import type { Config } from './config/config.ts';
import { dnsSettings, federationSettings } from './config/federation-settings.ts';
import { listenSettings } from './config/settings.ts';
import type { Status } from './control/contract.ts';
import type { FederationDeeds } from './control/deeds.ts';
import type { Core } from './core.ts';
import { refuseAddress } from './federation/dialling/address-rules.ts';
import { createDialler } from './federation/dialling/dialler.ts';
import { Federation } from './federation/federation.ts';
import type { FederationLinks, LinkEvents } from './federation/federation-options.ts';
import { LINK_LIMITS } from './federation/links/link-options.ts';
import { Links } from './federation/links/links.ts';
import { NO_PAIRS } from './federation/paired-servers.ts';
import type { Pairs } from './federation/pairing/pairs.ts';
import type { Pins } from './federation/pins.ts';
import type { OpenPort, PortNumbers } from './federation/ports.ts';
import { type Judge, judge } from './federation/trust/judge.ts';
import { readPeerCertificate } from './federation/trust/peer-certificate.ts';
import { ServerIdentity } from './federation-identity.ts';
import { federationProblems } from './federation-problems.ts';
import { federationDeeds, summarizeFederationState } from './federation-summaries.ts';
import { listenOn } from './listeners/tcp.ts';
import type { Logger } from './log/log.ts';
import type { Problem } from './modulehost/module.ts';
import { ROSTER } from './modulehost/services.ts';
import type { Database } from './store/database.ts';

/** XEP-0185: as long as the hash that it goes into. */
const SECRET_BYTES = 32;
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1']);

export interface FederatingOptions {
  readonly config: Config;
  /** Of the accounts. */
  readonly domain: string;
  readonly core: Core;
  readonly accounts: Accounts;
  readonly database: Pick<Database, 'reader' | 'writer'>;
  readonly certificates: Pick<Certificates, 'current' | 'onChange'>;
  /** At which this server itself is reached. */
  readonly addresses: () => readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  /** None when they are left out. */
  readonly pairs?: Pairs;
}

export interface Federating {
  /** Not begun yet: `open` does what the settings say. */
  readonly federation: Federation;
  readonly deeds: FederationDeeds;
  readonly state: () => Status['federation'];
  readonly problems: () => readonly Problem[];
}

export function createFederating(options: FederatingOptions): Federating {
  const { config, domain, core, accounts, database, certificates, clock, log, pairs } = options;
  const settings = config.group('federation', federationSettings);
  const identity = new ServerIdentity({
    certificate: () => certificates.current,
    trustPath: () => config.group('tls', tlsSettings).trust,
    log,
  });
  config.onChange((key) => {
    if (key === 'tls.trust') identity.reread();
  });
  const federation: Federation = new Federation({
    domain,
    settings,
    onSetting: (listener) => config.onChange(listener),
    reader: database.reader,
    writer: database.writer,
    router: core.router,
    sessions: core.sessions,
    lifecycle: core.lifecycle,
    accounts,
    isBarred(localpart) {
      const account = accounts.get(localpart);
      // What guests may do is said by their module's setting, and enforced there (modules/guests/restrictions.ts).
      if (account?.isGuest === true) return config.get('guests.otherServers') !== true;
      return account !== undefined && settings.barredRoles.includes(account.role);
    },
    roster: () => core.host.find(ROSTER),
    pairs: pairs ?? NO_PAIRS,
    createLinks: (events, pins) => createLinks(options, identity, () => federation.status.ports, events, pins),
    openPort: createOpenPort(config, log),
    clock,
    log,
  });
  return {
    federation,
    deeds: federationDeeds(federation, domain),
    state: () => summarizeFederationState(federation),
    problems: () =>
      federationProblems({
        status: federation.status,
        domain,
        certificate: certificates.current,
        trustFault: identity.fault,
      }),
  };
}

function createLinks(
  options: FederatingOptions,
  identity: ServerIdentity,
  ports: () => PortNumbers,
  events: LinkEvents,
  pins: Pick<Pins, 'of'>,
): FederationLinks {
  const { config, domain, database, addresses, clock, log, pairs } = options;
  const dns = config.group('dns', dnsSettings);
  const listen = config.group('listen', listenSettings);
  const own = () =>
    [...addresses(), '127.0.0.1', '::1'].flatMap((address) =>
      Object.values(ports()).flatMap((port) => (port === null ? [] : [{ address, port }])),
    );
  const judgePeer: Judge = (certificate, name, tlsa) =>
    judge(certificate, name, {
      roots: identity.roots,
      pins: (of) => [...pins.of(of), ...(pairs?.pinsOf(of) ?? [])],
      nowMs: clock.now(),
      tlsa,
    });
  const dialler = createDialler({
    clock,
    servers: () => dns.servers,
    trustsAd: () => dns.trustAd,
    randomBytes,
    random: Math.random,
    // Whoever listens on the loopback alone is trying things out, and finds others nowhere else.
    override: (name) => pairs?.targets(name),
    refusePeer: (name, socket) => {
      if (pairs?.has(name) !== true) return undefined;
      return judgePeer(readPeerCertificate(socket, 'server'), name).trusted
        ? undefined
        : 'has not the key that was agreed on';
    },
    refuseAddress: (address, port) =>
      refuseAddress(address, port, {
        own,
        allowsThisComputer: () => LOOPBACK.has(listen.address),
        isPaired: (paired) => pairs?.isAddressOfPair(paired) ?? false,
      }),
    tlsOptions: () => ({ ...identity.link.options, secureContext: identity.link.context }),
  });
  const links = new Links({
    ...events,
    domain,
    dialler,
    judge: judgePeer,
    identity: () => identity.link,
    flush: () => database.writer.flush(),
    secret: randomBytes(SECRET_BYTES),
    clock,
    randomId: (bytes) => randomBytes(bytes).toString('hex'),
    random: Math.random,
    limits: () => LINK_LIMITS,
    log: log.child('links'),
  });
  links.onChange(() => {
    for (const { domain: name, state } of links.summaries) if (state === 'connected') pairs?.connected(name);
  });
  return links;
}

function createOpenPort(config: Config, log: Logger): OpenPort {
  const listen = config.group('listen', listenSettings);
  return async (kind, wanted, accept) => {
    const { address } = listen;
    const server = createServer({ noDelay: true }, accept);
    try {
      const { port } = await listenOn(server, address, wanted);
      server.on('error', (error) => log.error({ err: error, port }, 'listening failed'));
      return { port, close: () => server.close() };
    } catch (error) {
      throw portError(error, address, wanted, `federation.${kind}`);
    }
  };
}
