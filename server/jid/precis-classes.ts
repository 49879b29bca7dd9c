/**
 * The two string classes of PRECIS (RFC 8264): which code points an identifier and a free-form string may consist of.
 *
 * RFC 8264 section 8 gives an ordered algorithm for each code point; the same result is written here as sets.
 * Unassigned, private-use, surrogate and control code points are in no set below and therefore disallowed.
 */
import {
  CONTEXTJ,
  CONTEXTO,
  EXCEPTIONS_DISALLOWED,
  EXCEPTIONS_PVALID,
  LETTER_DIGITS,
  OLD_HANGUL_JAMO,
} from './code-points.ts';

/** Exceptions, OldHangulJamo and PrecisIgnorableProperties (RFC 8264 section 9.13): disallowed in both classes. */
const DISALLOWED = `${EXCEPTIONS_DISALLOWED}${OLD_HANGUL_JAMO}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}`;

/** ASCII7 (RFC 8264 section 9.11): printable, without the space. */
const ASCII7 = '\\u0021-\\u007E';

const IDENTIFIER = new RegExp(
  `^[[[${LETTER_DIGITS}${ASCII7}]--[${DISALLOWED}]]${EXCEPTIONS_PVALID}${CONTEXTO}${CONTEXTJ}]+$`,
  'v',
);

/** LetterDigits, OtherLetterDigits, Spaces, Symbols and Punctuation, which are all letters, marks, numbers and so on. */
const FREEFORM = new RegExp(`^[[[\\p{L}\\p{M}\\p{N}\\p{Zs}\\p{S}\\p{P}]--[${DISALLOWED}]]${CONTEXTJ}]+$`, 'v');

/**
 * Whether every code point of `text` may be in an IdentifierClass string (RFC 8264 section 4.2). The rules of those
 * that depend on their surroundings are checked elsewhere, on the mapped string.
 */
export function isIdentifierClass(text: string): boolean {
  return IDENTIFIER.test(text) && !hasCompat(text);
}

/** Whether every code point of `text` may be in a FreeformClass string (RFC 8264 section 4.3), likewise. */
export function isFreeformClass(text: string): boolean {
  return FREEFORM.test(text);
}

/**
 * HasCompat (RFC 8264 section 9.17): a code point that NFKC turns into something else. A string that is in NFKC has
 * none, which settles nearly all; otherwise each is asked, since NFKC may merely have composed two of them.
 */
function hasCompat(text: string): boolean {
  if (text.normalize('NFKC') === text) return false;
  return Array.from(text).some((point) => point.normalize('NFKC') !== point);
}
