/** Signed DNS messages (TSIG, RFC 8945) with HMAC-SHA256 or its longer sisters. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { CLASS, encodeName, encodeRecord, readAnswer, readName, TYPE, u16, u32, u48 } from './dns-wire.ts';

export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const;
export type TsigAlgorithm = (typeof TSIG_ALGORITHMS)[number];

/** How far the clocks may be apart (RFC 8945 section 10 recommends 300 seconds). */
const FUDGE_SECONDS = 300;
const NO_ERROR = 0;

export interface TsigKey {
  readonly name: string;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Buffer;
}

/** RFC 8945 section 6: BADSIG, BADKEY, BADTIME, BADTRUNC. */
export const TSIG_ERRORS: Readonly<Record<number, 'bad-signature' | 'bad-key' | 'bad-time'>> = {
  16: 'bad-signature',
  17: 'bad-key',
  18: 'bad-time',
  22: 'bad-signature',
};

/** @param seconds since 1970 */
export function signMessage(message: Buffer, key: TsigKey, seconds: number): { signed: Buffer; mac: Buffer } {
  const mac = digest(key, [message, variables(key, seconds, NO_ERROR, Buffer.alloc(0))]);
  const record = encodeRecord({
    name: key.name,
    type: TYPE.tsig,
    class: CLASS.any,
    ttl: 0,
    data: Buffer.concat([
      encodeName(key.algorithm),
      u48(seconds),
      u16(FUDGE_SECONDS, mac.length),
      mac,
      message.subarray(0, 2),
      u16(NO_ERROR, 0),
    ]),
  });
  const signed = Buffer.concat([message, record]);
  signed.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return { signed, mac };
}

export type Verdict = 'good' | 'unsigned' | 'forged' | 'bad-signature' | 'bad-key' | 'bad-time';

/** Whether the answer to a request that was signed with `requestMac` comes from who has the key (section 5.3). */
export function verifyAnswer(answer: Buffer, key: TsigKey, requestMac: Buffer, seconds: number): Verdict {
  const { last } = readAnswer(answer);
  if (last === undefined || last.type !== TYPE.tsig) return 'unsigned';
  const { data } = last;
  const algorithm = readName(data, 0);
  const signedAt = data.readUIntBE(algorithm.end, 6);
  const fudge = data.readUInt16BE(algorithm.end + 6);
  const macBytes = data.readUInt16BE(algorithm.end + 8);
  const macAt = algorithm.end + 10;
  const mac = data.subarray(macAt, macAt + macBytes);
  const originalId = data.readUInt16BE(macAt + macBytes);
  const error = data.readUInt16BE(macAt + macBytes + 2);
  const otherBytes = data.readUInt16BE(macAt + macBytes + 4);
  const other = data.subarray(macAt + macBytes + 6, macAt + macBytes + 6 + otherBytes);
  // BADSIG and BADKEY come unsigned (section 5.2): they can be believed only so far as to say that it did not work.
  const refused = TSIG_ERRORS[error];
  if (refused === 'bad-key' || refused === 'bad-signature') return refused;
  if (last.name !== key.name.toLowerCase().replace(/\.$/, '') || algorithm.name !== key.algorithm) return 'forged';
  const unsigned = Buffer.from(answer.subarray(0, last.start));
  unsigned.writeUInt16BE(originalId, 0);
  unsigned.writeUInt16BE(answer.readUInt16BE(10) - 1, 10);
  const expected = digest(key, [
    u16(requestMac.length),
    requestMac,
    unsigned,
    variables(key, signedAt, error, other, fudge),
  ]);
  if (expected.length !== mac.length || !timingSafeEqual(expected, mac)) return 'forged';
  if (refused !== undefined) return refused;
  return Math.abs(signedAt - seconds) > fudge ? 'bad-time' : 'good';
}

/** Section 4.3.3. */
function variables(key: TsigKey, seconds: number, error: number, other: Buffer, fudge = FUDGE_SECONDS): Buffer {
  return Buffer.concat([
    encodeName(key.name),
    u16(CLASS.any),
    u32(0),
    encodeName(key.algorithm),
    u48(seconds),
    u16(fudge, error, other.length),
    other,
  ]);
}

function digest(key: TsigKey, parts: readonly Buffer[]): Buffer {
  const hmac = createHmac(key.algorithm.slice('hmac-'.length), key.secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}
