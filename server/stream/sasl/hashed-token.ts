/** The HT mechanisms (draft-schmaus-kitten-sasl-ht-09): a token is proven in one message, and the server proves it back. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { prepareLocalpart } from '../../jid/precis.ts';
import type { ChannelBindingType, TlsState } from '../transport.ts';
import { failure, type Mechanism, type SaslStep } from './mechanism.ts';

/** `tls-unique` says nothing in TLS 1.3, and so there is no HT-SHA-256-UNIQ here. */
const BINDINGS: Readonly<Record<string, ChannelBindingType | undefined>> = {
  'HT-SHA-256-EXPR': 'tls-exporter',
  'HT-SHA-256-ENDP': 'tls-server-end-point',
  'HT-SHA-256-NONE': undefined,
};

/** Section 3.1: `authcid` is at least 1 and any length up to 255 octets must do. */
const MAX_AUTHCID_BYTES = 1023;

/** The mechanisms that can be used on a connection, strongest first. */
export function hashedTokenMechanisms(tls: TlsState): readonly string[] {
  if (tls.isLooselyResumed === true) return []; // section 6
  return Object.entries(BINDINGS)
    .filter(([, binding]) => binding === undefined || tls.channelBindingTypes.includes(binding))
    .map(([name]) => name);
}

/** What a client has sent, to be compared with tokens. */
export interface TokenProof {
  /** Prepared. */
  readonly localpart: string;
  /** True when it was made with this token. Takes as long when it was not. */
  isMadeWith(token: string): boolean;
  /** The last step, which proves to the client that the server has the token as well. */
  accept(token: string): Extract<SaslStep, { kind: 'success' }>;
}

/** `mechanism` is one of `hashedTokenMechanisms`; `judge` decides about the proof. */
export function createHashedToken(mechanism: string, tls: TlsState, judge: (proof: TokenProof) => SaslStep): Mechanism {
  const binding = BINDINGS[mechanism];
  const bindingData = (binding === undefined ? undefined : tls.channelBinding(binding)) ?? new Uint8Array();
  const sign = (token: string, role: 'Initiator' | 'Responder') =>
    createHmac('sha256', token).update(role).update(bindingData).digest();
  return {
    next(message) {
      // XEP-0484 section 3.1: one round trip, and so there is no asking for what did not come at once.
      const read = message && readInitiatorMessage(message);
      if (read === undefined) return failure('malformed-request', 'The message is not as the HT mechanisms have it.');
      const localpart = prepareLocalpart(read.authcid);
      if (localpart === undefined) return failure('not-authorized');
      return judge({
        localpart,
        isMadeWith(token) {
          const expected = sign(token, 'Initiator');
          return read.hash.length === expected.length && timingSafeEqual(read.hash, expected);
        },
        accept: (token) => ({ kind: 'success', localpart, data: sign(token, 'Responder') }),
      });
    },
  };
}

/** `authcid NUL initiator-hashed-token` (section 3.1). */
function readInitiatorMessage(message: Uint8Array): { authcid: string; hash: Uint8Array } | undefined {
  const end = message.indexOf(0);
  if (end <= 0 || end > MAX_AUTHCID_BYTES || end === message.length - 1) return undefined;
  try {
    const authcid = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message.subarray(0, end));
    return { authcid, hash: message.subarray(end + 1) };
  } catch {
    return undefined;
  }
}
