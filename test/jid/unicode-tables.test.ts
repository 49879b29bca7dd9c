/**
 * The tables written here against the Unicode data that tr46 carries, for every code point that may be in an
 * identifier. They fail when the engine's Unicode version moves on and a table has to follow.
 */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { satisfiesBidiRule } from '../../server/jid/bidi.ts';
import { isTransparent, isVirama, joinsNext, joinsPrevious } from '../../server/jid/joining-type.ts';
import { isIdentifierClass } from '../../server/jid/precis-classes.ts';

const REGEXES = createRequire(import.meta.url)('tr46/lib/regexes.js') as Readonly<Record<string, RegExp>>;

const ALEF = '\u05D0';
const BEH = '\u0628';
const NON_JOINER = '\u200C';

const identifierPoints: string[] = [];
for (let code = 0x21; code < 0x110000; code += 1) {
  const point = String.fromCodePoint(code);
  if (isIdentifierClass(point)) identifierPoints.push(point);
}

function regex(name: string): RegExp {
  const found = REGEXES[name];
  if (found === undefined) throw new Error(`tr46 has no table ${name}`);
  return found;
}

function differences(ours: (point: string) => boolean, theirs: (point: string) => boolean): readonly string[] {
  return identifierPoints
    .filter((point) => ours(point) !== theirs(point))
    .map((point) => `U+${point.codePointAt(0)?.toString(16)}`);
}

test('the identifier class has the letters of the world in it', () => {
  expect(identifierPoints.length).toBeGreaterThan(130_000);
});

test('viramas are those of Unicode', () => {
  expect(differences(isVirama, (point) => regex('combiningClassVirama').test(point))).toEqual([]);
});

test('joining types are those of Unicode', () => {
  const zwnj = regex('validZWNJ');
  expect(differences(joinsNext, (point) => zwnj.test(point + NON_JOINER + BEH))).toEqual([]);
  expect(differences(joinsPrevious, (point) => zwnj.test(BEH + NON_JOINER + point))).toEqual([]);
  expect(
    differences(
      (point) => isTransparent(point) || joinsNext(point),
      (point) => zwnj.test(BEH + point + NON_JOINER + BEH),
    ),
  ).toEqual([]);
});

test('bidirectional classes are those of Unicode, wherever the rule looks at them', () => {
  const first = (point: string) => regex('bidiS1RTL').test(point);
  const inside = (point: string) => regex('bidiS2').test(point);
  const atEnd = (point: string) => inside(point) && regex('bidiS3').test(ALEF + point);
  const rightToLeft = (point: string) => regex('bidiDomain').test(point);

  expect(differences(satisfiesBidiRule, (point) => !rightToLeft(point) || first(point))).toEqual([]);
  expect(differences((point) => satisfiesBidiRule(ALEF + point + ALEF), inside)).toEqual([]);
  expect(differences((point) => satisfiesBidiRule(ALEF + point), atEnd)).toEqual([]);
});
