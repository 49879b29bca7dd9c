/**
 * U-labels (RFC 5890 section 2.3.2.1): labels outside ASCII as IDNA2008 allows them.
 *
 * UTS #46 accepts more than IDNA2008, among others symbols and emoji; an XMPP domainpart may not have them (RFC 7622
 * section 3.2.1). Normalization, hyphens, leading marks and direction have been checked by UTS #46 before.
 */
import {
  CONTEXTJ,
  CONTEXTO,
  EXCEPTIONS_DISALLOWED,
  EXCEPTIONS_PVALID,
  LETTER_DIGITS,
  OLD_HANGUL_JAMO,
} from './code-points.ts';
import { satisfiesContextRules } from './context-rules.ts';

/** RFC 5892 section 2.4: combining marks for symbols, musical notation and ancient Greek musical notation. */
const IGNORABLE_BLOCKS = '\\u20D0-\\u20FF\\u{1D100}-\\u{1D1FF}\\u{1D200}-\\u{1D24F}';

/** RFC 5892 sections 2.2 (Unstable) and 2.3 (IgnorableProperties), as Unicode derives them. */
const UNSTABLE_OR_IGNORABLE =
  '\\p{Changes_When_NFKC_Casefolded}\\p{Default_Ignorable_Code_Point}\\p{White_Space}\\p{Noncharacter_Code_Point}';

const DISALLOWED = `${EXCEPTIONS_DISALLOWED}${OLD_HANGUL_JAMO}${IGNORABLE_BLOCKS}${UNSTABLE_OR_IGNORABLE}`;

const PVALID_OR_CONTEXTUAL = new RegExp(
  `^[[[${LETTER_DIGITS}\\x2D]--[${DISALLOWED}]]${EXCEPTIONS_PVALID}${CONTEXTO}${CONTEXTJ}]+$`,
  'v',
);

/** Whether every code point of `label` is PVALID (RFC 5892 section 3), or contextual and in its right place. */
export function isIdnaLabel(label: string): boolean {
  return PVALID_OR_CONTEXTUAL.test(label) && satisfiesContextRules(label);
}
