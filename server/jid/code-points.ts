/**
 * Sets of code points that IDNA2008 and PRECIS share (RFC 5892 section 2, taken over by RFC 8264 section 9), each as
 * the inside of a character class for regular expressions with the `v` flag.
 *
 * General categories come from the engine's own Unicode tables; only what JavaScript has no property for stands here.
 */

/** RFC 5892 section 2.6: allowed although their properties say otherwise (ß and ς only for IDNA, which would fold them). */
export const EXCEPTIONS_PVALID = '\\u00DF\\u03C2\\u06FD\\u06FE\\u0F0B\\u3007';

/** RFC 5892 section 2.6: letters and marks that are never allowed (tatweel, tone marks, vertical kana repeat marks). */
export const EXCEPTIONS_DISALLOWED = '\\u0640\\u07FA\\u302E\\u302F\\u3031-\\u3035\\u303B';

/** RFC 5892 section 2.6: allowed where their rule in appendix A says so. */
export const CONTEXTO = '\\u00B7\\u0375\\u05F3\\u05F4\\u0660-\\u0669\\u06F0-\\u06F9\\u30FB';

/** RFC 5892 section 2.8: the zero width non-joiner and joiner, allowed where their rule in appendix A says so. */
export const CONTEXTJ = '\\u200C\\u200D';

/** RFC 5892 section 2.9: Hangul_Syllable_Type L, V and T (HangulSyllableType.txt), the conjoining jamo. */
export const OLD_HANGUL_JAMO = '\\u1100-\\u11FF\\uA960-\\uA97C\\uD7B0-\\uD7C6\\uD7CB-\\uD7FB';

/** RFC 5892 section 2.1, LetterDigits. */
export const LETTER_DIGITS = '\\p{Ll}\\p{Lu}\\p{Lo}\\p{Nd}\\p{Lm}\\p{Mn}\\p{Mc}';
