/** A call to a DNS provider's REST API. SECURITY: what it throws never holds the token, nor anything that was sent. */
import { z } from 'zod';
import { AcmeError } from '../acme-error.ts';
import { plain } from '../problems.ts';

const TIMEOUT_MS = 20_000;
const MAX_ANSWER_BYTES = 1_000_000;

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface RestApi {
  readonly title: string;
  readonly base: string;
  readonly authorization: string;
  readonly fetch: Fetch;
  /** Why the provider refuses, read from its answer. */
  readonly reasonIn: (answer: unknown) => string | undefined;
}

interface RestCall<T> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly answer: z.ZodType<T>;
  /** Statuses besides 2xx that are no failure; the answer is then undefined. */
  readonly alsoFine?: readonly number[];
}

/** @throws AcmeError */
export async function callRest<T>(api: RestApi, call: RestCall<T>): Promise<T | undefined> {
  const { title } = api;
  let response: Response;
  let text: string;
  try {
    response = await api.fetch(`${api.base}${call.path}`, {
      method: call.method ?? 'GET',
      headers: {
        authorization: api.authorization,
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      // SECURITY: a redirect could carry the token to somebody else.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (error) {
    throw new AcmeError('dns-provider', `${title} cannot be reached.`, {
      fix: 'Is there internet? Snug tries again by itself.',
      cause: error,
    });
  }
  if (call.alsoFine?.includes(response.status) === true) return undefined;
  const answer = text === '' || text.length > MAX_ANSWER_BYTES ? undefined : parsed(text);
  if (!response.ok) throw refusal(api, response, answer);
  const checked = call.answer.safeParse(answer);
  if (checked.success) return checked.data;
  throw new AcmeError('dns-provider', `${title} answers in a way that Snug does not understand.`);
}

function refusal({ title, reasonIn }: RestApi, response: Response, answer: unknown): AcmeError {
  const { status } = response;
  if (status === 401 || status === 403)
    return new AcmeError('dns-provider', `${title} does not accept the token (${status}).`, {
      fix: 'Make a new token that may change the DNS records of the domain, and enter it.',
    });
  if (status === 429) {
    const seconds = Number(response.headers.get('retry-after'));
    return new AcmeError('dns-provider', `${title} asks to wait, because it was asked too often.`, {
      fix: 'Snug tries again by itself.',
      retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined,
    });
  }
  if (status >= 500)
    return new AcmeError('dns-provider', `${title} has a fault of its own at this moment (${status}).`, {
      fix: 'Snug tries again by itself.',
    });
  const reason = reasonIn(answer);
  return new AcmeError(
    'dns-provider',
    `${title} refuses (${status})${reason === undefined ? '' : `: ${plain(reason)}`}.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An answer that nobody reads. */
export const anything = z.unknown();

/** The zones that may hold `name`, the longest first: every parent with at least two labels. */
export function possibleZones(name: string): readonly string[] {
  const labels = name.split('.');
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'));
}
