/** Calls as HTTP requests: limits and malformed input end here, before the contract sees them. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/node';
import type { Logger } from '../log/log.ts';
import { callFailures, errorBody } from './call-failures.ts';
import { controlError } from './control-error.ts';
import type { ControlContext, ControlRouter } from './handlers.ts';

/** No call needs more than a few kilobytes; an imported list of people may. */
const MAX_BODY_BYTES = 1_048_576;
/** What is still read and thrown away so that a caller who sends too much hears why; beyond it the line is cut. */
const MAX_DISCARDED_BYTES = 16 * MAX_BODY_BYTES;

/** Answers every request: with the call's result, or with an error of the contract. */
export function createRequestListener(router: ControlRouter, context: ControlContext, log: Logger): RequestListener {
  const handler = new RPCHandler(router, callFailures(log));

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const read =
      request.method === 'POST' ? await readCall(request) : controlError('INVALID', 'Calls are POST requests.');
    if (read instanceof Error) return refuse(response, read);
    const prepared = Object.assign(request, { body: read.body });
    await handler.handle(prepared, response, { context });
  };

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.debug({ err: error }, 'control caller went away');
      response.destroy();
    });
  };
}

/** For bytes that are not HTTP at all. */
export function refuseMalformed(socket: Duplex): void {
  if (!socket.writable) return;
  const body = JSON.stringify(errorBody(controlError('INVALID', 'That is not an HTTP request.')));
  socket.end(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

type Refusal = ReturnType<typeof controlError>;

async function readCall(request: IncomingMessage): Promise<{ readonly body: object } | Refusal> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (bytes > MAX_DISCARDED_BYTES) throw new Error('the request went on without end');
    else chunks.length = 0;
  }
  if (bytes > MAX_BODY_BYTES) return controlError('TOO_LARGE', `A request may have ${MAX_BODY_BYTES} bytes at most.`);
  return parseBody(Buffer.concat(chunks).toString('utf8'));
}

/** A call without input has no body, or an empty object. */
function parseBody(text: string): { readonly body: object } | Refusal {
  if (text === '') return { body: {} };
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return { body };
  } catch {
    // The sentence below says all there is to say.
  }
  return controlError('INVALID', 'The request is not a JSON object.');
}

function refuse(response: ServerResponse, error: Refusal): void {
  response.writeHead(error.status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(errorBody(error)));
}
