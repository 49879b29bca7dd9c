/** SASL (RFC 6120 section 6) with XEP-0440: SASL Channel-Binding Type Capability. */
import { type Element, el } from '../../xml/element.ts';
import type { StreamFeature } from '../feature.ts';
import {
  type Authenticator,
  failure,
  type Mechanism,
  type SaslCondition,
  type SaslStep,
  type ScramMechanism,
} from '../sasl/mechanism.ts';
import { createPlain } from '../sasl/plain.ts';
import { createScram } from '../sasl/scram.ts';
import type { Stream } from '../stream.ts';
import { StreamError } from '../stream-error.ts';
import type { TlsState } from '../transport.ts';
import { encryptionRequired } from './starttls.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';
/** RFC 6120 section 6.4.5: at most 5 tries after the first. Libraries try each of the six SCRAM forms before they give up. */
const MAX_ATTEMPTS = 6;
/** Strongest first; clients take the first that they know. */
const SCRAM: readonly ScramMechanism[] = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1'];

export interface SaslOptions {
  readonly authenticator: Authenticator;
  /** Asked at each offer, so that the setting takes effect at once. */
  readonly isPlainOffered: () => boolean;
  readonly newNonce: () => string;
  /** Resolves after `ms`. */
  readonly wait: (ms: number) => Promise<void>;
}

interface Attempt {
  failures: number;
  mechanism: Mechanism | undefined;
}

export function createSasl(options: SaslOptions): StreamFeature {
  const { authenticator } = options;

  function names(tls: TlsState): readonly string[] {
    const plus = tls.channelBindingTypes.length > 0 ? SCRAM.map((name) => `${name}-PLUS`) : [];
    return [...plus, ...SCRAM, ...(options.isPlainOffered() ? ['PLAIN'] : [])];
  }

  function create(name: string, stream: Stream, tls: TlsState): Mechanism | undefined {
    if (!names(tls).includes(name)) return undefined;
    if (name === 'PLAIN') return createPlain(authenticator, stream.domain);
    const isPlus = name.endsWith('-PLUS');
    const mechanism = (isPlus ? name.slice(0, -'-PLUS'.length) : name) as ScramMechanism;
    return createScram({ mechanism, isPlus, tls, authenticator, domain: stream.domain, newNonce: options.newNonce });
  }

  function attemptOf(stream: Stream): Attempt {
    const known = stream.negotiation.get('sasl') as Attempt | undefined;
    if (known !== undefined) return known;
    const attempt: Attempt = { failures: 0, mechanism: undefined };
    stream.negotiation.set('sasl', attempt);
    return attempt;
  }

  async function take(stream: Stream, attempt: Attempt, pending: SaslStep | Promise<SaslStep>): Promise<void> {
    const step = await pending;
    if (step.kind === 'challenge') {
      stream.send(el('challenge', NS_SASL, undefined, Buffer.from(step.data).toString('base64')));
      return;
    }
    attempt.mechanism = undefined;
    const { localpart } = step;
    // The delay comes before the verdict is told, whatever it is: otherwise silence would say "wrong" at once.
    const delayMs = localpart === undefined ? 0 : authenticator.delayMs(localpart, stream.remoteAddress);
    if (delayMs === Number.POSITIVE_INFINITY) {
      fail(stream, attempt, 'temporary-auth-failure', 'Too many attempts to sign in to this account. Try again later.');
      return;
    }
    if (delayMs > 0) await options.wait(delayMs);
    if (!stream.isOpen) return;
    if (step.kind === 'failure') {
      if (localpart !== undefined) authenticator.failed(localpart, stream.remoteAddress);
      fail(stream, attempt, step.condition, step.text);
      return;
    }
    if (!authenticator.isEnabled(step.localpart)) {
      fail(stream, attempt, 'account-disabled', 'This account is switched off.');
      return;
    }
    authenticator.succeeded(step.localpart, stream.remoteAddress);
    stream.send(el('success', NS_SASL, undefined, step.data && Buffer.from(step.data).toString('base64')));
    stream.authenticated(step.localpart);
  }

  function fail(stream: Stream, attempt: Attempt, condition: SaslCondition, text?: string): void {
    attempt.mechanism = undefined;
    attempt.failures++;
    const sentence = text === undefined ? undefined : el('text', NS_SASL, { 'xml:lang': 'en' }, text);
    stream.send(el('failure', NS_SASL, undefined, el(condition, NS_SASL), sentence));
    if (attempt.failures >= MAX_ATTEMPTS)
      stream.close(new StreamError('policy-violation', 'Too many failed attempts to sign in.'));
  }

  return {
    name: 'sasl',
    xeps: [{ xep: '0440', version: '1.0.0' }],
    xmlns: NS_SASL,

    offer(stream) {
      const { tls } = stream.transport;
      if (tls === undefined || stream.account !== undefined) return [];
      const mechanisms = names(tls).map((name) => el('mechanism', NS_SASL, undefined, name));
      const bindings = tls.channelBindingTypes.map((type) => el('channel-binding', NS_CHANNEL_BINDING, { type }));
      const capability =
        bindings.length > 0 ? [el('sasl-channel-binding', NS_CHANNEL_BINDING, undefined, bindings)] : [];
      return [el('mechanisms', NS_SASL, undefined, mechanisms), ...capability];
    },

    receive(stream, element) {
      const { tls } = stream.transport;
      if (tls === undefined) return stream.close(encryptionRequired());
      if (stream.account !== undefined)
        return stream.close(new StreamError('policy-violation', 'Somebody is signed in already.'));
      const attempt = attemptOf(stream);
      switch (element.name) {
        case 'auth': {
          if (attempt.mechanism !== undefined) return fail(stream, attempt, 'malformed-request');
          attempt.mechanism = create(element.attr('mechanism') ?? '', stream, tls);
          if (attempt.mechanism === undefined) return fail(stream, attempt, 'invalid-mechanism');
          return step(stream, attempt, element);
        }
        case 'response':
          return attempt.mechanism === undefined
            ? fail(stream, attempt, 'malformed-request')
            : step(stream, attempt, element);
        case 'abort':
          return fail(stream, attempt, 'aborted');
        default:
          return fail(stream, attempt, 'malformed-request');
      }
    },
  };

  function step(stream: Stream, attempt: Attempt, element: Element): void | Promise<void> {
    const message = readMessage(element);
    if (message === 'incorrect-encoding') return fail(stream, attempt, message);
    const next = attempt.mechanism?.next(message) ?? failure('malformed-request');
    return take(stream, attempt, next);
  }
}

/** Base64 (RFC 6120 section 6.4): nothing means no initial response, `=` an empty one. A `<response/>` is never missing. */
function readMessage(element: Element): Uint8Array | undefined | 'incorrect-encoding' {
  const text = element.text();
  if (text === '') return element.name === 'auth' ? undefined : new Uint8Array();
  if (text === '=') return new Uint8Array();
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return 'incorrect-encoding';
  return Buffer.from(text, 'base64');
}
