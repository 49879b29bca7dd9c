import { expect, test } from 'vitest';
import { el } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { XmlError } from '../../server/xml/xml-error.ts';

function conditionOf(text: string, limits?: { maxDepth: number; maxAttributes: number }): string {
  try {
    return parseXml(text, limits).toXml();
  } catch (error) {
    if (error instanceof XmlError) return error.condition;
    throw error;
  }
}

test('a document gives the element that was written', () => {
  const element = el(
    'message',
    'jabber:client',
    { to: 'a@b', 'xml:lang': 'en' },
    el('body', 'jabber:client', {}, 'a < b\r'),
  );
  expect(parseXml(element.toXml()).toXml()).toBe(element.toXml());
});

test('whitespace around the element and an XML declaration are no part of it', () => {
  expect(parseXml("<?xml version='1.0'?>\n<a> </a>\n").toXml()).toBe('<a> </a>');
});

test.each([
  ['', 'not-well-formed'],
  [' ', 'not-well-formed'],
  ['text', 'not-well-formed'],
  ['<a>', 'not-well-formed'],
  ['<a></a', 'not-well-formed'],
  ['<a></b>', 'not-well-formed'],
  ['<a/><b/>', 'not-well-formed'],
  ['<a/>text', 'not-well-formed'],
  ['<a/>&#32;', 'not-well-formed'],
  ['\ufeff<a/>', 'not-well-formed'],
  ['<a>\ud800<b/></a>', 'not-well-formed'],
  ['<a>\udc00</a>', 'not-well-formed'],
  ['<p:a/>', 'not-well-formed'],
  ['<a/><!-- -->', 'restricted-xml'],
  ['<!DOCTYPE a><a/>', 'restricted-xml'],
  ['<?pi?><a/>', 'restricted-xml'],
  ['<a>&foo;</a>', 'restricted-xml'],
  ["<?xml version='1.0' encoding='latin1'?><a/>", 'unsupported-encoding'],
])('%j is refused as %s', (text, condition) => {
  expect(conditionOf(text)).toBe(condition);
});

test('limits are kept when they are given; the root counts as a level', () => {
  const limits = { maxDepth: 2, maxAttributes: 1 };
  expect(conditionOf("<a b='1'><b/></a>", limits)).toBe("<a b='1'><b/></a>");
  expect(conditionOf('<a><b><c/></b></a>', limits)).toBe('policy-violation');
  expect(conditionOf("<a b='1' c='1'/>", limits)).toBe('policy-violation');
});
