import { describe, expect, test } from 'vitest';
import { createElement, el, NS_XML } from '../../server/xml/element.ts';

const NS = 'jabber:client';
const message = el(
  'message',
  NS,
  { to: 'a@b', type: 'chat' },
  el('body', NS, {}, 'Hi'),
  el('x', 'urn:x'),
  el('body', NS, { 'xml:lang': 'de' }, 'Hallo'),
);

describe('an element', () => {
  test('leaves out attributes and content that are undefined or empty', () => {
    const element = el('a', NS, { b: undefined, c: '' }, undefined, '', [undefined, '', el('d', NS)], 'text');
    expect(element.attributes).toEqual(['c', '']);
    expect(element.children).toHaveLength(2);
  });

  test('finds a child by name and namespace, its own namespace being the default', () => {
    expect(message.child('body')?.text()).toBe('Hi');
    expect(message.child('x')).toBeUndefined();
    expect(message.child('x', 'urn:x')?.is('x', 'urn:x')).toBe(true);
    expect(message.childText('body')).toBe('Hi');
    expect(message.childText('subject')).toBeUndefined();
    expect(message.elements).toHaveLength(3);
  });

  test('has the text of its own text nodes only', () => {
    expect(el('a', NS, {}, '1', el('b', NS, {}, '2'), '3').text()).toBe('13');
    expect(el('a', NS).text()).toBe('');
  });

  test('is not confused by names that objects have anyway', () => {
    expect(el('a', NS).attr('__proto__')).toBeUndefined();
    expect(el('a', NS).attr('constructor')).toBeUndefined();
    const element = createElement('a', NS, ['__proto__', '1'], []);
    expect(element.attr('__proto__')).toBe('1');
    expect(element.withAttr('__proto__', '2').toXml(NS)).toBe("<a __proto__='2'/>");
  });
});

describe('a changed copy', () => {
  test('has the attribute set in its place, added at the end, or removed', () => {
    expect(message.withAttr('to', 'c@d').attributes).toEqual(['to', 'c@d', 'type', 'chat']);
    expect(message.withAttr('from', 'e@f').attributes).toEqual(['to', 'a@b', 'type', 'chat', 'from', 'e@f']);
    expect(message.withAttr('to', undefined).attributes).toEqual(['type', 'chat']);
    expect(message.withAttr('id', undefined).attributes).toEqual(['to', 'a@b', 'type', 'chat']);
  });

  test('leaves the original as it was, also after both were written', () => {
    const before = message.toXml();
    const copies = [
      message.withAttr('to', 'x'),
      message.plus(el('y', NS)),
      message.without(() => true),
      message.withChildren(['z']),
    ];
    expect(copies.map((copy) => copy.toXml(NS))).toEqual([
      "<message to='x' type='chat'><body>Hi</body><x xmlns='urn:x'/><body xml:lang='de'>Hallo</body></message>",
      "<message to='a@b' type='chat'><body>Hi</body><x xmlns='urn:x'/><body xml:lang='de'>Hallo</body><y/></message>",
      "<message to='a@b' type='chat'/>",
      "<message to='a@b' type='chat'>z</message>",
    ]);
    expect(message.toXml()).toBe(before);
  });

  test('without children that are not there is the element itself', () => {
    expect(message.without((child) => child.name === 'subject')).toBe(message);
  });
});

describe('what could not be written as XML is refused when it is made', () => {
  test.each(['', '1', 'a b', 'a:b', ':', '<', '\ud800', '{urn:a}b', '\u2160'])('an element called %j', (name) => {
    expect(() => el(name, NS)).toThrow(TypeError);
  });

  test.each([NS_XML, 'http://www.w3.org/2000/xmlns/'])('an element of %s', (xmlns) => {
    expect(() => el('a', xmlns)).toThrow(TypeError);
  });

  test.each([
    ...['', 'xmlns', 'xmlns:a', 'p:a', 'xml:', 'xml:a:b', '1', "a='", '{}a', '{urn:a}', '{urn:a}b:c', '{urn:a', '{'],
    ...[`{${NS_XML}}lang`, '{http://www.w3.org/2000/xmlns/}a'],
  ])('an attribute called %j', (name) => {
    expect(() => el('a', NS, { [name]: '1' })).toThrow(TypeError);
    expect(() => el('a', NS).withAttr(name, '1')).toThrow(TypeError);
  });

  test.each(['a', '_', 'größe', 'a.b-c1', 'xml:lang', '{urn:a}b', '{}}b', '{a}b}c'])(
    'but not an attribute called %j',
    (name) => {
      expect(el('a', NS).withAttr(name, '1').attr(name)).toBe('1');
    },
  );
});
