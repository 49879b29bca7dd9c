/**
 * One message of a caller on a port or web socket, read before oRPC sees it.
 *
 * SECURITY: oRPC's adapters believe the envelope: headers can turn a call's body into forms and files, and what cannot
 * be decoded rejects a promise that nobody holds. So the envelope is checked and built anew here, from what our own
 * clients send and nothing else.
 */
import { z } from 'zod';
import { errorBody } from './call-failures.ts';
import type { ControlErrorCode } from './contract.ts';
import { controlError } from './control-error.ts';

/** No call needs more than a few kilobytes; an imported list of people may. The same as for HTTP requests. */
export const MAX_MESSAGE_LENGTH = 1_048_576;

/** oRPC numbers its kinds of messages; the two that callers of this contract send (1 may be left out). */
const REQUEST = 1;
const ABORT = 4;
const id = z.string().min(1).max(40);
const envelope = z.union([
  z.object({ i: id, t: z.literal(ABORT) }),
  z.object({
    i: id,
    t: z.literal(REQUEST).optional(),
    p: z.object({
      u: z
        .string()
        .regex(/^\/[\w/%.-]*$/)
        .max(500),
      b: z.unknown().optional(),
    }),
  }),
]);
const onlyId = z.object({ i: id });

export type ReadMessage =
  | { readonly message: z.output<typeof envelope> }
  /** Why not; `answer` is to be sent back where it is known which call it was. */
  | { readonly refused: ControlErrorCode; readonly answer?: string };

export function readControlMessage(data: unknown): ReadMessage {
  if (typeof data !== 'string') return { refused: 'INVALID' };
  if (data.length > MAX_MESSAGE_LENGTH) {
    return refuse(leadingId(data), 'TOO_LARGE', `A message may have ${MAX_MESSAGE_LENGTH} characters at most.`);
  }
  const json = parse(data);
  const read = envelope.safeParse(json);
  if (read.success) return { message: read.data };
  const known = onlyId.safeParse(json);
  return refuse(known.success ? known.data.i : undefined, 'INVALID', 'The message is not a call.');
}

function refuse(call: string | undefined, code: ControlErrorCode, sentence: string): ReadMessage {
  if (call === undefined) return { refused: code };
  const error = controlError(code, sentence);
  return { refused: code, answer: JSON.stringify({ i: call, p: { s: error.status, b: errorBody(error) } }) };
}

/** What is too large is not parsed; our clients write the id first. */
function leadingId(text: string): string | undefined {
  return /^\{"i":"([\w-]{1,40})"/.exec(text)?.[1];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
