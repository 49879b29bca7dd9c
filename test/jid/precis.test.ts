/** RFC 8264 and 8265: how localparts and resourceparts are prepared. */
import { describe, expect, test } from 'vitest';
import { prepareLocalpart, prepareResourcepart } from '../../server/jid/precis.ts';

describe('a localpart', () => {
  test('of ASCII is lowered', () => {
    expect(prepareLocalpart('Romeo')).toBe('romeo');
  });

  test('that is empty is refused', () => {
    expect(prepareLocalpart('')).toBeUndefined();
  });

  test('contains no delimiter of JIDs, in ASCII or in full width', () => {
    for (const delimiter of '"&\'/:<>@ ') {
      expect(prepareLocalpart(`a${delimiter}`), delimiter).toBeUndefined();
      expect(prepareLocalpart(`\u00FC${delimiter}`), delimiter).toBeUndefined();
    }
    for (const delimiter of '\uFF02\uFF06\uFF07\uFF0F\uFF1A\uFF1C\uFF1E\uFF20\u3000') {
      expect(prepareLocalpart(`a${delimiter}`), delimiter).toBeUndefined();
    }
  });

  test('may contain every other printable ASCII character', () => {
    for (let code = 0x21; code < 0x7f; code += 1) {
      const character = String.fromCharCode(code);
      const expected = '"&\'/:<>@'.includes(character) ? undefined : character.toLowerCase();
      expect(prepareLocalpart(character), character).toBe(expected);
    }
  });

  test('takes the same form outside the ASCII short cut as within it', () => {
    for (let code = 0; code < 0x80; code += 1) {
      const alone = prepareLocalpart(`x${String.fromCharCode(code)}`);
      const beside = prepareLocalpart(`\u00FCx${String.fromCharCode(code)}`);
      expect(beside).toBe(alone === undefined ? undefined : `\u00FC${alone}`);
    }
  });
});

describe('a resourcepart', () => {
  test('of ASCII is kept', () => {
    expect(prepareResourcepart('My Phone (2)')).toBe('My Phone (2)');
  });

  test('that is empty is refused', () => {
    expect(prepareResourcepart('')).toBeUndefined();
  });

  test('has no control characters', () => {
    for (let code = 0; code < 0x20; code += 1) {
      expect(prepareResourcepart(`a${String.fromCharCode(code)}`), String(code)).toBeUndefined();
    }
    expect(prepareResourcepart('a\u007F')).toBeUndefined();
  });

  test('has ASCII spaces for all others', () => {
    expect(prepareResourcepart('foo\u1680bar')).toBe('foo bar');
    expect(prepareResourcepart('a\u2003b\u202Fc')).toBe('a b c');
  });

  test('obeys the contextual rules', () => {
    expect(prepareResourcepart('l\u00B7l')).toBe('l\u00B7l');
    expect(prepareResourcepart('a\u00B7b')).toBeUndefined();
  });
});

describe('the examples of RFC 8265', () => {
  test.each([
    ['fussball', 'fussball'],
    ['fu\u00DFball', 'fu\u00DFball'],
    ['\u03C0', '\u03C0'],
    ['\u03A3', '\u03C3'],
    ['\u03C3', '\u03C3'],
    ['\u03C2', '\u03C2'],
    ['foo bar', undefined],
    ['', undefined],
    ['henry\u2163', undefined],
    ['\u265A', undefined],
  ])('username %j is %j', (text, expected) => {
    expect(prepareLocalpart(text)).toBe(expected);
  });

  test.each([
    ['correct horse battery staple', 'correct horse battery staple'],
    ['Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['\u03C0\u00DF\u00E5', '\u03C0\u00DF\u00E5'],
    ['Jack of \u2666s', 'Jack of \u2666s'],
    ['foo\u1680bar', 'foo bar'],
    ['', undefined],
    ['my cat is a \u0009by', undefined],
  ])('opaque string %j is %j', (text, expected) => {
    expect(prepareResourcepart(text)).toBe(expected);
  });
});
