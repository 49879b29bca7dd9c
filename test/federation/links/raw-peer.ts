/** Another server, word for word: writes whatever a test says, and hands out what comes back. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import type { LinkIdentity } from '../../../server/federation/links/link-options.ts';
import type { Element } from '../../../server/xml/element.ts';
import { XmlReader } from '../../../server/xml/reader.ts';
import { Inbox, type LinkedServer, type Network } from './linked-servers.ts';

const LIMITS = { maxStanzaBytes: 10_000_000, maxDepth: 100, maxAttributes: 100 };
const NAMESPACES =
  "xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback'";

export class RawPeer {
  readonly #elements = new Inbox<Element | 'closed'>();
  readonly #role: 'client' | 'server';
  #socket: Socket;
  #reader = this.#newReader();

  constructor(socket: Socket, role: 'client' | 'server') {
    this.#socket = socket;
    this.#role = role;
    this.#listen(socket);
  }

  /** `localAddress` is one of the loopback's, for who wants to be somebody else. */
  static async connect({ port }: Pick<LinkedServer, 'port'>, localAddress = '127.0.0.1'): Promise<RawPeer> {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    await once(socket, 'connect');
    return new RawPeer(socket, 'client');
  }

  /** A server that is dialled as `domain`; what comes is the first connection. */
  static async listen(network: Network, domain: string): Promise<{ next(): Promise<RawPeer> }> {
    const peers = new Inbox<RawPeer>();
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      peers.push(new RawPeer(socket, 'server'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    network.name(domain, (server.address() as AddressInfo).port);
    network.onClose(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return peers;
  }

  write(xml: string): void {
    this.#socket.write(xml);
  }

  /** The attributes are given as they are to stand there. */
  opens(attributes: string): void {
    this.write(`<stream:stream ${NAMESPACES} version='1.0' ${attributes}>`);
  }

  /** The next element on the first level, the header of the stream included, or its end. */
  next(): Promise<Element | 'closed'> {
    return this.#elements.next();
  }

  /** As `next`, of that name. */
  async expects(name: string): Promise<Element> {
    const element = await this.next();
    if (element === 'closed' || element.name !== name) throw new Error(`not <${name}/> but ${element.toString()}`);
    return element;
  }

  /** The condition of the stream error that comes next. */
  async expectsError(): Promise<string | undefined> {
    const error = await this.expects('error');
    return error.elements[0]?.name;
  }

  /** Goes on with TLS, which the other side begins to expect now. */
  async secure(identity: LinkIdentity, isShown = true): Promise<void> {
    const plain = this.#socket;
    plain.removeAllListeners();
    plain.on('error', () => undefined);
    this.#reader = this.#newReader();
    const shown = isShown ? { cert: identity.options.cert, key: identity.options.key } : {};
    const socket =
      this.#role === 'client'
        ? connectTls({ socket: plain, rejectUnauthorized: false, ...shown })
        : new TLSSocket(plain, { isServer: true, secureContext: identity.context });
    this.#socket = socket;
    this.#listen(socket);
    await once(socket, 'secure');
  }

  /** From the connection to the features behind TLS, as the one who dialled. */
  async secures(attributes: string, identity: LinkIdentity, isShown = true): Promise<Element> {
    this.opens(attributes);
    await this.expects('stream');
    await this.expects('features');
    this.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    await this.expects('proceed');
    await this.secure(identity, isShown);
    this.opens(attributes);
    await this.expects('stream');
    return this.expects('features');
  }

  /** The same with EXTERNAL, up to the features behind it. */
  async proves(from: string, to: string, identity: LinkIdentity): Promise<Element> {
    const attributes = `from='${from}' to='${to}'`;
    await this.secures(attributes, identity);
    this.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
    await this.expects('success');
    this.restarts();
    this.opens(attributes);
    await this.expects('stream');
    return this.expects('features');
  }

  /** As the one who was dialled: up to its header behind TLS. */
  async admits(attributes: string, identity: LinkIdentity): Promise<void> {
    await this.expects('stream');
    this.opens(attributes);
    this.write("<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>");
    await this.expects('starttls');
    this.write("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    await this.secure(identity);
    await this.expects('stream');
  }

  restarts(): void {
    this.#reader = this.#newReader();
  }

  /** Reads nothing any more. */
  stalls(): void {
    this.#socket.pause();
  }

  drops(): void {
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => this.#reader.write(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#elements.push('closed'));
  }

  #newReader(): XmlReader {
    return new XmlReader(
      {
        streamOpened: (header) => this.#elements.push(header),
        element: (element) => this.#elements.push(element),
        streamClosed() {},
      },
      LIMITS,
    );
  }
}
