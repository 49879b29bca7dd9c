/**
 * Signing in: mechanisms, attempts, delays and verdicts, the same for RFC 6120's SASL and for SASL2 (XEP-0388). What
 * differs is how it is written, and what follows upon success: a `SaslForm`.
 */
import type { Stream } from '../stream.ts';
import { StreamError } from '../stream-error.ts';
import type { TlsState } from '../transport.ts';
import type { MechanismKind, SignedIn, SignInFailure, SignInRequest } from './exchange.ts';
import type { Authenticator, Mechanism, SaslStep } from './mechanism.ts';

/** RFC 6120 section 6.4.5: at most 5 tries after the first. Libraries try each of the six SCRAM forms before they give up. */
const MAX_ATTEMPTS = 6;

export interface SignInOptions {
  readonly authenticator: Authenticator;
  /** Strongest first: clients take the first that they know. */
  readonly mechanisms: readonly MechanismKind[];
  /** Resolves after `ms`. */
  readonly wait: (ms: number) => Promise<void>;
}

/** How a protocol says it. */
export interface SaslForm {
  readonly xmlns: string;
  challenge(stream: Stream, data: Uint8Array): void;
  failure(stream: Stream, failure: SignInFailure): void;
  /** `data` is the mechanism's last word, as the server's signature of SCRAM. */
  success(signedIn: SignedIn, data: Uint8Array | undefined): void | Promise<void>;
}

interface Exchange {
  readonly request: SignInRequest;
  readonly mechanism: Mechanism;
}

interface Attempts {
  failures: number;
  offered: readonly string[] | undefined;
  exchange: Exchange | undefined;
}

export class SignIn {
  readonly #options: SignInOptions;

  constructor(options: SignInOptions) {
    this.#options = options;
  }

  /** The names of the mechanisms that this stream may use; the same from the first offer on. */
  offered(stream: Stream, tls: TlsState): readonly string[] {
    const attempts = attemptsOf(stream);
    attempts.offered ??= this.#options.mechanisms.filter((kind) => kind.isOffered(stream, tls)).map(({ name }) => name);
    return attempts.offered;
  }

  /** Undefined when it is not among those that were offered. */
  createMechanism(request: SignInRequest): Mechanism | undefined {
    const kind = this.#options.mechanisms.find(({ name }) => name === request.mechanism);
    return kind !== undefined && request.offered.includes(kind.name) ? kind.create(request) : undefined;
  }

  refusal(localpart: string): SignInFailure | undefined {
    return this.#options.authenticator.refusal(localpart);
  }

  isUnderway(stream: Stream): boolean {
    return attemptsOf(stream).exchange !== undefined;
  }

  /** Begins an exchange with the client's initial response, if there is one. */
  begin(
    form: SaslForm,
    request: SignInRequest,
    mechanism: Mechanism,
    message: Uint8Array | undefined,
  ): void | Promise<void> {
    attemptsOf(request.stream).exchange = { request, mechanism };
    return this.#take(form, { request, mechanism }, mechanism.next(message));
  }

  /** Goes on with the client's response. */
  respond(form: SaslForm, stream: Stream, message: Uint8Array): void | Promise<void> {
    const { exchange } = attemptsOf(stream);
    if (exchange === undefined) return this.fail(form, stream, { condition: 'malformed-request' });
    return this.#take(form, exchange, exchange.mechanism.next(message));
  }

  /** Ends the attempt; too many of them end the stream. */
  fail(form: SaslForm, stream: Stream, why: SignInFailure): void {
    const attempts = attemptsOf(stream);
    attempts.failures++;
    this.failWithoutPrejudice(form, stream, why);
    if (attempts.failures >= MAX_ATTEMPTS)
      stream.close(new StreamError('policy-violation', 'Too many failed attempts to sign in.'));
  }

  /** Ends an attempt that is not held against the client. */
  failWithoutPrejudice(form: SaslForm, stream: Stream, why: SignInFailure): void {
    attemptsOf(stream).exchange = undefined;
    stream.exclusive = undefined;
    form.failure(stream, why);
  }

  async #take(form: SaslForm, exchange: Exchange, pending: SaslStep | Promise<SaslStep>): Promise<void> {
    const { authenticator, wait } = this.#options;
    const { stream } = exchange.request;
    const step = await pending;
    if (step.kind === 'challenge') {
      stream.exclusive = form.xmlns;
      form.challenge(stream, step.data);
      return;
    }
    const { localpart } = step;
    // The delay comes before the verdict is told, whatever it is: otherwise silence would say "wrong" at once.
    const delayMs = localpart === undefined ? 0 : authenticator.delayMs(localpart, stream.remoteAddress);
    if (delayMs === Number.POSITIVE_INFINITY) {
      this.fail(form, stream, {
        condition: 'temporary-auth-failure',
        text: 'Too many attempts to sign in to this account. Try again later.',
      });
      return;
    }
    if (delayMs > 0) await wait(delayMs);
    if (!stream.isOpen) return;
    if (step.kind === 'success' && step.isStillGood?.() === false) {
      this.fail(form, stream, { condition: 'not-authorized' });
      return;
    }
    if (step.kind === 'failure') {
      if (localpart !== undefined) authenticator.failed(localpart, stream.remoteAddress);
      this.fail(form, stream, step);
      return;
    }
    const refusal = authenticator.refusal(step.localpart);
    if (refusal !== undefined) return this.fail(form, stream, refusal);
    authenticator.succeeded(step.localpart, stream.remoteAddress);
    attemptsOf(stream).exchange = undefined;
    stream.exclusive = undefined;
    await form.success({ ...exchange.request, localpart: step.localpart }, step.data);
  }
}

function attemptsOf(stream: Stream): Attempts {
  const known = stream.negotiation.get('sign-in') as Attempts | undefined;
  if (known !== undefined) return known;
  const attempts: Attempts = { failures: 0, offered: undefined, exchange: undefined };
  stream.negotiation.set('sign-in', attempts);
  return attempts;
}

/** Base64 without whitespace (RFC 4648 section 4); undefined when it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

export function encodeBase64(data: Uint8Array): string {
  return Buffer.from(data).toString('base64');
}
