/** A hostile server, on addresses of its own, against a real one: see hostile.test.ts. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { LinkIdentity } from '../../../server/federation/links/link-options.ts';
import type { Element } from '../../../server/xml/element.ts';
import { RawPeer } from '../../federation/links/raw-peer.ts';

export interface Target {
  readonly domain: string;
  readonly port: number;
  readonly directTlsPort: number;
}

export class HostilePeer implements Disposable {
  readonly domain: string;
  readonly #identity: LinkIdentity;
  readonly #target: Target;
  readonly #peers: RawPeer[] = [];
  readonly #sockets: Socket[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  /** Connections that the server has closed. */
  closed = 0;

  constructor(domain: string, identity: LinkIdentity, target: Target) {
    this.domain = domain;
    this.#identity = identity;
    this.#target = target;
  }

  get #pair(): string {
    return `from='${this.domain}' to='${this.#target.domain}'`;
  }

  async peer(from: string): Promise<RawPeer> {
    const peer = await RawPeer.connect(this.#target, from);
    this.#peers.push(peer);
    return peer;
  }

  /** A stream with the domain proven by its certificate. */
  async proven(from: string): Promise<RawPeer> {
    const peer = await this.peer(from);
    await peer.proves(this.domain, this.#target.domain, this.#identity);
    return peer;
  }

  /** What a stream with TLS and without a proof is offered, with the certificate of `identity`. */
  async offered(from: string, as: string, identity: LinkIdentity): Promise<readonly string[]> {
    const peer = await this.peer(from);
    const features = await peer.secures(`from='${as}' to='${this.#target.domain}'`, identity);
    return features.elements.map(({ name }) => name);
  }

  /** Proven, then this; the condition that ends the stream. */
  async says(from: string, xml: string): Promise<string | undefined> {
    const peer = await this.proven(from);
    peer.write(xml);
    return conditionOf(peer);
  }

  /** In plain text, from the first byte. */
  async saysAtOnce(from: string, bytes: string): Promise<string | undefined> {
    const peer = await this.peer(from);
    peer.write(bytes);
    return conditionOf(peer);
  }

  /** With TLS and without a proof: the type of the answer to a dialback request, or its condition. */
  async dialsBack(from: string, originating: string): Promise<string | undefined> {
    const peer = await this.peer(from);
    await peer.secures(this.#pair, this.#identity, false);
    peer.write(`<db:result from='${originating}' to='${this.#target.domain}'>made-up</db:result>`);
    return verdictOf(await peer.expects('result'));
  }

  /** The same for many domains at once, on one stream; the answers. */
  async dialsBackFor(from: string, domains: readonly string[]): Promise<(string | undefined)[]> {
    const peer = await this.peer(from);
    await peer.secures(this.#pair, this.#identity, false);
    const answers: (string | undefined)[] = [];
    for (const domain of domains) {
      peer.write(`<db:result from='${domain}' to='${this.#target.domain}'>made-up</db:result>`);
      const answer = await peer.next();
      if (answer === 'closed' || answer.name !== 'result') break;
      answers.push(verdictOf(answer));
    }
    return answers;
  }

  /** Connections that say `bytes` and nothing more. */
  halfOpen(from: string, count: number, bytes: string): void {
    for (let i = 0; i < count; i++) {
      const socket = this.#connect(from, this.#target.port);
      socket.on('connect', () => socket.write(bytes));
    }
  }

  /** Connections that say a byte a second. */
  slowWriters(from: string, count: number): void {
    for (let i = 0; i < count; i++) {
      const socket = this.#connect(from, this.#target.port);
      const header = `<stream:stream xmlns='jabber:server' ${this.#pair} version='1.0'>`;
      let at = 0;
      this.#timers.push(setInterval(() => socket.writable && socket.write(header[at++] ?? ' '), 1_000));
    }
  }

  /** Bytes that are no TLS, where TLS is expected; resolves when the server has closed. */
  async garbage(from: string): Promise<void> {
    const socket = this.#connect(from, this.#target.directTlsPort);
    socket.write(Buffer.alloc(4_096, 0x16));
    socket.resume();
    await once(socket, 'close');
  }

  /** A handshake that breaks off, or goes wrong; resolves when it is over. */
  async handshake(from: string, options: ConnectionOptions): Promise<void> {
    const socket = connectTls({ ...options, socket: this.#connect(from, this.#target.directTlsPort) });
    socket.on('error', () => undefined);
    await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]);
    socket.destroy();
  }

  #connect(localAddress: string, port: number): Socket {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    this.#sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.closed++);
    socket.resume();
    return socket;
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const peer of this.#peers) peer.drops();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Of the error that ends the stream, whatever comes before it. */
async function conditionOf(peer: RawPeer): Promise<string | undefined> {
  for (;;) {
    const element = await peer.next();
    if (element === 'closed') return 'closed';
    if (element.name === 'error') return element.elements[0]?.name;
  }
}

function verdictOf(answer: Element): string | undefined {
  const type = answer.attr('type');
  return type === 'error' ? answer.child('error', 'jabber:server')?.elements[0]?.name : type;
}
