/** What the tests of federation know of a server, whoever has written it. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';
import { type Element, el } from '../../../server/xml/element.ts';
import { XmlReader } from '../../../server/xml/reader.ts';
import type { NewAccount } from '../snug-command.ts';

/** How servers prove to each other who they are. */
export type Proof = 'certificate' | 'dialback';

export interface PeerPorts {
  /** For clients, direct TLS. */
  readonly c2sTls: number;
  readonly s2s: number;
  readonly s2sTls: number;
  /** HTTPS. */
  readonly web: number;
}

export interface PeerOptions {
  readonly domain: string;
  readonly ports: PeerPorts;
  readonly proof: Proof;
  /** Address and port of the DNS server. */
  readonly dns: string;
  /** The targets of all SRV records. */
  readonly hosts: readonly string[];
  /** A folder of its own, with `cert.pem`, `key.pem`, `both.pem` and, where it trusts the authority, `ca.pem`. */
  readonly folder: string;
}

export interface Peer {
  readonly domain: string;
  readonly rooms: string;
  readonly upload: string;
  readonly ports: Pick<PeerPorts, 'c2sTls'>;
  addAccount(localpart: string): Promise<NewAccount>;
  close(): Promise<void>;
}

const NS_REGISTER = 'jabber:iq:register';
const START_MS = 30_000;
const LIMITS = { maxDepth: 100, maxAttributes: 64, maxStanzaBytes: 1024 * 1024 };

/** A program in the foreground that is there once its ports answer. */
export class PeerProcess implements Peer {
  readonly domain: string;
  readonly rooms: string;
  readonly upload: string;
  readonly ports: PeerPorts;
  readonly #spawn: () => ChildProcess;
  #ended: Promise<void> = Promise.resolve();
  #process: ChildProcess | undefined;

  private constructor({ domain, ports }: PeerOptions, spawnIt: () => ChildProcess) {
    this.domain = domain;
    this.rooms = `rooms.${domain}`;
    this.upload = `upload.${domain}`;
    this.ports = ports;
    this.#spawn = spawnIt;
  }

  static async start(options: PeerOptions, command: readonly string[], spawned: SpawnOptions): Promise<PeerProcess> {
    const [program = '', ...words] = command;
    const peer = new PeerProcess(options, () => spawn(program, words, { stdio: 'ignore', ...spawned }));
    await peer.#start();
    return peer;
  }

  async #start(): Promise<void> {
    const started = this.#spawn();
    this.#process = started;
    this.#ended = new Promise((resolve) => started.once('exit', () => resolve()));
    const deadline = AbortSignal.timeout(START_MS);
    try {
      for (const port of Object.values(this.ports)) await answers(port, deadline);
    } catch (error) {
      await this.close();
      throw new Error(`${this.domain} did not start`, { cause: error });
    }
  }

  async addAccount(localpart: string): Promise<NewAccount> {
    const password = `${localpart}-secret`;
    await register(this, localpart, password);
    return { jid: `${localpart}@${this.domain}`, password };
  }

  async close(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#ended;
  }
}

async function answers(port: number, deadline: AbortSignal): Promise<void> {
  for (;;) {
    deadline.throwIfAborted();
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connectTcp(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50)); // it says nowhere else that it is there
  }
}

/** XEP-0077, before any sign-in. */
async function register({ domain, ports }: Peer, username: string, password: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: ports.c2sTls, servername: domain, rejectUnauthorized: false });
  try {
    await new Promise<void>((resolve, reject) => {
      const answered = (element: Element) => {
        if (element.name === 'features') socket.write(request.toXml('jabber:client'));
        else if (element.attr('type') === 'result') resolve();
        else reject(new Error(`${username}@${domain} could not be registered: ${element.toXml()}`));
      };
      const query = el(
        'query',
        NS_REGISTER,
        undefined,
        el('username', NS_REGISTER, undefined, username),
        el('password', NS_REGISTER, undefined, password),
      );
      const request = el('iq', 'jabber:client', { type: 'set', id: 'register' }, query);
      const reader = new XmlReader(
        { streamOpened: () => undefined, element: answered, streamClosed: () => reject(new Error('stream closed')) },
        LIMITS,
      );
      socket.on('error', reject);
      socket.on('data', (chunk: Buffer) => reader.write(chunk));
      socket.write(
        `<stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
      );
    });
  } finally {
    socket.destroy();
  }
}
