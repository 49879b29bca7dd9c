/**
 * SCRAM, the server's side (RFC 5802, RFC 7677), with channel binding (RFC 5929, RFC 9266) and protection against
 * downgrades (XEP-0474, XEP-0515).
 *
 * SECURITY: an unknown name takes the same steps as a known one, with keys that no proof fits, so that neither the
 * answers nor the time they take tell who has an account here.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { prepareLocalpart } from '../../jid/precis.ts';
import type { ChannelBindingType, TlsState } from '../transport.ts';
import { isOwnAuthzid } from './authzid.ts';
import { type Advertised, downgradeAttributes } from './downgrade.ts';
import { type Authenticator, failure, type Mechanism, type SaslStep, type ScramMechanism } from './mechanism.ts';

const HASHES: Readonly<Record<ScramMechanism, string>> = {
  'SCRAM-SHA-1': 'sha1',
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-512': 'sha512',
};

const BINDING_TYPES: readonly ChannelBindingType[] = ['tls-exporter', 'tls-server-end-point', 'tls-unique'];

export interface ScramOptions {
  readonly mechanism: ScramMechanism;
  /** True for the -PLUS form, which binds to the TLS channel. */
  readonly isPlus: boolean;
  readonly tls: TlsState;
  readonly authenticator: Authenticator;
  readonly domain: string;
  /** Printable, without comma (RFC 5802 section 5.1). */
  readonly newNonce: () => string;
  /** What was offered on this stream, when it was offered. Left out, the client cannot tell whether somebody changed it. */
  readonly advertised?: Advertised;
}

interface ClientFirst {
  readonly gs2Header: string;
  readonly binding: ChannelBindingType | undefined;
  readonly authzid: string;
  readonly bare: string;
  readonly username: string;
  readonly nonce: string;
}

/** `gs2-cbind-flag "," [ authzid ] "," username "," nonce [ "," extensions ]` (RFC 5802 section 7); `m=` is refused by not matching. */
const CLIENT_FIRST =
  /^((n|y|p=([A-Za-z0-9.-]+)),(?:a=([^,]*))?,)(n=([^,]*),r=([\x21-\x2B\x2D-\x7E]+)(?:,[A-Za-z]=[^,]*)*)$/;
const CLIENT_FINAL = /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2B\x2D-\x7E]+)(?:,[A-Za-z]=[^,]*)*),p=([A-Za-z0-9+/=]+)$/;

export function createScram(options: ScramOptions): Mechanism {
  const hash = HASHES[options.mechanism];
  let answer: ((message: string) => SaslStep) | undefined;

  function first(message: string): SaslStep {
    const read = readClientFirst(message, options);
    if (typeof read === 'string') return failure('malformed-request', read);
    const localpart = prepareLocalpart(read.username);
    if (localpart === undefined) return failure('not-authorized');
    const keys = options.authenticator.scramKeys(localpart, options.mechanism);
    const nonce = read.nonce + options.newNonce();
    const { advertised, tls } = options;
    const protection = advertised === undefined ? '' : downgradeAttributes(hash, advertised, tls.version);
    const salt = Buffer.from(keys.salt).toString('base64');
    const serverFirst = `r=${nonce},s=${salt},i=${keys.iterations}${protection}`;

    // SECURITY: an exchange that was begun with the old password must not be ended after a new one was set.
    const isStillGood = () =>
      isSameBytes(options.authenticator.scramKeys(localpart, options.mechanism).storedKey, keys.storedKey);
    answer = (final) => {
      const parts = CLIENT_FINAL.exec(final);
      const [, withoutProof, binding, finalNonce, proofText] = parts ?? [];
      if (withoutProof === undefined || binding === undefined || proofText === undefined)
        return failure('malformed-request');
      if (finalNonce !== nonce) return failure('malformed-request', 'The nonce is not the one of this exchange.');
      if (!isSameBytes(Buffer.from(binding, 'base64'), expectedBinding(read, options.tls))) {
        return {
          kind: 'failure',
          condition: 'not-authorized',
          text: 'The channel binding does not fit this connection.',
        };
      }
      const authMessage = `${read.bare},${serverFirst},${withoutProof}`;
      const signature = createHmac(hash, keys.storedKey).update(authMessage).digest();
      const proof = Buffer.from(proofText, 'base64');
      const clientKey = Buffer.alloc(signature.length);
      for (let i = 0; i < signature.length; i++) clientKey[i] = (signature[i] ?? 0) ^ (proof[i] ?? 0);
      const isProven =
        proof.length === signature.length && isSameBytes(createHash(hash).update(clientKey).digest(), keys.storedKey);
      if (!isProven) return { kind: 'failure', condition: 'not-authorized', localpart };
      // SECURITY: held back and counted as a wrong proof is, or asking like this would tell at once who has guessed right.
      if (!isOwnAuthzid(read.authzid, localpart, options.domain))
        return { kind: 'failure', condition: 'invalid-authzid', localpart };
      const serverSignature = createHmac(hash, keys.serverKey).update(authMessage).digest('base64');
      return { kind: 'success', localpart, data: Buffer.from(`v=${serverSignature}`), isStillGood };
    };
    return { kind: 'challenge', data: Buffer.from(serverFirst) };
  }

  return {
    next(message) {
      if (message === undefined) return { kind: 'challenge', data: new Uint8Array() };
      const text = Buffer.from(message).toString('utf8');
      return answer === undefined ? first(text) : answer(text);
    },
  };
}

/** The parts of the client's first message, or a sentence about what is wrong with it. */
function readClientFirst(message: string, { isPlus, tls }: ScramOptions): ClientFirst | string {
  const [, gs2Header, flag, type, authzid, bare, saslname, nonce] = CLIENT_FIRST.exec(message) ?? [];
  if (
    gs2Header === undefined ||
    flag === undefined ||
    bare === undefined ||
    saslname === undefined ||
    nonce === undefined
  ) {
    return 'The first message of SCRAM is not as RFC 5802 has it.';
  }
  const username = readSaslname(saslname);
  const zid = readSaslname(authzid ?? '');
  if (username === undefined || username === '' || zid === undefined)
    return 'A name is not escaped as RFC 5802 has it.';
  if (isPlus !== flag.startsWith('p=')) return 'The channel binding flag does not fit the mechanism.';
  // RFC 5802 section 6: the client thinks that we cannot bind, but we do; somebody took the -PLUS forms out of our offer.
  if (flag === 'y' && tls.channelBindingTypes.length > 0) return 'This server does support channel binding.';
  const binding = BINDING_TYPES.find((known) => known === type);
  if (isPlus && (binding === undefined || tls.channelBinding(binding) === undefined))
    return 'This type of channel binding is not available on this connection.';
  return { gs2Header, binding, authzid: zid, bare, username, nonce };
}

/** RFC 5802 section 5.1: `=2C` is a comma, `=3D` an equals sign, and nothing else may follow `=`. */
function readSaslname(text: string): string | undefined {
  if (/=(?!2C|3D)/.test(text)) return undefined;
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
}

function expectedBinding(read: ClientFirst, tls: TlsState): Buffer {
  const data = read.binding === undefined ? undefined : tls.channelBinding(read.binding);
  return Buffer.concat([Buffer.from(read.gs2Header), data ?? new Uint8Array()]);
}

function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
