/** RFC 5892 appendix A, rule by rule. */
import { describe, expect, test } from 'vitest';
import { satisfiesContextRules } from '../../server/jid/context-rules.ts';

describe.each([
  [
    'A.1 zero width non-joiner after a virama',
    ['\u0915\u094D\u200C\u0937'],
    ['\u0915\u200C\u0937', '\u200C', 'a\u200C'],
  ],
  [
    'A.1 zero width non-joiner between joining letters',
    ['\u0628\u200C\u0628', '\u0628\u064B\u200C\u064B\u0627', '\u0647\u200C\u0627', '\u{1E900}\u200C\u{1E900}'],
    ['\u0627\u200C\u0628', '\u0628\u200C', '\u200C\u0628', '\u0628\u200Ca', 'a\u200Cb', '\u0628\u200C\u200C\u0628'],
  ],
  [
    'A.2 zero width joiner',
    ['\u0915\u094D\u200D'],
    ['\u200D', 'a\u200Db', '\u0628\u200D\u0628', '\u{1F468}\u200D\u{1F469}'],
  ],
  ['A.3 middle dot', ['l\u00B7l', 'al\u00B7la'], ['\u00B7', 'l\u00B7', '\u00B7l', 'L\u00B7L', 'l\u00B7\u00B7l']],
  ['A.4 Greek lower numeral sign', ['\u0375\u03B1', 'a\u0375\u03B1'], ['\u0375', '\u03B1\u0375', '\u0375a']],
  ['A.5 geresh', ['\u05D0\u05F3'], ['\u05F3', '\u05F3\u05D0', 'a\u05F3']],
  ['A.6 gershayim', ['\u05D0\u05F4'], ['\u05F4', '\u05F4\u05D0', 'a\u05F4']],
  [
    'A.7 katakana middle dot',
    ['\u30FB\u30A2', '\u3042\u30FB', 'a\u30FB\u4E00'],
    ['\u30FB', 'a\u30FBb', '\u30FB\u30FB'],
  ],
  ['A.8 and A.9 Arabic-Indic digits', ['\u0660\u0669', '\u06F0\u06F9', '\u06601'], ['\u0660\u06F0', '\u06F9a\u0669']],
])('%s', (_rule, right, wrong) => {
  test.each(right)('%j is in its place', (text) => {
    expect(satisfiesContextRules(text)).toBe(true);
  });

  test.each(wrong)('%j is not', (text) => {
    expect(satisfiesContextRules(text)).toBe(false);
  });
});

test('text without contextual code points satisfies them all', () => {
  expect(satisfiesContextRules('juliet')).toBe(true);
  expect(satisfiesContextRules('')).toBe(true);
});
