/** Servers on loopback that are nothing but their links: real sockets and TLS, a clock that the test turns. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContextOptions } from 'node:tls';
import { generateKeyPem, issueAuthority, issueLeaf } from '../../../server/certificates/issue.ts';
import { DialError, type Dialled, type Dialler } from '../../../server/federation/dialling/dialled.ts';
import {
  LINK_LIMITS,
  type LinkIdentity,
  type LinkLimits,
  type StanzaOrigin,
} from '../../../server/federation/links/link-options.ts';
import { Links } from '../../../server/federation/links/links.ts';
import type { Logger } from '../../../server/log/log.ts';
import type { StanzaError } from '../../../server/stanza/error.ts';
import type { AddressedStanza } from '../../../server/stanza/stanza.ts';
import type { Element } from '../../../server/xml/element.ts';
import { parseXml } from '../../../server/xml/parse.ts';
import { FakeClock } from '../../scene/fake-clock.ts';

/** What comes in, one after the other. */
export class Inbox<T> {
  readonly all: T[] = [];
  #taken = 0;
  #waiting: ((item: T) => void)[] = [];

  readonly push = (item: T): void => {
    this.all.push(item);
    const waiter = this.#waiting.shift();
    if (waiter === undefined) return;
    this.#taken++;
    waiter(item);
  };

