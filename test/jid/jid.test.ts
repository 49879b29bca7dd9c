/** RFC 7622: what is a JID, what is not, and which of them are the same. */
import { describe, expect, test } from 'vitest';
import { bareJid, joinJid, parseJid } from '../../server/jid/jid.ts';
import { MORE_INVALID, MORE_VALID, RFC_7622_TABLE_1, RFC_7622_TABLE_2 } from './cases.ts';

const VALID = [...RFC_7622_TABLE_1, ...MORE_VALID].map(([text, full, why]) => ({ text, full, why }));
const INVALID = [...RFC_7622_TABLE_2, ...MORE_INVALID].map(([text, why]) => ({ text, why }));

describe('a JID is accepted and made canonical', () => {
  test.each(VALID)('$why', ({ text, full }) => {
    expect(parseJid(text)?.full).toBe(full);
    expect(parseJid(full)?.full).toBe(full);
  });
});

describe('what is not a JID is refused', () => {
  test.each(INVALID)('$why', ({ text }) => {
    expect(parseJid(text)).toBeUndefined();
  });
});

test('a JID has its parts, its bare and its full form', () => {
  expect(parseJid('Juliet@Example.com/Balcony')).toEqual({
    local: 'juliet',
    domain: 'example.com',
    resource: 'Balcony',
    bare: 'juliet@example.com',
    full: 'juliet@example.com/Balcony',
  });
});

test('parts that are missing are empty', () => {
  expect(parseJid('example.com')).toEqual({
    local: '',
    domain: 'example.com',
    resource: '',
    bare: 'example.com',
    full: 'example.com',
  });
  expect(parseJid('example.com/x')).toMatchObject({ local: '', resource: 'x', bare: 'example.com' });
});

test('the bare JID of a full one has no resourcepart', () => {
  const jid = joinJid('juliet', 'example.com', 'balcony');
  expect(bareJid(jid)).toEqual(joinJid('juliet', 'example.com'));
  expect(bareJid(jid).full).toBe('juliet@example.com');
});

test('the bare JID of a bare one is the same object', () => {
  const jid = joinJid('', 'example.com');
  expect(bareJid(jid)).toBe(jid);
});

test('a JID that was seen before is not prepared again', () => {
  expect(parseJid('seen@example.com/before')).toBe(parseJid('seen@example.com/before'));
});

test('a JID too long for anyone to have is prepared anew, so that strangers cannot fill the memory', () => {
  const text = `juliet@example.com/${'x'.repeat(300)}`;
  expect(parseJid(text)).toEqual(parseJid(text));
  expect(parseJid(text)).not.toBe(parseJid(text));
});

test('JIDs stay right when more have been seen than are remembered', () => {
  for (let index = 0; index < 25_000; index += 1) parseJid(`Passerby${index}@example.com`);
  expect(parseJid('Passerby3@example.com')?.full).toBe('passerby3@example.com');
  expect(parseJid('Passerby24999@example.com')?.full).toBe('passerby24999@example.com');
});

describe('lengths are counted in octets after preparation', () => {
  test('each part may have 1023 octets', () => {
    const part = 'a'.repeat(1023);
    expect(parseJid(`${part}@example.com/${part}`)?.local).toBe(part);
    expect(parseJid(`a@b/${'\u20AC'.repeat(341)}`)?.resource).toHaveLength(341);
  });

  test('a part that normalization shortens to 1023 octets is accepted', () => {
    const decomposed = '\u00FC'.normalize('NFD').repeat(511);
    expect(parseJid(`${decomposed}@example.com/${decomposed}`)?.local).toBe('\u00FC'.repeat(511));
  });

  test('the most decomposed parts of 1023 octets are accepted together', () => {
    const local = '\u01D6'.normalize('NFD').repeat(511);
    expect(local.length * 2).toBeGreaterThan(3000);
    expect(parseJid(`${local}@example.com/${local}`)?.resource).toBe('\u01D6'.repeat(511));
  });

  test('a label may have 63 octets and a name 253', () => {
    const name = `${'a'.repeat(63)}.`.repeat(3) + 'b'.repeat(61);
    expect(parseJid(name)?.domain).toBe(name);
    expect(parseJid(`${name}.`)?.domain).toBe(name);
    expect(parseJid(`${name}b`)).toBeUndefined();
  });

  test('a name outside ASCII is measured by its A-labels', () => {
    const label = '\u00FC'.repeat(50);
    expect(parseJid(`${label}.example`)?.domain).toBe(`${label}.example`);
    expect(parseJid(`${label}.`.repeat(5))).toBeUndefined();
  });
});
