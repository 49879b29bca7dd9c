/** The window's calls in a browser: web sockets, let in by `web-door.ts` and served like message ports. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Actor } from '../administration/actor.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Logger } from '../log/log.ts';
import { MAX_MESSAGE_LENGTH } from './control-message.ts';
import type { ControlPort, PortDoor } from './port-door.ts';

/** Beyond this a message is cut off unread; below it, it is told that it is too large. */
const MAX_PAYLOAD_BYTES = 4 * MAX_MESSAGE_LENGTH;
/** Tabs; a page that opens them in a loop must not take all file descriptors from the clients. */
const MAX_SOCKETS = 64;
/** A tunnel that broke is noticed after twice this. */
const PING_MS = 30_000;
/** What waits for a tab that the browser has put to sleep. */
const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
/** WebSocket close codes (RFC 6455 section 7.4.1). */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;
const CLOSE_GRACE_MS = 500;

export interface WebSocketsOptions {
  readonly door: PortDoor;
  readonly actor: Actor;
  readonly clock: Clock;
  readonly log: Logger;
}

export class WebSockets {
  readonly #options: WebSocketsOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_PAYLOAD_BYTES, perMessageDeflate: false });
  readonly #pinging: Timer;
  /** Those that have answered the last ping. */
  readonly #alive = new WeakSet<WebSocket>();

  constructor(options: WebSocketsOptions) {
    this.#options = options;
    this.#pinging = options.clock.every(PING_MS, () => this.#ping());
  }

  /** Completes the handshake of a request that has been let in. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#server.clients.size >= MAX_SOCKETS) refuseUpgrade(socket, 503, 'Too many windows are open.');
    else this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#serve(webSocket));
  }

  /** Ends what is followed, says goodbye, and cuts off who does not answer it. */
  async close(): Promise<void> {
    this.#pinging.cancel();
    await this.#options.door.end();
    const { clients } = this.#server;
    const gone = Promise.all([...clients].map((client) => new Promise((resolve) => client.once('close', resolve))));
    for (const client of clients) client.close(GOING_AWAY, 'The server is stopping.');
    const deadline = this.#options.clock.after(CLOSE_GRACE_MS, () => {
      for (const client of clients) client.terminate();
    });
    await gone;
    deadline.cancel();
  }

  #serve(webSocket: WebSocket): void {
    const { door, actor, log } = this.#options;
    this.#alive.add(webSocket);
    webSocket.on('pong', () => this.#alive.add(webSocket));
    // Broken frames and what is larger than the limit: the library has closed the socket with the fitting code.
    webSocket.on('error', (error) => log.warn({ err: error }, 'window connection ended by an error'));
    door.serve(portOf(webSocket), actor);
  }

  #ping(): void {
    for (const client of this.#server.clients) {
      if (!this.#alive.has(client) || client.bufferedAmount > MAX_BUFFERED_BYTES) {
        client.terminate();
      } else {
        this.#alive.delete(client);
        client.ping();
      }
    }
  }
}

/** Calls are text; bytes are not what any of our clients sends, and are handed on as what they are, to be refused. */
function portOf(webSocket: WebSocket): ControlPort {
  return {
    postMessage: (text) => webSocket.send(text),
    start: () => undefined,
    close: () => webSocket.close(POLICY_VIOLATION, 'The message is not a call.'),
    on(event, listener) {
      if (event === 'close') webSocket.on('close', () => listener());
      else webSocket.on('message', (data: RawData, isBinary) => listener({ data: isBinary ? data : String(data) }));
    },
  };
}

/** Answers a request for a web socket with a plain refusal. */
export function refuseUpgrade(socket: Duplex, status: number, sentence: string): void {
  socket.on('error', () => undefined);
  const body = JSON.stringify({ message: sentence });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
