/**
 * Localparts and resourceparts (RFC 7622 sections 3.3 and 3.4), prepared by PRECIS: two spellings of one name become
 * the same string, and what could not be told apart or typed again is refused.
 *
 * A localpart is a UsernameCaseMapped string, a resourcepart an OpaqueString (RFC 8265 sections 3.3 and 4.2).
 */
import { satisfiesBidiRule } from './bidi.ts';
import { satisfiesContextRules } from './context-rules.ts';
import { isFreeformClass, isIdentifierClass } from './precis-classes.ts';

/** RFC 7622 sections 3.3 and 3.4, in octets of UTF-8 after all mapping. */
const MAX_PART_BYTES = 1023;

/** RFC 8264 section 7: a string that still changes when the rules have been applied again three times is refused. */
const MAX_REAPPLICATIONS = 3;

/** RFC 7622 section 3.3.1: not in localparts, because they delimit a JID or need escaping in XML. */
const EXCLUDED_FROM_LOCALPART = /["&'/:<>@]/;

/** Printable ASCII without the excluded characters: nearly every localpart there is, and only its case can change. */
const ASCII_LOCALPART = /^[!#-%(-.0-9;=?A-Z[-~]{1,1023}$/;

/** Printable ASCII that does not begin with a space: nothing of it is mapped. */
const ASCII_RESOURCEPART = /^[!-~][ -~]{0,1022}$/;

const FULLWIDTH_AND_HALFWIDTH = /[\u3000\uFF01-\uFFEE]/g;
const SPACE_SEPARATORS = /\p{Zs}/gu;
const CAPITAL_SIGMA = /\u03A3/g;

/** The canonical localpart that `text` spells (1..1023 octets), or undefined when it is not one. */
export function prepareLocalpart(text: string): string | undefined {
  if (ASCII_LOCALPART.test(text)) return text.toLowerCase();
  return withinLimits(untilStable(text, enforceUsernameCaseMapped));
}

/** The canonical resourcepart that `text` spells (1..1023 octets), or undefined when it is not one. */
export function prepareResourcepart(text: string): string | undefined {
  if (ASCII_RESOURCEPART.test(text)) return text;
  const resourcepart = withinLimits(untilStable(text, enforceOpaqueString));
  // OpaqueString allows spaces anywhere; RFC 7622 section 3.5 (example 18) does not at the beginning.
  return resourcepart?.startsWith(' ') ? undefined : resourcepart;
}

/** RFC 8265 section 3.3, in its order; class and context once more at the end, as RFC 8264 section 7 has it. */
function enforceUsernameCaseMapped(text: string): string | undefined {
  const prepared = text.replace(FULLWIDTH_AND_HALFWIDTH, toDecomposition);
  if (!isLocalpartClass(prepared)) return undefined;
  const mapped = toLowerCase(prepared).normalize('NFC');
  if (!satisfiesBidiRule(mapped)) return undefined;
  return isLocalpartClass(mapped) && satisfiesContextRules(mapped) ? mapped : undefined;
}

/** RFC 8265 section 4.2: no width mapping, no case mapping, no directionality rule. */
function enforceOpaqueString(text: string): string | undefined {
  if (!isFreeformClass(text)) return undefined;
  const mapped = text.replace(SPACE_SEPARATORS, ' ').normalize('NFC');
  return isFreeformClass(mapped) && satisfiesContextRules(mapped) ? mapped : undefined;
}

/** The delimiters are looked for after the width mapping, so that a fullwidth at-sign does not become one. */
function isLocalpartClass(text: string): boolean {
  return isIdentifierClass(text) && !EXCLUDED_FROM_LOCALPART.test(text);
}

/** For these blocks NFKC is the decomposition mapping, or differs only where both are disallowed. */
function toDecomposition(point: string): string {
  return point.normalize('NFKC');
}

/**
 * Lower case, each code point by itself: JavaScript makes a capital sigma at a word's end a final one, but the PRECIS
 * mapping knows nothing of final sigma (RFC 8265 section 3.6, on examples 5 to 7). Never the locale's rules.
 */
function toLowerCase(text: string): string {
  return text.replace(CAPITAL_SIGMA, '\u03C3').toLowerCase();
}

/** RFC 8264 section 7: the rules, applied until they change nothing. */
function untilStable(text: string, enforce: (text: string) => string | undefined): string | undefined {
  let current = text;
  for (let application = 0; application <= MAX_REAPPLICATIONS; application += 1) {
    const next = enforce(current);
    if (next === undefined || next === current) return next;
    current = next;
  }
  return undefined;
}

function withinLimits(part: string | undefined): string | undefined {
  if (part === undefined || part === '') return undefined;
  return Buffer.byteLength(part) <= MAX_PART_BYTES ? part : undefined;
}
