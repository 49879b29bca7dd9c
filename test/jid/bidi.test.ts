/** RFC 5893 section 2, condition by condition. */
import { expect, test } from 'vitest';
import { satisfiesBidiRule } from '../../server/jid/bidi.ts';

const HEBREW_DAVID = '\u05D3\u05D5\u05D3';
const ARABIC_MUHAMMAD = '\u0645\u062D\u0645\u062F';
const SYRIAC = '\u0710\u0712';
const THAANA = '\u0780\u0781';
const NKO = '\u07CA\u07CB';
const ADLAM = '\u{1E922}\u{1E923}';

test('left-to-right text needs nothing', () => {
  for (const text of ['juliet', '1st', '-', '\u4F8B', 'a\u0301', '+49'])
    expect(satisfiesBidiRule(text), text).toBe(true);
});

test('names in one right-to-left script satisfy the rule', () => {
  for (const text of [HEBREW_DAVID, ARABIC_MUHAMMAD, SYRIAC, THAANA, NKO, ADLAM]) {
    expect(satisfiesBidiRule(text), text).toBe(true);
  }
});

test('names in two right-to-left scripts satisfy it too', () => {
  expect(satisfiesBidiRule(HEBREW_DAVID + ARABIC_MUHAMMAD)).toBe(true);
});

test('condition 1: a string with right-to-left letters begins with one', () => {
  expect(satisfiesBidiRule(`1${HEBREW_DAVID}`)).toBe(false);
  expect(satisfiesBidiRule(`-${HEBREW_DAVID}`)).toBe(false);
  expect(satisfiesBidiRule(`\u0661${ARABIC_MUHAMMAD}`)).toBe(false);
  expect(satisfiesBidiRule(`\u05B4${HEBREW_DAVID}`)).toBe(false);
});

test('condition 2: a right-to-left string has no left-to-right letters', () => {
  expect(satisfiesBidiRule(`${HEBREW_DAVID}a${HEBREW_DAVID}`)).toBe(false);
  expect(satisfiesBidiRule(`${HEBREW_DAVID}-1.${HEBREW_DAVID}`)).toBe(true);
});

test('condition 3: a right-to-left string ends in a letter or number, marks not counted', () => {
  expect(satisfiesBidiRule(`${HEBREW_DAVID}.`)).toBe(false);
  expect(satisfiesBidiRule(`${HEBREW_DAVID}-\u05B4`)).toBe(false);
  expect(satisfiesBidiRule(`${HEBREW_DAVID}\u05B4\u05B5`)).toBe(true);
  expect(satisfiesBidiRule(`${HEBREW_DAVID}7`)).toBe(true);
  expect(satisfiesBidiRule(`${ARABIC_MUHAMMAD}\u0667`)).toBe(true);
});

test('condition 4: a right-to-left string has European or Arabic numbers, not both', () => {
  expect(satisfiesBidiRule(`${ARABIC_MUHAMMAD}1\u0661`)).toBe(false);
  expect(satisfiesBidiRule(`${ARABIC_MUHAMMAD}\u06F1\u0661`)).toBe(false);
  expect(satisfiesBidiRule(`${ARABIC_MUHAMMAD}1\u06F1`)).toBe(true);
});

test('condition 5: a left-to-right string has no right-to-left letters or Arabic numbers', () => {
  expect(satisfiesBidiRule(`juliet${HEBREW_DAVID}`)).toBe(false);
  expect(satisfiesBidiRule('juliet\u0661')).toBe(false);
  expect(satisfiesBidiRule('juliet\u06F1')).toBe(true);
});
