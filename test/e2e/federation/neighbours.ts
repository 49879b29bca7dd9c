/**
 * Snug and its neighbours on the loopback: another Snug, Prosody and ejabberd, which find each other by a DNS server,
 * unbound, and are certified by an authority of the test's own. DNS leads to accounts by STARTTLS and to rooms by direct
 * TLS, so that one boot of each covers both.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FederationPeer } from '../../../server/control/contract.ts';
import { KEY_USAGE, keyPem, type Made, make, makeAuthority, NOW_MS } from '../../federation/trust/authority.ts';
import { freePort } from '../../free-port.ts';
import { ServerInTest } from '../server-in-test.ts';
import { addAccount, runSnug } from '../snug-command.ts';
import { startEjabberd, whyNoEjabberd } from './ejabberd-peer.ts';
import type { Peer, PeerOptions, Proof } from './peer.ts';
import { startProsody, whyNoProsody } from './prosody-peer.ts';
import { hasSignedDns, SignedDns, type ZoneInTest } from './signed-dns.ts';
import { Person } from './two-servers.ts';

export const OTHERS = ['prosody', 'ejabberd', 'snug'] as const;
export type Other = (typeof OTHERS)[number];

/** Why one cannot be tested here. */
export function whyNot(other: Other): string | undefined {
  if (!hasSignedDns) return 'unbound is not installed';
  return { prosody: whyNoProsody(), ejabberd: whyNoEjabberd(), snug: undefined }[other];
}

const DAY_MS = 86_400_000;
const OURS = 'ours.example';
const domainOf = (other: Other) => `${other}.example`;

export class Neighbours implements AsyncDisposable {
  /** What the test's own authority has signed is trusted by clients. */
  readonly authorityPem: string;
  #ours: SnugPeer | undefined;
  readonly #others = new Map<Other, Peer>();
  readonly #dns: SignedDns;
  readonly #folder: string;

  private constructor(folder: string, authorityPem: string, dns: SignedDns) {
    this.#folder = folder;
    this.authorityPem = authorityPem;
    this.#dns = dns;
  }

  /** Those that can be started here. */
  static async start(proof: Proof): Promise<Neighbours> {
    const folder = mkdtempSync(join(tmpdir(), 'snug-neighbours-'));
    const authority = await makeAuthority('Test', { validDays: [daysFromThen() - 1, daysFromThen() + 2] });
    const names = OTHERS.filter((other) => whyNot(other) === undefined);
    const domains = [OURS, ...names.map(domainOf)];
    const places = await Promise.all(domains.map((domain) => placeOf(domain, folder, authority, proof)));
    const dns = await SignedDns.start(places.map(zoneOf));
    const neighbours = new Neighbours(folder, authority.certificate.toString(), dns);
    const hosts = domains.map((domain) => `xmpp.${domain}`);
    const starts = { prosody: startProsody, ejabberd: startEjabberd, snug: SnugPeer.start };
    try {
      for (const place of places) {
        const other = names.find((name) => domainOf(name) === place.domain);
        const options = { ...place, proof, dns: dns.address, hosts };
        if (other === undefined) neighbours.#ours = await SnugPeer.start(options);
        else neighbours.#others.set(other, await starts[other](options));
      }
    } catch (error) {
      await neighbours[Symbol.asyncDispose]();
      throw error;
    }
    return neighbours;
  }

  get ours(): SnugPeer {
    if (this.#ours === undefined) throw new Error('our server was not started');
    return this.#ours;
  }

  other(name: Other): Peer {
    const peer = this.#others.get(name);
    if (peer === undefined) throw new Error(`${name} was not started`);
    return peer;
  }

  async login(peer: Peer, localpart: string): Promise<Person> {
    return await Person.login(await peer.addAccount(localpart), peer.ports.c2sTls);
  }

  /** The streams of ours with a domain. */
  async streams(domain: string): Promise<FederationPeer | undefined> {
    return (await this.ours.peers()).find((peer) => peer.domain === domain);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#ours, ...this.#others.values()].map((peer) => peer?.close()));
    await this.#dns[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export class SnugPeer implements Peer {
  readonly domain: string;
  readonly rooms: string;
  readonly upload: string;
  readonly #server: ServerInTest;

  private constructor(domain: string, server: ServerInTest) {
    this.domain = domain;
    this.rooms = `rooms.${domain}`;
    this.upload = `upload.${domain}`;
    this.#server = server;
  }

  static async start({ domain, ports, proof, dns, folder }: PeerOptions): Promise<SnugPeer> {
    const server = await ServerInTest.start({
      domain,
      settings: [
        'federation.enabled=true',
        `federation.port=${ports.s2s}`,
        `federation.directTlsPort=${ports.s2sTls}`,
        `federation.authentication=${proof}`,
        `dns.servers=${dns}`,
        `tls.certificate=${join(folder, 'cert.pem')}`,
        `tls.key=${join(folder, 'key.pem')}`,
        ...(proof === 'certificate' ? [`tls.trust=${join(folder, 'ca.pem')}`] : []),
      ],
    });
    return new SnugPeer(domain, server);
  }

  get ports() {
    return this.#server.process.ports;
  }

  async peers(): Promise<readonly FederationPeer[]> {
    const { peers } = await runSnug(this.#server.dataDir, 'federation', 'status');
    return peers as readonly FederationPeer[];
  }

  addAccount(localpart: string) {
    return addAccount(this.#server.dataDir, localpart);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

type Place = Pick<PeerOptions, 'domain' | 'ports' | 'folder'>;

async function placeOf(domain: string, parent: string, authority: Made, proof: Proof): Promise<Place> {
  const folder = join(parent, domain);
  mkdirSync(folder);
  const made = await make({
    name: domain,
    issuer: authority,
    keyUsage: KEY_USAGE.digitalSignature,
    names: { dns: [domain, `rooms.${domain}`, `upload.${domain}`, `pubsub.${domain}`] },
    validDays: [daysFromThen() - 1, daysFromThen() + 1],
  });
  const certificate = made.certificate.toString();
  const key = await keyPem(made);
  const files = { 'cert.pem': certificate, 'key.pem': key, 'both.pem': `${certificate}\n${key}` };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  if (proof === 'certificate') writeFileSync(join(folder, 'ca.pem'), authority.certificate.toString());
  const [c2sTls, s2s, s2sTls, web] = [await freePort(), await freePort(), await freePort(), await freePort()];
  return { domain, folder, ports: { c2sTls, s2s, s2sTls, web } };
}

/** Accounts by STARTTLS, services by direct TLS. */
function zoneOf({ domain, ports }: Place): ZoneInTest {
  const services = ['rooms', 'upload', 'pubsub'];
  return {
    name: domain,
    signing: 'unsigned',
    records: [
      ...['@', 'xmpp', ...services].map((name) => `${name} IN A 127.0.0.1`),
      `_xmpp-server._tcp IN SRV 0 0 ${ports.s2s} xmpp`,
      ...services.map((name) => `_xmpps-server._tcp.${name} IN SRV 0 0 ${ports.s2sTls} xmpp`),
    ],
  };
}

/** The authority's clock stands still; the servers' do not. */
function daysFromThen(): number {
  return (Date.now() - NOW_MS) / DAY_MS;
}
