/** XEP-0388: Extensible SASL Profile. Signing in without restarting the stream, and all else that begins a session with it. */
import { type Element, el } from '../../xml/element.ts';
import type { StreamFeature } from '../feature.ts';
import type { SignedIn, SignInFailure, SignInRequest } from '../sasl/exchange.ts';
import { decodeBase64, encodeBase64, type SaslForm, type SignIn } from '../sasl/sign-in.ts';
import type { Stream } from '../stream.ts';
import { StreamError } from '../stream-error.ts';
import type { TlsState } from '../transport.ts';
import { NS_SASL, signedInAlready } from './sasl.ts';
import type { InlineFeature, SignInTask } from './sasl2-inline.ts';
import { NS_SASL2, succeed } from './sasl2-success.ts';
import { readUserAgent } from './sasl2-user-agent.ts';
import { encryptionRequired } from './starttls.ts';

/** In `stream.negotiation`. */
const NAME = 'sasl2';

/** Section 2.6.3: the proof was right, and something is left to be done. */
interface Continuation {
  readonly signedIn: SignedIn;
  /** What the client has to do yet, the one that is due first. Empty when one of them has failed. */
  tasks: readonly SignInTask[];
  /** True once the client has taken up the first of them. */
  isBegun: boolean;
  /** For `<success/>`. */
  readonly results: Element[];
}

export interface Sasl2Options {
  readonly signIn: SignIn;
  /** In the order in which they are asked; it may change while the server runs. */
  readonly inline: () => readonly InlineFeature[];
}

