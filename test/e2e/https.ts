/** Requests over HTTPS as a client makes them: to the name of the server, trusting its authority and nothing else. */
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ServerInTest } from './server-in-test.ts';

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How to reach the server by its name, which is known to this machine alone, and whom to trust. */
export function trusting(server: ServerInTest): Pick<RequestOptions, 'ca' | 'lookup'> {
  return {
    ca: readFileSync(join(server.dataDir, 'certificates', 'ca.pem')),
    lookup: (_name, options, done) =>
      options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
  };
}

/** A request that has begun; whoever opens it writes its body, reads its answer, or cuts it off. */
export function openRequest(server: ServerInTest, url: string, { method = 'GET', headers = {} }: Asked): ClientRequest {
  return request(url, { method, headers, agent: false, ...trusting(server) });
}

/** The answer with its body still to be read. Rejects when there is none, or when the certificate is not good. */
export async function exchange(server: ServerInTest, url: string, asked: Asked = {}): Promise<IncomingMessage> {
  const opened = openRequest(server, url, asked);
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    opened.once('response', resolve).once('error', reject);
  });
  if (asked.body === undefined || typeof asked.body === 'string') opened.end(asked.body);
  // Whatever ends it early tells of itself by its answer.
  else void pipeline(asked.body, opened).catch(() => undefined);
  return await answer;
}

export async function fetchText(server: ServerInTest, url: string, asked: Asked = {}): Promise<Answer> {
  const answer = await exchange(server, url, asked);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() };
}
