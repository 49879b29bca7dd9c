/** A domain of one's own: its certificate, its DNS records and the router's ports, joined for whoever asks. */
import { createHash, X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Acme } from './certificates/acme/acme.ts';
import { AcmeError } from './certificates/acme/acme-error.ts';
import { asciiDomain } from './certificates/certificate-names.ts';
import type { Certificates } from './certificates/certificates.ts';
import { type ExpiryProblem, expiryProblems, troubleProblems } from './certificates/expiry-problems.ts';
import type { Clock } from './clock/clock.ts';
import { acmeSettings } from './config/acme-settings.ts';
import type { Config } from './config/config.ts';
import { dnsSettings, federationSettings } from './config/federation-settings.ts';
import type { AcmeSummary, DomainReportSummary, PortMappingSummary } from './control/contract.ts';
import { controlError } from './control/control-error.ts';
import type { DomainDeeds } from './control/deeds.ts';
import type { DomainKeeper } from './domain-carriers.ts';
import { addressKind } from './domain-check/address-kind.ts';
import { createDnsAnswers } from './domain-check/dns-answers.ts';
import { checkDomain } from './domain-check/domain-check.ts';
import type { Logger } from './log/log.ts';
import { hearAnnouncements } from './port-mapping/announcements.ts';
import { findGateway, likelyRouters, privateAddresses } from './port-mapping/find-gateway.ts';
import { type MappingFacts, PortMapping, type WantedPort } from './port-mapping/port-mapping.ts';
import { RouterMemory } from './port-mapping/router-memory.ts';

const HTTP_PORT = 80;
const CLOSE_MS = 1_500;

/** Those that are open at this moment. */
export interface DoorPorts {
  readonly c2s: number | null;
  readonly c2sTls: number | null;
  readonly web: number | null;
}

export interface DomainSetupOptions {
  readonly domain: string;
  readonly config: Config;
  readonly certificates: Certificates;
  readonly acme: Acme;
  readonly ports: DoorPorts;
  /** By which routers recognize who had asked them for ports before a crash. */
  readonly routerSecret: Buffer;
  readonly clock: Clock;
  readonly log: Logger;
  /** Given in tests; else the network is searched. */
  readonly mapping?: PortMapping;
}

export interface DomainSetup extends DomainKeeper {
  readonly deeds: DomainDeeds;
  problems(): readonly ExpiryProblem[];
  /** The computer has joined another network, or woken up. */
  networkChanged(): void;
  /** Takes the router's ports back. */
  close(): Promise<void>;
}

export function openDomainSetup(options: DomainSetupOptions): DomainSetup {
  const { domain, config, certificates, acme, clock } = options;
  const federation = config.group('federation', federationSettings);
  const dns = config.group('dns', dnsSettings);
  const acmeValues = config.group('acme', acmeSettings);
  const mapping = options.mapping ?? createMapping(options);
  acme.mapDoor = (port) => mapping.lend(HTTP_PORT, port);
  acme.start();
  let changing = federation.portMapping ? mapping.turnOn() : Promise.resolve();
  const unlisten = config.onChange((key) => {
    if (key === 'federation.portMapping') changing = federation.portMapping ? mapping.turnOn() : mapping.turnOff();
    else if (key.startsWith('federation.')) void mapping.refresh();
  });

  return {
    acme,
    async mapPorts(isOn) {
      if (federation.portMapping === isOn) changing = mapping.refresh();
      else await config.set('federation.portMapping', isOn);
      await changing;
    },
    problems: () => [...expiryProblems(certificates.current, clock.now()), ...troubleProblems(certificates)],
    networkChanged: () => void mapping.refresh(),
    async close() {
      unlisten();
      // A router that does not answer must not hold up the end; what it forwards ends by itself.
      const enough = new Promise<void>((resolve) => clock.after(CLOSE_MS, resolve));
      await Promise.race([mapping.turnOff(), enough]);
    },
    deeds: {
      async check(): Promise<DomainReportSummary> {
        const report = await checkDomain(
          {
            domain: asciiDomain(domain) ?? domain,
            services: acmeValues.services,
            ports: outsidePorts(options),
            routerAddress: mapping.facts.externalAddress,
            ownAddresses: ownAddresses(),
            authority: acmeValues.directory,
            publicKeySha256: publicKeyHash(certificates),
          },
          createDnsAnswers({ servers: dns.servers }),
        );
        return {
          ...report,
          refusal: report.refusal ?? null,
          records: report.records.map((record) => ({ ...record, wanted: record.wanted ?? null })),
          checkedAt: iso(clock.now()),
        };
      },
      certificate: () => summarizeAcme(acme, certificates, acmeValues.agreed),
      async terms() {
        try {
          return await acme.terms();
        } catch (error) {
          if (error instanceof AcmeError) throw controlError('REFUSED', error.message);
          throw error;
        }
      },
      ports: () => summarizeMapping(mapping.facts),
      onChange(listener) {
        const ends = [acme.onChange(listener), mapping.onChange(listener), certificates.onChange(listener)];
        return () => {
          for (const end of ends) end();
        };
      },
    },
  };
}