export function createSasl2({ signIn, inline }: Sasl2Options): StreamFeature {
  const form: SaslForm = {
    xmlns: NS_SASL2,
    challenge: (stream, data) => stream.send(el('challenge', NS_SASL2, undefined, encodeBase64(data))),
    failure(stream, { condition, text, detail }) {
      const sentence = text === undefined ? undefined : el('text', NS_SASL2, undefined, text);
      stream.send(el('failure', NS_SASL2, undefined, el(condition, NS_SASL), detail, sentence));
    },
    success(signedIn, data) {
      const { stream, localpart } = signedIn;
      const additional = data && el('additional-data', NS_SASL2, undefined, encodeBase64(data));
      // Sections 2.3 and 6.4; who claims one account and proves to be another one gets neither.
      if (stream.claimedAccount !== undefined && stream.claimedAccount !== localpart) {
        fail(stream, { condition: 'invalid-authzid', text: 'The stream was opened in the name of another account.' });
        return;
      }
      const tasks = inline().flatMap((feature) => feature.tasks?.(signedIn) ?? []);
      if (tasks.length === 0) return finish(signedIn, additional, []);
      const continuation: Continuation = { signedIn, tasks, isBegun: false, results: [] };
      stream.negotiation.set(NAME, continuation);
      demand(continuation, additional);
    },
  };

  return {
    name: NAME,
    get xeps() {
      return [{ xep: '0388', version: '1.0.4' }, ...inline().flatMap(({ xeps }) => xeps ?? [])];
    },
    xmlns: NS_SASL2,

    offer(stream) {
      const { tls } = stream.transport;
      if (tls === undefined || stream.account !== undefined) return [];
      const names = signIn.offered(stream, tls);
      if (names.length === 0) return [];
      const features = inline();
      const offers = features.flatMap((feature) => feature.offer?.(stream) ?? []);
      return [
        el(
          'authentication',
          NS_SASL2,
          undefined,
          names.map((name) => el('mechanism', NS_SASL2, undefined, name)),
          offers.length === 0 ? undefined : el('inline', NS_SASL2, undefined, offers),
          features.flatMap((feature) => feature.advertise?.(stream) ?? []),
        ),
      ];
    },

    receive(stream, element) {
      const { tls } = stream.transport;
      if (tls === undefined) return stream.close(encryptionRequired());
      if (stream.account !== undefined) return stream.close(signedInAlready());
      const continuation = stream.negotiation.get(NAME) as Continuation | undefined;
      switch (element.name) {
        case 'authenticate':
          // Section 6.8: only the first mechanism is an authentication.
          if (continuation !== undefined)
            return stream.close(new StreamError('policy-violation', 'The authentication has been continued already.'));
          return authenticate(stream, element, tls);
        case 'response': {
          if (!signIn.isUnderway(stream)) return fail(stream, { condition: 'malformed-request' });
          const message = messageOf(element);
          return message === undefined
            ? fail(stream, { condition: 'incorrect-encoding' })
            : signIn.respond(form, stream, message);
        }
        case 'next':
        case 'task-data':
          return perform(stream, continuation, element);
        case 'abort':
          return fail(stream, { condition: 'aborted' });
        default:
          return fail(stream, { condition: 'malformed-request' });
      }
    },
  };

  function authenticate(stream: Stream, element: Element, tls: TlsState): void | Promise<void> {
    if (signIn.isUnderway(stream)) return fail(stream, { condition: 'malformed-request' });
    const request: SignInRequest = {
      stream,
      tls,
      protocol: 'sasl2',
      mechanism: element.attr('mechanism') ?? '',
      offered: signIn.offered(stream, tls),
      element,
      userAgent: readUserAgent(element),
    };
    for (const feature of inline()) {
      const refusal = feature.refuse?.(request);
      if (refusal !== undefined) return signIn.failWithoutPrejudice(form, stream, refusal);
    }
    const mechanism = signIn.createMechanism(request) ?? createInline(request);
    if (mechanism === undefined) return fail(stream, { condition: 'invalid-mechanism' });
    const initial = element.child('initial-response', NS_SASL2);
    if (initial === undefined) return signIn.begin(form, request, mechanism, undefined);
    const message = messageOf(initial);
    return message === undefined
      ? fail(stream, { condition: 'incorrect-encoding' })
      : signIn.begin(form, request, mechanism, message);
  }

  function createInline(request: SignInRequest) {
    for (const feature of inline()) {
      const mechanism = feature.createMechanism?.(request);
      if (mechanism !== undefined) return mechanism;
    }
    return undefined;
  }

  /** Asks for the task that is due. */
  function demand({ signedIn: { stream }, tasks }: Continuation, additional?: Element): void {
    stream.exclusive = NS_SASL2;
    const names = tasks.slice(0, 1).map(({ name }) => el('task', NS_SASL2, undefined, name));
    stream.send(el('continue', NS_SASL2, undefined, additional, el('tasks', NS_SASL2, undefined, names)));
  }

  async function perform(stream: Stream, continuation: Continuation | undefined, element: Element): Promise<void> {
    const task = continuation?.tasks[0];
    const isDue = element.name === 'next' ? element.attr('task') === task?.name : continuation?.isBegun;
    if (continuation === undefined || task === undefined || !isDue || (element.name === 'next' && continuation.isBegun))
      return fail(stream, { condition: 'malformed-request' });
    continuation.isBegun = true;
    const step = await task.take(element);
    if (!stream.isOpen) return;
    switch (step.kind) {
      case 'data':
        stream.send(el('task-data', NS_SASL2, undefined, step.payload));
        return;
      case 'failure':
        return fail(stream, step);
      case 'done': {
        if (step.result !== undefined) continuation.results.push(step.result);
        continuation.tasks = continuation.tasks.slice(1);
        continuation.isBegun = false;
        if (continuation.tasks.length > 0) return demand(continuation);
        return finish(continuation.signedIn, undefined, continuation.results);
      }
    }
  }

  function finish(
    signedIn: SignedIn,
    additional: Element | undefined,
    results: readonly Element[],
  ): void | Promise<void> {
    const { stream, localpart } = signedIn;
    const refusal = signIn.refusal(localpart); // the tasks have taken their time
    if (refusal !== undefined) return signIn.fail(form, stream, refusal);
    return succeed({ signedIn, additional, results, features: inline() });
  }

  function fail(stream: Stream, why: SignInFailure): void {
    const continuation = stream.negotiation.get(NAME) as Continuation | undefined;
    if (continuation !== undefined) continuation.tasks = [];
    signIn.fail(form, stream, why);
  }
}

/** Section 2.2: base64; an element without text is an empty message. Whitespace should not be there, and is in examples. */
function messageOf(element: Element): Uint8Array | undefined {
  return decodeBase64(element.text().replace(/\s+/g, ''));
}
