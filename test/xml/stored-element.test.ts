/** An element that was kept as text is like any other one, and leaves as it was kept. */
import { expect, test } from 'vitest';
import { el } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { storedElement } from '../../server/xml/stored-element.ts';

const original = el(
  'message',
  'jabber:client',
  { to: 'juliet@localhost', 'xml:lang': 'de', '{urn:x}a': '<&>' },
  el('body', 'jabber:client', undefined, 'Grüße & <Küsse>'),
  el('x', '', undefined, 'nowhere'),
);
const text = original.toXml();

test('it leaves as it was kept, wherever it stands', () => {
  const stored = storedElement(text);
  expect([stored.toXml(), String(stored)]).toEqual([text, text]);
  for (const xmlns of ['jabber:client', 'urn:xmpp:forward:0', '']) {
    const outer = el('forwarded', xmlns, undefined, stored).toXml('jabber:client');
    expect(parseXml(outer).elements[0]?.toXml()).toBe(text);
  }
});

test('whoever looks inside finds what is there', () => {
  const stored = storedElement(text);
  expect([stored.name, stored.xmlns]).toEqual(['message', 'jabber:client']);
  expect(stored.attributes).toEqual(original.attributes);
  expect(stored.attr('to')).toBe('juliet@localhost');
  expect(stored.is('message', 'jabber:client')).toBe(true);
  expect(stored.childText('body')).toBe('Grüße & <Küsse>');
  expect(stored.child('x', '')?.text()).toBe('nowhere');
  expect([stored.text(), stored.children.length, stored.elements.length]).toEqual(['', 2, 2]);
});

test('changes give another element', () => {
  const stored = storedElement(text);
  expect(stored.withAttr('to', undefined).attr('to')).toBeUndefined();
  expect(stored.withChildren([]).children).toEqual([]);
  expect(stored.plus(el('thread', 'jabber:client')).elements.length).toBe(3);
  expect(stored.without((child) => child.name === 'x').elements.length).toBe(1);
  expect(stored.without(() => false)).toBe(stored);
  expect(stored.toXml()).toBe(text);
});
