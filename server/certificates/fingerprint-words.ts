/** A fingerprint as words, for people who compare by reading aloud. */
import { WORD_LIST } from './word-list.ts';

const WORDS = 6;
/** 2048 words. */
const BITS_PER_WORD = 11n;

/**
 * The first 66 bits of a SHA-256 fingerprint as six words, the most significant bits first.
 *
 * SECURITY: whoever wants another certificate to have the same words must try about 2^66 of them, for this one server,
 * in advance, and stand in the network when somebody installs it. That is beyond everybody who would only bother a
 * household, but no more than that: who must fear others compares the whole fingerprint, which stands beside the words.
 *
 * @param fingerprint hexadecimal digits, with or without colons; `AA:BB:…` as certificates have it.
 * @throws RangeError when it is shorter than the words.
 */
export function fingerprintWords(fingerprint: string): string {
  const bytes = Buffer.from(fingerprint.replaceAll(':', ''), 'hex');
  const bits = BigInt(WORDS) * BITS_PER_WORD;
  if (BigInt(bytes.length) * 8n < bits) throw new RangeError('a fingerprint that is too short for its words');
  const first = BigInt(`0x${bytes.toString('hex')}`) >> (BigInt(bytes.length) * 8n - bits);
  const indices = Array.from({ length: WORDS }, (_, place) =>
    Number((first >> (BigInt(WORDS - 1 - place) * BITS_PER_WORD)) & ((1n << BITS_PER_WORD) - 1n)),
  );
  return indices.map((index) => WORD_LIST[index] ?? '').join(' ');
}
