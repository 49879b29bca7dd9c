/** STARTTLS (RFC 6120 section 5): required, because nothing is ever said in plain text. */
import { el } from '../../xml/element.ts';
import type { StreamFeature } from '../feature.ts';
import { StreamError } from '../stream-error.ts';

const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls';

export const starttls: StreamFeature = {
  name: 'starttls',
  xmlns: NS_TLS,

  offer: (stream) =>
    stream.transport.tls === undefined ? [el('starttls', NS_TLS, undefined, el('required', NS_TLS))] : [],

  receive(stream, element) {
    if (element.name !== 'starttls' || stream.transport.tls !== undefined) {
      // Section 5.4.2.2: the failure is followed by the end of the stream.
      stream.send(el('failure', NS_TLS));
      stream.close();
      return;
    }
    stream.send(el('proceed', NS_TLS));
    stream.flush();
    // SECURITY: what came in plain text after <starttls/> is dropped with the old reader, lest somebody on the wire
    // slips in a stanza that is later taken for the client's own (section 5.4.3.3).
    stream.restart();
    stream.transport.startTls();
  },
};

/** Refuses everything else until TLS stands: other features ask this first. */
export function isEncrypted(stream: { readonly transport: { readonly tls: unknown } }): boolean {
  return stream.transport.tls !== undefined;
}

/** The error for who tries to go on in plain text. */
export function encryptionRequired(): StreamError {
  return new StreamError('policy-violation', 'Encryption is required: begin with STARTTLS.');
}
