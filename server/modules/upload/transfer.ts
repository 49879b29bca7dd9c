/** Uploads and downloads over HTTPS (XEP-0363 sections 5 and 6). */
import { timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { send } from '@fastify/send';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem } from '../../modulehost/web.ts';
import type { Files, Received } from './files.ts';
import { contentDisposition, contentType, readMediaType } from './media-type.ts';
import { SLOT_MS } from './slots.ts';
import type { UploadedFile } from './uploaded-file.ts';

const YEAR_SECONDS = 31_536_000;
const UNKNOWN = 'application/octet-stream';

/** SECURITY: whatever a file holds, a browser runs nothing of it, and no page can put it into a frame. */
const HARMLESS = {
  'content-security-policy':
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
};
/** Web clients come from anywhere, and need no cookie: the address is the key. */
const FOR_WEB_CLIENTS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'OPTIONS, HEAD, GET, PUT',
  'access-control-allow-headers': 'Authorization, Content-Type, Range',
  'access-control-expose-headers': 'Content-Length, Content-Range',
  'access-control-max-age': '86400',
};

const REFUSALS: Readonly<Record<Exclude<Received, 'done'>, readonly [status: number, sentence: string]>> = {
  'wrong-size': [400, 'The file is not as long as was announced.'],
  taken: [409, 'This file has been uploaded already, or is just being.'],
  'broken-off': [400, 'The upload broke off.'],
  'not-stored': [507, 'The server could not store the file. Its disk may be full.'],
};

const GONE = 'There is no such file, or not any more.';

interface Address {
  readonly Params: { readonly id: string; readonly name: string };
}

export function serveTransfers(server: FastifyInstance, files: Files, now: () => number): void {
  // The body is the file: it goes to the disk as it comes.
  server.addContentTypeParser('*', (_request, body, done) => done(null, body));
  server.addHook('onRequest', (_request, reply, next) => {
    reply.headers(FOR_WEB_CLIENTS);
    next();
  });

  server.options('/files/:id/:name', (_request, reply) => reply.code(204).send());

  server.put<Address>('/files/:id/:name', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
    const file = findFile(files, request.params);
    if (file === undefined) return sendProblem(reply, 404, 'There is nothing to upload here.');
    if (file.uploadedAtMs === undefined && !files.isReceiving(file.id) && now() - file.requestedAtMs >= SLOT_MS)
      return sendProblem(reply, 410, 'The time for this upload is over; ask for another address.');
    const mismatch = findMismatch(request, file);
    if (mismatch !== undefined) return sendProblem(reply, ...mismatch);
    // What has neither length nor encoding has no body at all (RFC 9112 section 6.3).
    const received = request.body instanceof Readable ? await files.receive(file, request.body) : 'wrong-size';
    if (received !== 'done') return sendProblem(reply, ...REFUSALS[received]);
    return reply.code(201).send();
  });

  server.get<Address>('/files/:id/:name', (request, reply) => sendFile(request, reply, files));
}

async function sendFile(request: FastifyRequest<Address>, reply: FastifyReply, files: Files): Promise<FastifyReply> {
  const file = findFile(files, request.params);
  if (file?.uploadedAtMs === undefined) return sendProblem(reply, 404, GONE);
  const path = files.pathOf(file.id);
  const { statusCode, headers, stream, type } = await send(request.raw, `/${file.id}`, {
    root: path.slice(0, -file.id.length),
    maxAge: YEAR_SECONDS * 1_000,
    immutable: true,
    contentType: false,
  });
  if (type === 'error' && statusCode === 404) return sendProblem(reply, 404, GONE);
  if (type === 'error') return sendProblem(reply.headers(headers), statusCode, 'This part of the file cannot be had.');
  return reply
    .code(statusCode)
    .headers({ ...headers, ...HARMLESS })
    .header('content-type', contentType(file.mediaType))
    .header('content-disposition', contentDisposition(file.mediaType, file.name))
    .send(stream);
}

/** The file of an address, name and all: who gets an address cannot make it say another name. */
function findFile(files: Files, { id, name }: Address['Params']): UploadedFile | undefined {
  const file = files.find(id);
  return file !== undefined && isSame(file.name, name) ? file : undefined;
}

function isSame(name: string, given: string): boolean {
  const [a, b] = [Buffer.from(name), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Section 5: a length that differs must be refused, a type that differs should be. */
function findMismatch({ headers }: FastifyRequest, file: UploadedFile): readonly [number, string] | undefined {
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== file.size) return REFUSALS['wrong-size'];
  const given = headers['content-type'];
  if (given === undefined || file.mediaType === UNKNOWN || readMediaType(given) === file.mediaType) return undefined;
  return [415, 'The file is of another type than was announced.'];
}
