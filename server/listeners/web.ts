/** HTTPS for what belongs to chatting besides streams over TCP: files, web clients, what they look up. */
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyServerFactory } from 'fastify';
import type { Logger } from '../log/log.ts';
import { sendProblem, type WebRoutes, type WebUpgrade } from '../modulehost/web.ts';
import { ALPN_CLIENT } from './socket-transport.ts';
import { isAddressFamilyMissing } from './tcp.ts';
import type { ServerTls } from './tls.ts';
import { WebConnections } from './web-connections.ts';

/** Of a request that is read as a whole; files are streamed and have limits of their own. */
const MAX_BODY_BYTES = 1_048_576;
/** For the head of a request: who dawdles there holds a connection for nothing. */
const HEADERS_TIMEOUT_MS = 20_000;
/** How often that is looked at; the system's own half a minute would double it. */
const CHECK_MS = 5_000;
/** While nothing comes or goes. A whole request may take hours: a large file on a slow line. */
const IDLE_MS = 120_000;
const KEEP_ALIVE_MS = 30_000;
const ALPN_HTTP = 'http/1.1';
/** Of one part of a path: the name of a file, whose 255 bytes may each be three characters there. */
const MAX_PART_LENGTH = 765;
/** What of a stranger's words goes into the log. */
const MAX_LOGGED_LENGTH = 200;

export interface WebListenerOptions {
  /** IP address; `::` takes IPv4 as well. */
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly tls: ServerTls;
  readonly routes: readonly WebRoutes[];
  readonly upgrades: readonly WebUpgrade[];
  /** Takes connections that ask for a client stream by ALPN (XEP-0368 section 4), so that one port can be all there is. */
  readonly openStream?: (socket: TLSSocket) => void;
  /** Of those that speak HTTP, at a time. */
  readonly maxConnections?: number;
  readonly log: Logger;
}

export interface WebListener {
  readonly port: number;
  /** A renewed certificate: connections that are open go on with the former. */
  setTls(tls: ServerTls): void;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** Listens. Rejects with the system's error, its `code` and its `port` (`EADDRINUSE`, `EACCES` …). */
export async function listenWeb(options: WebListenerOptions): Promise<WebListener> {
  const { address, log } = options;
  const { openStream } = options;
  let { tls } = options;
  const https = createServer({
    // Who asks by IP address names nobody (RFC 6066 section 3: no literal addresses).
    ...(tls.byAddress ?? tls).options,
    SNICallback: (name, done) => done(null, isIP(name) === 0 ? tls.context : undefined),
    ALPNProtocols: openStream === undefined ? [ALPN_HTTP] : [ALPN_HTTP, ALPN_CLIENT],
    headersTimeout: HEADERS_TIMEOUT_MS,
    handshakeTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_MS,
    requestTimeout: 0,
  });
  https.setTimeout(IDLE_MS);
  const connections = new WebConnections({ log, max: options.maxConnections });
  https.on('connection', (socket: Socket) => connections.add(socket));
  if (openStream !== undefined) {
    divertStreams(https, (socket) => {
      connections.leave(socket);
      openStream(socket);
    });
  }
  const server = await createWeb(options, (handler) => https.on('request', handler));
  https.on('upgrade', (request, socket, head) => {
    const found = findUpgrade(options.upgrades, request);
    if (found === undefined) {
      refuseUpgrade(socket);
      return;
    }
    connections.leave(request.socket);
    found.accept(request, socket, head);
  });
  https.on('tlsClientError', (error, socket) => {
    log.debug({ err: error, address: socket.remoteAddress }, 'a web connection failed in its handshake');
  });
  try {
    await server.listen({ host: address, port: options.port });
  } catch (error) {
    if (address !== '::' || !isAddressFamilyMissing(error)) throw error;
    await server.listen({ host: '0.0.0.0', port: options.port });
  }
  return {
    port: (https.address() as AddressInfo).port,
    setTls: (renewed) => {
      tls = renewed;
      https.setSecureContext((tls.byAddress ?? tls).options);
    },
    close: () => server.close(),
  };
}

/** The server without its port; on plain HTTP unless `serverFactory` says otherwise. */
export async function createWeb(
  { routes, log }: Pick<WebListenerOptions, 'routes' | 'log'>,
  serverFactory?: FastifyServerFactory,
): Promise<FastifyInstance> {
  const server = fastify({
    ...(serverFactory && { serverFactory }),
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PART_LENGTH },
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
  });
  server.addHook('onRequest', (_request, reply, next) => {
    // SECURITY: no answer of ours is what a browser makes of it.
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    next();
  });
  server.addHook('onSend', ({ headers }, reply, payload, next) => {
    // SECURITY: what is refused is not read to its end, which may never come.
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (reply.statusCode >= 400 && hasBody) reply.header('connection', 'close');
    next(null, payload);
  });
  server.setNotFoundHandler((_request, reply) => {
    sendProblem(reply, 404, 'There is nothing here.');
  });
  server.setErrorHandler((error: { statusCode?: number; message: string }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error, path: request.url.slice(0, MAX_LOGGED_LENGTH) }, 'a web request failed');
    const sentence = status >= 500 ? 'The server met a bug; its log says more.' : error.message;
    sendProblem(reply, status, sentence);
  });
  for (const add of routes) {
    await server.register(async (scope) => {
      // Whoever wants a body says of which type: what nobody has asked for is not read.
      scope.removeAllContentTypeParsers();
      await add(scope);
    });
  }
  return server;
}

/** Comes before HTTP where a connection is none of its business. */
function divertStreams(https: Server, openStream: (socket: TLSSocket) => void): void {
  const speakHttp = https.listeners('secureConnection');
  https.removeAllListeners('secureConnection');
  https.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === ALPN_CLIENT) openStream(socket);
    else for (const listener of speakHttp) listener.call(https, socket);
  });
}

function findUpgrade(upgrades: readonly WebUpgrade[], request: IncomingMessage): WebUpgrade | undefined {
  // SECURITY: what a stranger asks for need not be a path at all, and nobody would catch what is thrown here.
  const path = URL.parse(request.url ?? '/', 'https://host')?.pathname;
  return upgrades.find((candidate) => candidate.path === path);
}

function refuseUpgrade(socket: Duplex): void {
  // SECURITY: the connection has no time limit any more, and its other half would stay open for as long as the peer likes.
  socket.once('finish', () => socket.destroy());
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
