/** Passwords: making good ones, and refusing the worst. */
import { preparePassword } from './credentials.ts';

/** What cannot be mistaken for something else when it is read from paper: no i, l, o, 0, 1. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 5;
/** Bytes from here on are thrown away, or the first letters would come up more often. */
const FAIR_BYTES = 256 - (256 % ALPHABET.length);

/** A password such as `k7mwq-…`: four groups of five, 99 bits. */
export function generatePassword(randomBytes: (size: number) => Uint8Array): string {
  const length = GROUPS * GROUP_LENGTH;
  let letters = '';
  while (letters.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < FAIR_BYTES && letters.length < length) letters += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  const groups: string[] = [];
  for (let at = 0; at < length; at += GROUP_LENGTH) groups.push(letters.slice(at, at + GROUP_LENGTH));
  return groups.join('-');
}

export interface PasswordRules {
  /** In characters, after SASLprep. */
  readonly minLength: number;
  readonly localpart: string;
  readonly domain: string;
}

/** A sentence that says why a new password will not do, or undefined when it will. */
export function findPasswordFault(password: string, rules: PasswordRules): string | undefined {
  const prepared = preparePassword(password, 'store');
  if (prepared === undefined) {
    if (password === '') return 'The password is empty.';
    return 'The password is too long or has characters that not every app can type.';
  }
  if ([...prepared].length < rules.minLength) return `The password needs at least ${rules.minLength} characters.`;
  const folded = prepared.toLowerCase();
  const { localpart, domain } = rules;
  if (folded === localpart.toLowerCase() || folded === `${localpart}@${domain}`.toLowerCase()) {
    return 'The password is the same as the name.';
  }
  return undefined;
}
