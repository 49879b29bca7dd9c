/** The port of the join and trust pages, and the address under which people on the local network reach it. */

import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isIPv4, isIPv6 } from 'node:net';
import { localNetworks } from './addresses.ts';
import { authorityName } from './certificates/authority-name.ts';
import type { Certificates } from './certificates/certificates.ts';
import { fingerprintWords } from './certificates/fingerprint-words.ts';
import type { TlsIdentity } from './certificates/tls-identity.ts';
import type { ClientPorts } from './client-ports.ts';
import type { Config } from './config/config.ts';
import { joinSettings, listenSettings } from './config/settings.ts';
import { isAddressFamilyMissing } from './listeners/tcp.ts';
import { createWeb } from './listeners/web.ts';
import { WebConnections } from './listeners/web-connections.ts';
import type { Logger } from './log/log.ts';
import type { JoinPagesService, TrustFacts } from './modulehost/invitations.ts';
import { findPortOwner } from './port-owner.ts';

/** SECURITY: strangers come here. Pages are small, and nobody needs long to ask for one. */
const REQUEST_TIMEOUT_MS = 10_000;
const IDLE_MS = 15_000;
/** How often it is looked whether a request takes longer than it may; Node would look every half minute. */
const CHECK_MS = 5_000;
const MAX_CONNECTIONS = 256;

export interface JoinPort {
  /** By IP address, because not every phone finds `.local` names; undefined while this computer has none. */
  readonly address: string | undefined;
  readonly port: number;
  close(): Promise<void>;
}

export interface JoinPortOptions {
  readonly config: Config;
  readonly pages: JoinPagesService;
  readonly certificates: Pick<Certificates, 'current'>;
  /** At which the server can be reached. */
  readonly addresses: () => readonly string[];
  readonly ports: ClientPorts;
  readonly log: Logger;
}

/**
 * Undefined when it is switched off. A port that somebody else has is no reason to leave everybody without chat: links
 * carry the port, so another one does as well.
 */
export async function openJoinPort(options: JoinPortOptions): Promise<JoinPort | undefined> {
  const { config, log } = options;
  const { port } = config.group('join', joinSettings);
  if (port === 'off') return undefined;
  try {
    return await listen(options, port);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (port === 0 || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error;
    log.warn({ port, holder: findPortOwner(port), code }, 'join.port cannot be had; another one is used');
    return await listen(options, 0);
  }
}

async function listen(options: JoinPortOptions, wanted: number): Promise<JoinPort> {
  const { config, pages, addresses, log } = options;
  const { address: host } = config.group('listen', listenSettings);
  const http = createServer({
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_MS,
  });
  http.setTimeout(IDLE_MS);
  // SECURITY: one device that opens them all must not shut the door for the others.
  const connections = new WebConnections({ log: log.child('listeners'), max: MAX_CONNECTIONS });
  http.on('connection', (socket) => connections.add(socket));
  const routes = [pages.routes(() => trustOf(options))];
  const server = await createWeb({ routes, log: log.child('listeners') }, (handler) => http.on('request', handler));
  try {
    await server.listen({ host, port: wanted });
  } catch (error) {
    if (host !== '::' || !isAddressFamilyMissing(error)) throw error;
    await server.listen({ host: '0.0.0.0', port: wanted });
  }
  const { port } = http.address() as AddressInfo;
  return {
    port,
    get address() {
      const chosen = chooseAddress(localNetworks(host), addresses());
      return chosen && new URL(`http://${isIPv6(chosen) ? `[${chosen}]` : chosen}:${port}/join`).href;
    },
    close: () => server.close(),
  };
}

/** One on a local network before any other, and IPv4 before IPv6, which not every router carries between phones. */
export function chooseAddress(networks: readonly string[], addresses: readonly string[]): string | undefined {
  const near = networks.map((network) => network.split('/')[0] ?? '');
  const all = [...near, ...addresses].filter((address) => !address.startsWith('fe80:'));
  return all.find((address) => isIPv4(address)) ?? all[0];
}

function trustOf({ certificates, addresses, ports }: JoinPortOptions): TrustFacts {
  const { caPem, caFingerprintSha256, fingerprintSha256, certificatePem } = certificates.current;
  return {
    authority:
      caPem === undefined || caFingerprintSha256 === undefined
        ? undefined
        : {
            pem: caPem,
            fingerprint: caFingerprintSha256,
            words: fingerprintWords(caFingerprintSha256),
            name: authorityName(caPem),
          },
    fingerprint: fingerprintSha256,
    fingerprintSha1: caPem === undefined ? undefined : new X509Certificate(certificatePem).fingerprint,
    addresses: addresses(),
    pageAddresses: namedAddresses(certificates.current, addresses()),
    port: ports.c2s,
  };
}

/** None where everybody trusts the certificate, which is for the domain alone. */
function namedAddresses({ caPem, byAddress }: TlsIdentity, addresses: readonly string[]): readonly string[] {
  if (caPem === undefined || byAddress === undefined) return [];
  const certificate = new X509Certificate(byAddress.certificatePem);
  return addresses.filter((address) => certificate.checkIP(address) !== undefined);
}
