import { describe, expect, test } from 'vitest';
import { createElement, el, NS_XML } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { escapeAttribute, escapeText } from '../../server/xml/serializer.ts';

describe('namespaces', () => {
  test('are stated where they differ from the surroundings, and nowhere else', () => {
    const element = el('a', 'urn:1', {}, el('b', 'urn:1'), el('c', 'urn:2', {}, el('d', 'urn:2'), el('e', 'urn:1')));
    const inside = "<b/><c xmlns='urn:2'><d/><e xmlns='urn:1'/></c></a>";
    expect(element.toXml()).toBe(`<a xmlns='urn:1'>${inside}`);
    expect(element.toXml('urn:1')).toBe(`<a>${inside}`);
    expect(element.toXml('urn:2')).toBe(`<a xmlns='urn:1'>${inside}`);
  });

  test('that are empty are stated inside others', () => {
    expect(el('a', 'urn:1', {}, el('b', '', {}, el('c', ''))).toXml()).toBe(
      "<a xmlns='urn:1'><b xmlns=''><c/></b></a>",
    );
    expect(el('a', '').toXml('urn:1')).toBe("<a xmlns=''/>");
    expect(el('a', '').toXml()).toBe('<a/>');
  });

  test('of attributes get a prefix of their own on the same tag', () => {
    const element = el('a', 'urn:1', { b: '1', '{urn:2}b': '2', '{urn:1}b': '3', 'xml:lang': 'en' });
    expect(element.toXml()).toBe(
      "<a xmlns='urn:1' b='1' xmlns:a1='urn:2' a1:b='2' xmlns:a2='urn:1' a2:b='3' xml:lang='en'/>",
    );
    expect(parseXml(element.toXml()).attributes).toEqual(element.attributes);
  });

  test('with special characters are escaped', () => {
    const element = el('a', `u'&<">\n`, { "{u'&<\r}}b": '1' });
    expect(parseXml(element.toXml()).xmlns).toBe(element.xmlns);
    expect(parseXml(element.toXml()).attributes).toEqual(element.attributes);
  });

  test('of xml: itself, which must not be a default, are written with its prefix', () => {
    const element = createElement('a', NS_XML, [], [el('b', ''), createElement('c', NS_XML, [], []), el('d', 'urn:1')]);
    expect(element.toXml('urn:1')).toBe("<xml:a><b xmlns=''/><xml:c/><d xmlns='urn:1'/></xml:a>");
    expect(parseXml(element.toXml()).elements.map((child) => child.xmlns)).toEqual(['', NS_XML, 'urn:1']);
  });
});

describe('text', () => {
  test('is escaped so that nothing in it is markup and every character survives', () => {
    const text = `<a>&amp;]]>"'\r\n\t\r 🎈\u0085\u2028`;
    expect(escapeText(text)).toBe(`&lt;a&gt;&amp;amp;]]&gt;"'&#xD;\n\t&#xD; 🎈\u0085\u2028`);
    const element = el('a', '', { b: text }, text);
    expect(parseXml(element.toXml()).text()).toBe(text);
    expect(parseXml(element.toXml()).attr('b')).toBe(text);
    expect(escapeAttribute(text)).not.toMatch(/[\r\n\t<>'"]/);
  });

  test('that XML has no way to write becomes U+FFFD', () => {
    for (const bad of ['\0', '\x08', '\x0b', '\x1f', '\ud800', '\udc00', '\udc00\ud800', '\ufffe', '\uffff']) {
      expect(escapeText(`a${bad}🎈<`)).toBe(`a${'\ufffd'.repeat(bad.length)}🎈&lt;`);
      expect(escapeAttribute(`a${bad}🎈<`)).toBe(`a${'\ufffd'.repeat(bad.length)}🎈&lt;`);
    }
  });

  test('of other planes and all spaces stays as it is', () => {
    for (const text of ['🎈', '\u{10ffff}', '\ufffd', '\x7f', '\u00a0', '']) {
      expect(escapeText(text)).toBe(text);
      expect(escapeAttribute(text)).toBe(text);
    }
  });
});

test('an element that holds only empty text is an empty tag', () => {
  expect(createElement('a', '', [], ['']).toXml()).toBe('<a/>');
});
