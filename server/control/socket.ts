/**
 * The control socket: the contract over HTTP on a local socket in the data directory.
 *
 * SECURITY: who can open the socket is an administrator. Its mode lets in the owner of the data directory and nobody
 * else, from the first moment on.
 */
import { chmodSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { thisComputer } from '../administration/actor.ts';
import type { Logger } from '../log/log.ts';
import type { ControlRouter } from './handlers.ts';
import { createRequestListener, refuseMalformed } from './http-door.ts';
import { findSocketPath, socketRecordPath, usualSocketPath } from './socket-path.ts';

/** How long calls that are being answered may take once the socket closes. */
const CLOSE_GRACE_MS = 1000;
/** A window, a few terminals and a script; a runaway loop must not take all file descriptors from the clients. */
const MAX_CONNECTIONS = 64;

export interface ControlSocket {
  readonly path: string;
  /** Ends followers, lets calls finish for a second, and removes the socket. */
  close(): Promise<void>;
}

/** The control socket cannot be opened; the message is a sentence. */
export class ControlSocketError extends Error {
  override readonly name = 'ControlSocketError';
}

/**
 * Serves `router` to whoever may open the socket of `dataDir`, which must exist.
 * @throws ControlSocketError when another server answers there or the path cannot be used
 */
export async function openControlSocket(dataDir: string, router: ControlRouter, log: Logger): Promise<ControlSocket> {
  await removeStaleSocket(dataDir);
  const place = makePlace(dataDir);
  const closing = new AbortController();
  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: 10_000, requestTimeout: 30_000 },
    createRequestListener(router, { actor: thisComputer('command-line'), closing: closing.signal }, log),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', (_error, socket) => refuseMalformed(socket));
  try {
    await listen(server, place.path);
  } catch (error) {
    place.remove();
    throw new ControlSocketError(`The control socket ${place.path} cannot be opened (${(error as Error).message}).`);
  }
  log.debug({ path: place.path }, 'control socket opened');
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing.abort();
    await closeServer(server);
    place.remove();
  };
  return {
    path: place.path,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** What a server that was killed left behind. The data directory's lock says that it is gone; asking makes sure. */
async function removeStaleSocket(dataDir: string): Promise<void> {
  const path = findSocketPath(dataDir);
  if (path === undefined || process.platform === 'win32') return;
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket())
    throw new ControlSocketError(`${path} is in the way: a socket is needed there, and it is none.`);
  if (await isAnswered(path)) throw new ControlSocketError(`Another server answers on ${path}.`);
  rmSync(path, { force: true });
  if (usualSocketPath(dataDir) === undefined) rmSync(dirname(path), { recursive: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

interface Place {
  readonly path: string;
  remove(): void;
}

/** The usual path, or, when that is too long, a private directory for temporary files and a note that leads there. */
function makePlace(dataDir: string): Place {
  const usual = usualSocketPath(dataDir);
  if (usual !== undefined) return { path: usual, remove: () => undefined };
  const directory = mkdtempSync(join(tmpdir(), 'snug-'));
  const path = join(directory, 'control.sock');
  const record = socketRecordPath(dataDir);
  rmSync(record, { force: true });
  writeFileSync(record, `${path}\n`, { mode: 0o600, flag: 'wx' });
  return {
    path,
    remove: () => {
      rmSync(record, { force: true });
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Node makes the socket within `listen`, so the mask can be narrow for just that call: there is no moment at which the
 * socket exists with a wider mode, as there would be with `chmod` alone.
 */
function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    const maskBefore = process.umask(0o177);
    try {
      server.listen(path);
      if (server.listening && process.platform !== 'win32') chmodSync(path, 0o600);
    } finally {
      process.umask(maskBefore);
    }
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
