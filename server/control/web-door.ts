/**
 * The window in a browser: its page over HTTP, its calls over a web socket, on the loopback alone.
 *
 * SECURITY: everybody who works on this computer, and every page in their browsers, can reach the port. Calls are
 * answered only with the cookie that a one-time token was exchanged for; who has a token is the door's actor.
 */
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Actor } from '../administration/actor.ts';
import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../log/log.ts';
import type { ControlRouter } from './handlers.ts';
import { PortDoor } from './port-door.ts';
import { findRefusal, isOurHost, readCookie, refusalSentences, securityHeaders } from './web-guard.ts';
import { servePage } from './web-page.ts';
import { refuseUpgrade, WebSockets } from './web-socket.ts';
import { WindowKeys } from './window-keys.ts';

const ADDRESS = '127.0.0.1';
/** The only body there is holds a token. */
const MAX_BODY_BYTES = 1024;
/** What of a stranger's words goes into the log. */
const MAX_LOGGED_LENGTH = 200;

export interface WebDoorOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** The directory of the built page. */
  readonly pageDir: string;
  readonly router: ControlRouter;
  /** Whoever signs in with a token. */
  readonly actor: Actor;
  readonly clock: Clock;
  readonly randomBytes: (bytes: number) => Buffer;
  readonly log: Logger;
}

export interface WebDoor {
  readonly port: number;
  /** The page's address with a fresh token, good for one use within ten minutes. */
  newAddress(): string;
  /** Ends followers and connections. */
  close(): Promise<void>;
}

/** @throws the system's error when the port cannot be had, such as EADDRINUSE */
export async function openWebDoor(options: WebDoorOptions): Promise<WebDoor> {
  const { clock, log, actor } = options;
  const keys = new WindowKeys({ now: () => clock.now(), randomBytes: options.randomBytes });
  const door = new PortDoor(options.router, log);
  const server = fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true, requestTimeout: 30_000 });
  const port = (): number => (server.server.address() as AddressInfo).port;
  const cookieName = (): string => `snug-window-${port()}`;
  const refused = (reason: string, { headers, url }: IncomingMessage): void =>
    log.warn({ reason, path: clip(url), host: clip(headers.host), origin: clip(headers.origin) }, 'window refused');

  server.addHook('onRequest', (request, reply, next) => {
    const refusal = findRefusal(request.headers, port(), { mustTellOrigin: isChange(request.method) });
    const { host } = request.headers;
    reply.headers(securityHeaders(isOurHost(host, port()) ? host : `${ADDRESS}:${port()}`));
    reply.header('cache-control', 'no-store');
    if (refusal === undefined) {
      next();
      return;
    }
    refused(refusal, request.raw);
    sendFailure(reply, refusal === 'wrong-host' ? 421 : 403, refusalSentences[refusal](port()));
  });
  answerFailures(server, log);
  serveSignIn(server, keys, cookieName, refused);
  await servePage(server, options.pageDir);

  const sockets = new WebSockets({ door, actor, clock, log });
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = findRefusal(request.headers, port(), { mustTellOrigin: true });
    const isKnown = keys.isSignedIn(readCookie(request.headers, cookieName()) ?? '');
    if (refusal !== undefined) {
      refused(refusal, request);
      refuseUpgrade(socket, 403, refusalSentences[refusal](port()));
    } else if (!isKnown) {
      refused('no-cookie', request);
      refuseUpgrade(socket, 401, NOT_SIGNED_IN);
    } else if (request.url !== '/control') {
      refuseUpgrade(socket, 404, 'There is nothing here.');
    } else {
      sockets.accept(request, socket, head);
    }
  });

  await server.listen({ host: ADDRESS, port: options.port });
  log.info({ port: port() }, 'window opened for browsers');
  return {
    port: port(),
    newAddress: () => `http://${ADDRESS}:${port()}/#token=${keys.newToken()}`,
    async close() {
      await sockets.close();
      await server.close();
    },
  };
}

const NOT_SIGNED_IN = 'Open the address that “snug window” shows.';

/** `POST /session` with the token that the page found in its address; `GET /session` tells whether the cookie is good. */
function serveSignIn(
  server: FastifyInstance,
  keys: WindowKeys,
  cookieName: () => string,
  refused: (reason: string, request: IncomingMessage) => void,
): void {
  const body = z.object({ token: z.string().min(1).max(200) });

  server.post('/session', (request, reply) => {
    const given = body.safeParse(request.body);
    if (!given.success) return sendFailure(reply, 400, 'The request does not hold a token.');
    const redeemed = keys.redeem(given.data.token);
    if (redeemed === 'wrong') {
      refused('wrong-token', request.raw);
      return sendFailure(reply, 401, `This address was used already, or is too old. ${NOT_SIGNED_IN}`);
    }
    if (redeemed === 'too-many') {
      refused('too-many-wrong-tokens', request.raw);
      return sendFailure(reply, 429, 'There were too many wrong addresses; try again in a minute.');
    }
    // Without an end: the browser forgets it when it closes, and the server when it stops.
    const cookie = `${cookieName()}=${redeemed.cookie}; Path=/; HttpOnly; SameSite=Strict`;
    return reply.code(204).header('set-cookie', cookie).send();
  });

  server.get('/session', (request, reply) => {
    if (keys.isSignedIn(readCookie(request.headers, cookieName()) ?? '')) return reply.code(204).send();
    return sendFailure(reply, 401, NOT_SIGNED_IN);
  });
}

function answerFailures(server: FastifyInstance, log: Logger): void {
  server.setNotFoundHandler((_request, reply) => sendFailure(reply, 404, 'There is nothing here.'));
  server.setErrorHandler((error: { readonly statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return sendFailure(reply, status, 'The request is not what this server understands.');
    log.error({ err: error }, 'a request of the window failed by a fault of the server');
    return sendFailure(reply, 500, 'The server met a bug; its log says more.');
  });
}

function sendFailure(reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send({ message });
}

function isChange(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function clip(text: string | undefined): string | undefined {
  return text?.slice(0, MAX_LOGGED_LENGTH);
}
