/** The other end of the control socket: the contract as functions, for the `snug` command. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createConnection } from 'node:net';
import { Readable } from 'node:stream';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from './contract.ts';
import { findSocketPath } from './socket-path.ts';

export type ControlClient = ContractRouterClient<typeof contract>;

/** Nobody listens on the control socket: no server runs on this data directory, or it has just ended. */
export class NotRunningError extends Error {
  override readonly name = 'NotRunningError';
}

/**
 * The running server of a data directory. Each call uses a connection of its own; calls that fail throw an `ORPCError`
 * with a code of the contract and a sentence.
 * @throws NotRunningError when there is none; Error with a sentence when the socket belongs to somebody else
 */
export async function connectControl(dataDir: string): Promise<ControlClient> {
  const path = findSocketPath(dataDir);
  if (path === undefined) throw notRunning(dataDir);
  await probe(path, dataDir);
  const link = new RPCLink({
    url: 'http://localhost',
    fetch: (request, _init, { signal }) => fetchOverSocket(path, request, signal),
  });
  return createORPCClient<ControlClient>(link);
}

function probe(path: string, dataDir: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const isForeign = error.code === 'EACCES' || error.code === 'EPERM';
      reject(
        isForeign ? new Error(`You may not open ${path}; run this as the server's own user.`) : notRunning(dataDir),
      );
    });
  });
}

function notRunning(dataDir: string): NotRunningError {
  return new NotRunningError(`No Snug server is running on ${dataDir}.`);
}

/** The built-in `fetch` cannot reach local sockets; `node:http` can. */
async function fetchOverSocket(path: string, request: Request, signal: AbortSignal | undefined): Promise<Response> {
  const body = Buffer.from(await request.arrayBuffer());
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sending = httpRequest({
      socketPath: path,
      path: new URL(request.url).pathname,
      method: request.method,
      headers: { ...Object.fromEntries(request.headers), 'content-length': body.length },
      agent: false,
      ...(signal === undefined ? {} : { signal }),
    });
    sending.once('response', resolve);
    sending.on('error', reject);
    sending.end(body);
  });
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Response(Readable.toWeb(answer) as ReadableStream, { status: answer.statusCode ?? 500, headers });
}
