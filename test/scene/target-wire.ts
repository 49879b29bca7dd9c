/** What carries a scene's client to another server: TCP that becomes TLS by STARTTLS (RFC 6120 section 5). */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Wire, WireEvents } from './wire.ts';

export interface TargetWireOptions {
  /** As in `127.0.0.1:5222`. */
  readonly address: string;
  readonly domain: string;
  /** True for a wire that negotiates TLS by itself before anything of the script is said. */
  readonly isSecure: boolean;
}

/** Can be written to at once: what is said too early is held. Certificates are not checked: the server is a test's own. */
export class TargetWire implements Wire {
  events: WireEvents | undefined;
  isSecure: boolean;
  readonly #domain: string;
  #socket: Socket;
  /** Undefined as soon as writing is allowed. */
  #held: string[] | undefined;

  constructor({ address, domain, isSecure }: TargetWireOptions) {
    const [host = '127.0.0.1', port = '5222'] = address.split(':');
    this.#domain = domain;
    this.isSecure = isSecure;
    this.#socket = connectTcp({ host, port: Number(port), noDelay: true });
    if (!isSecure) {
      this.#listen();
      return;
    }
    this.#held = [];
    this.#negotiate().catch((error: Error) => {
      this.#socket.destroy();
      this.events?.closed(error.message);
    });
  }

  write(text: string): void {
    if (this.#held === undefined) this.#socket.write(text);
    else this.#held.push(text);
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async secure(): Promise<void> {
    silence(this.#socket);
    const secured = connectTls({ socket: this.#socket, servername: this.#domain, rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => {
      secured.once('secureConnect', resolve);
      secured.once('error', reject);
    });
    secured.removeAllListeners('error');
    this.#socket = secured;
    this.isSecure = true;
    this.#listen();
  }

  async #negotiate(): Promise<void> {
    this.#socket.write(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='${this.#domain}'>`,
    );
    await this.#hears(/<\/(\w+:)?features>/);
    this.#socket.write(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
    await this.#hears(/<proceed[^>]*>/);
    await this.secure();
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const text of held) this.#socket.write(text);
  }

  #hears(pattern: RegExp): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      let heard = '';
      silence(socket);
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
        if (pattern.test(heard)) resolve();
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error(`the connection was closed before TLS, after ${heard || 'nothing'}`)));
    });
  }

  #listen(): void {
    let reason: string | undefined;
    this.#socket.on('data', (chunk: Buffer) => this.events?.received(chunk));
    this.#socket.on('error', ({ message }) => {
      reason = message;
    });
    this.#socket.on('close', () => this.events?.closed(reason));
  }
}

/** Takes back what was listened to here; Node has listeners of its own on a socket. */
function silence(socket: Socket): void {
  for (const event of ['data', 'close', 'error']) socket.removeAllListeners(event);
}
