/** SASL as RFC 6120 section 6 has it, with XEP-0440: SASL Channel-Binding Type Capability. */
import { type Element, el } from '../../xml/element.ts';
import type { StreamFeature } from '../feature.ts';
import type { SaslCondition } from '../sasl/mechanism.ts';
import { decodeBase64, encodeBase64, type SaslForm, type SignIn } from '../sasl/sign-in.ts';
import type { Stream } from '../stream.ts';
import { StreamError } from '../stream-error.ts';
import type { TlsState } from '../transport.ts';
import { encryptionRequired } from './starttls.ts';

export const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_CHANNEL_BINDING = 'urn:xmpp:sasl-cb:0';

const form: SaslForm = {
  xmlns: NS_SASL,
  challenge: (stream, data) => stream.send(el('challenge', NS_SASL, undefined, encodeBase64(data))),
  failure(stream, { condition, text }) {
    const sentence = text === undefined ? undefined : el('text', NS_SASL, { 'xml:lang': 'en' }, text);
    stream.send(el('failure', NS_SASL, undefined, el(condition, NS_SASL), sentence));
  },
  success({ stream, localpart }, data) {
    stream.send(el('success', NS_SASL, undefined, data && encodeBase64(data)));
    stream.authenticated(localpart);
    stream.restart();
  },
};

export function createSasl(signIn: SignIn): StreamFeature {
  return {
    name: 'sasl',
    xeps: [
      { xep: '0440', version: '1.0.0' },
      { xep: '0474', version: '0.5.0' },
      { xep: '0515', version: '0.1.0' },
    ],
    xmlns: NS_SASL,

    offer(stream) {
      const { tls } = stream.transport;
      if (tls === undefined || stream.account !== undefined) return [];
      const mechanisms = signIn.offered(stream, tls).map((name) => el('mechanism', NS_SASL, undefined, name));
      const bindings = tls.channelBindingTypes.map((type) => el('channel-binding', NS_CHANNEL_BINDING, { type }));
      const capability =
        bindings.length > 0 ? [el('sasl-channel-binding', NS_CHANNEL_BINDING, undefined, bindings)] : [];
      return [el('mechanisms', NS_SASL, undefined, mechanisms), ...capability];
    },

    receive(stream, element) {
      const { tls } = stream.transport;
      if (tls === undefined) return stream.close(encryptionRequired());
      if (stream.account !== undefined) return stream.close(signedInAlready());
      switch (element.name) {
        case 'auth':
          return auth(stream, element, tls);
        case 'response': {
          const message = decodeBase64(textOf(element));
          return message === undefined ? fail(stream, 'incorrect-encoding') : signIn.respond(form, stream, message);
        }
        case 'abort':
          return fail(stream, 'aborted');
        default:
          return fail(stream, 'malformed-request');
      }
    },
  };

  function auth(stream: Stream, element: Element, tls: TlsState): void | Promise<void> {
    if (signIn.isUnderway(stream)) return fail(stream, 'malformed-request');
    const request = {
      stream,
      tls,
      protocol: 'sasl' as const,
      mechanism: element.attr('mechanism') ?? '',
      offered: signIn.offered(stream, tls),
      element,
      userAgent: undefined,
    };
    const mechanism = signIn.createMechanism(request);
    if (mechanism === undefined) return fail(stream, 'invalid-mechanism');
    // Section 6.4.2: nothing at all is no initial response, `=` is an empty one.
    if (element.text() === '') return signIn.begin(form, request, mechanism, undefined);
    const message = decodeBase64(textOf(element));
    return message === undefined ? fail(stream, 'incorrect-encoding') : signIn.begin(form, request, mechanism, message);
  }

  function fail(stream: Stream, condition: SaslCondition): void {
    signIn.fail(form, stream, { condition });
  }
}

/** For who begins once more. */
export function signedInAlready(): StreamError {
  return new StreamError('policy-violation', 'Somebody is signed in already.');
}

function textOf(element: Element): string {
  const text = element.text();
  return text === '=' ? '' : text;
}