function createMapping({ config, ports, routerSecret, clock, log }: DomainSetupOptions): PortMapping {
  const federation = config.group('federation', federationSettings);
  const memory = new RouterMemory({ clock, seed: routerSecret });
  const mapping = new PortMapping({
    wanted: () => wantedPorts(ports, federation),
    find: async () => {
      const from = privateAddresses();
      return findGateway({ from, routers: await likelyRouters(from), memory });
    },
    listen: (hear) => hearAnnouncements(hear, log),
    clock,
    log,
  });
  memory.onRestart = (address) => mapping.routerChanged(address);
  return mapping;
}

function wantedPorts(
  { c2s, c2sTls, web }: DoorPorts,
  federation: { readonly enabled: boolean; readonly port: number | 'off'; readonly directTlsPort: number | 'off' },
): readonly WantedPort[] {
  const people = 'apps of people on the way';
  const servers = 'other servers';
  const wanted = [
    { port: c2s, purpose: people },
    { port: c2sTls, purpose: people },
    { port: web, purpose: 'files, and chat in a browser' },
    ...(federation.enabled
      ? [
          { port: federation.port, purpose: servers },
          { port: federation.directTlsPort, purpose: servers },
        ]
      : []),
  ];
  return wanted.flatMap(({ port, purpose }) => (typeof port === 'number' && port > 0 ? [{ port, purpose }] : []));
}

/** The doors for other servers count as the settings have them, so that the records can be made before they are opened. */
function outsidePorts({ config, ports }: DomainSetupOptions) {
  const { port, directTlsPort } = config.group('federation', federationSettings);
  const open = (one: number | 'off' | null): number | undefined =>
    typeof one === 'number' && one > 0 ? one : undefined;
  return { c2s: open(ports.c2s), c2sTls: open(ports.c2sTls), s2s: open(port), s2sTls: open(directTlsPort) };
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address);
}

/** Only of a certificate whose key stays what it is. */
function publicKeyHash({ current }: Certificates): string | undefined {
  if (current.source === 'files') return undefined;
  const { publicKey } = new X509Certificate(current.certificatePem);
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function summarizeAcme(acme: Acme, certificates: Certificates, isAgreed: boolean): AcmeSummary {
  const { state, step, records, note, names, omitted, certificate, failure, nextAttemptMs, refusal } = acme.status();
  return {
    state,
    step: step ?? null,
    records: records.map(({ name, value }) => ({ name, type: 'TXT', value })),
    note: note ?? null,
    names,
    omitted,
    certificate:
      certificate === undefined
        ? null
        : {
            names: certificate.names,
            expiresAt: iso(certificate.expiresAtMs),
            renewAt: iso(certificate.renewAtMs),
            isInUse: certificates.current.source === 'acme',
          },
    failure:
      failure === undefined
        ? null
        : { code: failure.code, text: failure.text, fix: failure.fix ?? null, at: iso(failure.atMs) },
    nextAttemptAt: nextAttemptMs === undefined ? null : iso(nextAttemptMs),
    refusal: refusal ?? null,
    isAgreed,
  };
}

/** For the window and the terminal, with what stands in the way all the same. */
export function summarizeMapping({
  state,
  protocol,
  router,
  externalAddress,
  ports,
  failure,
}: MappingFacts): PortMappingSummary {
  const hints: Readonly<Record<string, string>> = {
    carrier: `The router’s own address is one of its provider’s network (carrier-grade NAT), so nobody outside gets through to it.`,
    private:
      'The router’s own address is a private one: a second router in front of it has to forward the ports as well.',
    untold:
      'The router tells no public address of its own. If it is connected, it stands behind another router or in its provider’s network (carrier-grade NAT), and nobody outside gets through to it.',
  };
  const isRefused = ports.length > 0 && ports.every((port) => port.state === 'refused');
  const kind = externalAddress === undefined ? (isRefused ? 'untold' : 'none') : addressKind(externalAddress);
  return {
    state,
    protocol: protocol ?? null,
    router: router ?? null,
    externalAddress: externalAddress ?? null,
    ports: [...ports],
    failure: failure ?? null,
    hint: hints[kind] ?? null,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
