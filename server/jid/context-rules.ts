/**
 * Contextual rules (RFC 5892 appendix A): code points that are fine in one neighbourhood and misleading in another.
 *
 * IDNA labels, localparts and resourceparts all obey them (RFC 5891 section 4.2.3.3, RFC 8264 section 8).
 */
import { CONTEXTJ, CONTEXTO } from './code-points.ts';
import { isTransparent, isVirama, joinsNext, joinsPrevious } from './joining-type.ts';

/** Whether the code point at `at` may stand where it stands. */
type ContextRule = (points: readonly string[], at: number) => boolean;

const HAS_CONTEXTUAL = new RegExp(`[${CONTEXTJ}${CONTEXTO}]`, 'v');
const GREEK = /^\p{Script=Greek}$/u;
const HEBREW = /^\p{Script=Hebrew}$/u;
const JAPANESE = /^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]$/u;
const ARABIC_INDIC_DIGIT = /^[\u0660-\u0669]$/u;
const EXTENDED_ARABIC_INDIC_DIGIT = /^[\u06F0-\u06F9]$/u;

const RULES: ReadonlyMap<string, ContextRule> = new Map<string, ContextRule>([
  ['\u200C', (points, at) => followsVirama(points, at) || breaksJoining(points, at)], // A.1 zero width non-joiner
  ['\u200D', followsVirama], // A.2 zero width joiner
  ['\u00B7', (points, at) => points[at - 1] === 'l' && points[at + 1] === 'l'], // A.3 middle dot, Catalan l·l
  ['\u0375', (points, at) => GREEK.test(points[at + 1] ?? '')], // A.4 Greek lower numeral sign
  ['\u05F3', followsHebrew], // A.5 geresh
  ['\u05F4', followsHebrew], // A.6 gershayim
  ['\u30FB', (points) => points.some((point) => JAPANESE.test(point))], // A.7 katakana middle dot
]);

/** Whether every contextual code point in `text` satisfies its rule. */
export function satisfiesContextRules(text: string): boolean {
  if (!HAS_CONTEXTUAL.test(text)) return true;
  const points = Array.from(text);
  return !mixesArabicDigits(points) && points.every((point, at) => RULES.get(point)?.(points, at) ?? true);
}

/** A.8 and A.9: the two series of Arabic-Indic digits look alike and must not be mixed. */
function mixesArabicDigits(points: readonly string[]): boolean {
  return (
    points.some((point) => ARABIC_INDIC_DIGIT.test(point)) &&
    points.some((point) => EXTENDED_ARABIC_INDIC_DIGIT.test(point))
  );
}

function followsVirama(points: readonly string[], at: number): boolean {
  return isVirama(points[at - 1] ?? '');
}

function followsHebrew(points: readonly string[], at: number): boolean {
  return HEBREW.test(points[at - 1] ?? '');
}

/** Whether the letters on both sides, marks not counted, would join if nothing stood between them. */
function breaksJoining(points: readonly string[], at: number): boolean {
  const previous = points.slice(0, at).findLast((point) => !isTransparent(point));
  const next = points.slice(at + 1).find((point) => !isTransparent(point));
  return joinsNext(previous ?? '') && joinsPrevious(next ?? '');
}