  next(): Promise<T> {
    const item = this.all[this.#taken];
    if (item !== undefined) {
      this.#taken++;
      return Promise.resolve(item);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };
interface TestIdentity extends LinkIdentity {
  /** The authority that vouches for it. */
  readonly authorityPem: string;
}

const identities = new Map<string, Promise<TestIdentity>>();

/** A certificate for `domain`, from an authority of its own. */
export function identityOf(domain: string): Promise<TestIdentity> {
  const known = identities.get(domain) ?? makeIdentity(domain);
  identities.set(domain, known);
  return known;
}

async function makeIdentity(domain: string): Promise<TestIdentity> {
  const nowMs = Date.now();
  const authorityKey = await generateKeyPem();
  const authorityPem = await issueAuthority({ domain, keyPem: authorityKey, nowMs });
  const keyPem = await generateKeyPem();
  const issuer = { certificatePem: authorityPem, keyPem: authorityKey, expiresAtMs: nowMs + 1e10 };
  const cert = await issueLeaf({ domain, keyPem, nowMs }, issuer);
  const options: SecureContextOptions = { cert, key: keyPem, minVersion: 'TLSv1.2' };
  return { options, context: createSecureContext(options), authorityPem };
}

export interface ServerOptions {
  readonly domain: string;
  /** Others that are served here. */
  readonly services?: readonly string[];
  /** Domains whose certificate is trusted when it names them; all unless said. */
  readonly trusts?: (domain: string) => boolean;
  readonly requiresCertificate?: (domain: string) => boolean;
  readonly may?: (domain: string, direction: 'in' | 'out') => true | string;
  readonly rate?: { readonly bytesPerSecond: number; readonly burstBytes: number };
  readonly limits?: Partial<LinkLimits>;
  readonly receive?: (stanza: AddressedStanza) => void | Promise<void>;
  readonly isDirectTls?: boolean;
}

export class LinkedServer {
  readonly clock = new FakeClock();
  readonly received = new Inbox<AddressedStanza>();
  readonly origins: StanzaOrigin[] = [];
  readonly returned = new Inbox<{ readonly element: Element; readonly error: StanzaError }>();
  readonly delivered = new Inbox<Element>();
  /** Domains that were dialled. */
  readonly dialled: string[] = [];
  readonly sockets: Socket[] = [];
  readonly links: Links;
  readonly domain: string;
  flush: () => Promise<void> = () => Promise.resolve();
  readonly #server: Server;

  constructor(network: Network, options: ServerOptions, identity: LinkIdentity, server: Server) {
    this.domain = options.domain;
    this.#server = server;
    const isLocal = (domain: string) => domain === options.domain || (options.services?.includes(domain) ?? false);
    this.links = new Links({
      domain: options.domain,
      isLocal,
      dialler: network.dialler(this, identity),
      judge: (certificate, domain) => {
        const names = certificate?.chain[0]?.subjectAltName ?? '';
        const isNamed = names.split(', ').includes(`DNS:${domain}`) || names.includes(`.${domain}`);
        if (isNamed && (options.trusts?.(domain) ?? true)) return { trusted: true, by: 'authority' };
        return { trusted: false, reason: `The certificate is not one of ${domain} that is trusted here.` };
      },
      identity: () => identity,
      policy: {
        may: options.may ?? (() => true),
        requiresCertificate: options.requiresCertificate ?? (() => false),
        rate: () => options.rate,
      },
      receive: (stanza, origin) => {
        this.received.push(stanza);
        this.origins.push(origin);
        return options.receive?.(stanza);
      },
      flush: () => this.flush(),
      undeliverable: (element, error) => this.returned.push({ element, error }),
      delivered: this.delivered.push,
      secret: randomBytes(16),
      clock: this.clock,
      randomId: (bytes) => randomBytes(bytes).toString('hex'),
      random: () => 0.5,
      limits: () => ({ ...LINK_LIMITS, ...options.limits }),
      log: SILENT,
    });
    server.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.on('error', () => undefined);
      this.links.accept(socket, options.isDirectTls ?? false);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sends a stanza of `jabber:client`; its addresses say from where to where. */
  send(xml: string): Element {
    const element = stanza(xml);
    const domainIn = (name: string) =>
      element
        .attr(name)
        ?.replace(/^[^@]*@/, '')
        .replace(/\/.*$/, '') ?? '';
    this.links.send(element, domainIn('from'), domainIn('to'));
    return element;
  }

  /** All its connections break, without a word. */
  cut(): void {
    for (const socket of this.sockets.splice(0)) socket.destroy();
  }

  async close(): Promise<void> {
    const stopped = this.links.stop(0);
    this.#server.close();
    await new Promise(setImmediate);
    this.clock.advance(20_000); // for those who do not say goodbye
    await stopped;
  }
}

export function stanza(xml: string): Element {
  return parseXml(xml.replace(/^<(\w+)/, "<$1 xmlns='jabber:client'"));
}

/** Who can be dialled, in place of DNS. */
export class Network {
  readonly #ports = new Map<string, { readonly port: number; readonly isDirectTls: boolean }>();
  readonly #servers: LinkedServer[] = [];
  readonly #others: (() => void)[] = [];

  async server(options: ServerOptions): Promise<LinkedServer> {
    const identity = await identityOf(options.domain);
    const listening = createServer();
    listening.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const server = new LinkedServer(this, options, identity, listening);
    this.#servers.push(server);
    for (const name of [options.domain, ...(options.services ?? [])]) {
      this.name(name, server.port, options.isDirectTls);
    }
    return server;
  }

  name(domain: string, port: number, isDirectTls = false): void {
    this.#ports.set(domain, { port, isDirectTls });
  }

  forget(domain: string): void {
    this.#ports.delete(domain);
  }

  onClose(action: () => void): void {
    this.#others.push(action);
  }

  async close(): Promise<void> {
    for (const action of this.#others) action();
    await Promise.all(this.#servers.map((server) => server.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  dialler(server: LinkedServer, identity: LinkIdentity): Dialler {
    return {
      dial: async (domain): Promise<Dialled> => {
        server.dialled.push(domain);
        const target = this.#ports.get(domain);
        if (target === undefined) throw new DialError('remote-server-not-found', `There is no server for ${domain}.`);
        const { port, isDirectTls } = target;
        const plain = connect(port, '127.0.0.1');
        await new Promise<void>((resolve, reject) => {
          plain.once('connect', resolve);
          plain.once('error', () =>
            reject(new DialError('remote-server-timeout', `${domain} refused the connection.`)),
          );
        });
        server.sockets.push(plain);
        plain.on('error', () => undefined);
        const facts = { isDirectTls, host: domain, port, address: '127.0.0.1', tlsa: undefined };
        if (!isDirectTls) return { socket: plain, ...facts };
        const socket = connectTls({ socket: plain, secureContext: identity.context, rejectUnauthorized: false });
        await once(socket, 'secureConnect');
        return { socket, ...facts };
      },
      tlsaOf: async () => [],
    };
  }
}
