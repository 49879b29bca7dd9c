/**
 * The Bidi Rule (RFC 5893 section 2) for localparts: text in two directions must not be shown in a misleading order.
 *
 * JavaScript has no Bidi_Class property. The classes below are right for code points of the PRECIS IdentifierClass
 * only, which makes them short: Unicode reserves whole blocks for right-to-left scripts (DerivedBidiClass.txt, the
 * default values), and what else is in those blocks are marks, digits or no identifier characters at all. Compared
 * code point by code point with Unicode 17 in the tests.
 */

/** Classes R and AL, once the marks and digits in these blocks are taken away. */
const RIGHT_TO_LEFT_BLOCKS = '\\u0590-\\u08FF\\uFB1D-\\uFDFF\\uFE70-\\uFEFF\\u{10800}-\\u{10FFF}\\u{1E800}-\\u{1EFFF}';

/** Class AN: the digits of Arabic, of Hanifi Rohingya and of Garay. */
const ARABIC_NUMBER = '\\u0660-\\u0669\\u{10D30}-\\u{10D39}\\u{10D40}-\\u{10D49}';

/** Class EN: ASCII digits and the eastern Arabic-Indic ones. */
const EUROPEAN_NUMBER = '0-9\\u06F0-\\u06F9';

/** Class NSM: the non-spacing marks, of which these few have class L. */
const NONSPACING_MARK = '[\\p{Mn}--[\\u0CBF\\u0CC6\\u{11A07}\\u{11A08}\\u{11C3F}]]';

/** Classes ES, CS, ET, ON and BN: ASCII that is neither letter nor digit, modifier letters, middle dots, the joiners. */
const NEUTRAL =
  '\\x21-\\x2F\\x3A-\\x40\\x5B-\\x60\\x7B-\\x7E\\u00B7\\u02B9\\u02BA\\u02C6-\\u02CF\\u02EC\\u0375\\u200C\\u200D\\u2E2F\\u30FB\\uA67F\\uA717-\\uA71F\\uA788';

const RIGHT_TO_LEFT = `[[${RIGHT_TO_LEFT_BLOCKS}]--[\\p{Mn}${ARABIC_NUMBER}${EUROPEAN_NUMBER}]]`;

const HAS_RIGHT_TO_LEFT = new RegExp(`[${RIGHT_TO_LEFT}${ARABIC_NUMBER}]`, 'v');
const HAS_ARABIC_NUMBER = new RegExp(`[${ARABIC_NUMBER}]`, 'v');
const HAS_EUROPEAN_NUMBER = new RegExp(`[${EUROPEAN_NUMBER}]`, 'v');

const ENDING = `[${RIGHT_TO_LEFT}${ARABIC_NUMBER}${EUROPEAN_NUMBER}]`;

/** Conditions 1 (first R or AL), 2 (nothing of class L or stranger) and 3 (ends in a letter or number, then marks). */
const RIGHT_TO_LEFT_STRING = new RegExp(
  `^${RIGHT_TO_LEFT}(?:[${ENDING}${NEUTRAL}${NONSPACING_MARK}]*${ENDING})?${NONSPACING_MARK}*$`,
  'v',
);

/**
 * Whether `text`, a string of the IdentifierClass, satisfies the Bidi Rule. Text without right-to-left code points
 * does (RFC 8265 section 3.3.1). With them it must begin with a right-to-left letter, because conditions 5 and 6 allow
 * none in a string that begins left to right.
 */
export function satisfiesBidiRule(text: string): boolean {
  if (!HAS_RIGHT_TO_LEFT.test(text)) return true;
  if (HAS_EUROPEAN_NUMBER.test(text) && HAS_ARABIC_NUMBER.test(text)) return false; // condition 4
  return RIGHT_TO_LEFT_STRING.test(text);
}
