/** Whoever knocks at the window's web door: browsers, programs, and pages that may not. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import type { ControlClient } from '../../server/control/client.ts';

export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export type Knocked = { readonly socket: WebSocket } | { readonly status: number };

export class WebCaller {
  readonly port: number;
  readonly #sockets = new Set<WebSocket>();

  constructor(port: number) {
    this.port = port;
  }

  /** What a browser says by itself about a request of the window's own page. */
  get own(): { readonly host: string; readonly origin: string } {
    return { host: `127.0.0.1:${this.port}`, origin: `http://127.0.0.1:${this.port}` };
  }

  ask({ method = 'GET', path = '/', headers = {}, body }: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, method, path, headers, agent: false };
      const sending = httpRequest(options, async (answer) => {
        resolve({ status: answer.statusCode, headers: answer.headers, body: await text(answer) });
      });
      sending.once('error', reject);
      sending.end(body);
    });
  }

  signIn(token: string, headers: Record<string, string> = this.own): Promise<Answer> {
    return this.ask({
      method: 'POST',
      path: '/session',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ token }),
    });
  }

  /** The cookie for the token of `address`, as a browser sends it back. */
  async cookieOf(address: string): Promise<string> {
    const { status, headers } = await this.signIn(tokenOf(address));
    const [cookie] = headers['set-cookie'] ?? [];
    if (status !== 204 || cookie === undefined) throw new Error(`the token was refused with ${status}`);
    return cookie.split(';', 1)[0] ?? '';
  }

  /** Asks for a web socket; it, or the status with which it was refused. */
  knock(headers: Record<string, string>, path = '/control'): Promise<Knocked> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${this.port}${path}`, { headers });
      this.#sockets.add(socket);
      socket.once('open', () => resolve({ socket }));
      socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
        socket.once('error', () => undefined);
        socket.terminate();
        resolve({ status: statusCode });
      });
      socket.once('error', reject);
    });
  }

  async socketFor(cookie: string): Promise<WebSocket> {
    const knocked = await this.knock({ ...this.own, cookie });
    if ('status' in knocked) throw new Error(`the web socket was refused with ${knocked.status}`);
    return knocked.socket;
  }

  async clientFor(cookie: string): Promise<ControlClient> {
    const socket = await this.socketFor(cookie);
    return createORPCClient<ControlClient>(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}

export function tokenOf(address: string): string {
  return new URL(address).hash.replace(/^#token=/, '');
}
