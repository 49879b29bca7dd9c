/** What a module may answer over HTTPS, and how it finds out under which address. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';

/**
 * Adds a module's routes. `server` is a scope of its own: hooks, parsers of bodies and error handlers that are set on it
 * concern no other module. Nothing is parsed unless the module says so.
 */
export type WebRoutes = (server: FastifyInstance) => void | Promise<void>;

/** A connection that leaves HTTP behind (RFC 9110 section 7.8), by path. */
export interface WebUpgrade {
  readonly path: string;
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Where the server answers HTTPS. */
export interface WebAddress {
  /** Like `https://miller.local:5281`, without a slash at its end; undefined while the web port is shut. */
  readonly origin: string | undefined;
  /** The join page, like `http://192.168.1.5:5280/join`; undefined while its port is shut. */
  readonly join?: string | undefined;
  /** SHA-256 of the local authority as `AA:BB:…`, for links to the join page; undefined where there is none to trust. */
  readonly authority?: string | undefined;
}

/** A refusal as a problem document (RFC 9457) with a sentence for whoever reads it. */
export function sendProblem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify({ type: 'about:blank', status, detail }));
}
