/** Lets through just as many bytes as were announced (XEP-0363 section 5: anything else must be refused). */
import type { Readable } from 'node:stream';

export class WrongSize extends Error {
  override readonly name = 'WrongSize';
}

/**
 * The content of `body`, chunk by chunk. The body is left as it is, so that a refusal can still be told on its connection.
 * @throws WrongSize as soon as more has come, or at the end when less has
 */
export async function* exactly(body: Readable, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    left -= chunk.length;
    if (left < 0) throw new WrongSize('more came than was announced');
    yield chunk;
  }
  if (left > 0) throw new WrongSize('less came than was announced');
}
