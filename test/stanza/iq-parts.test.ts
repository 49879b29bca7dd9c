import { describe, expect, test } from 'vitest';
import { delayElement, withoutForgedDelay } from '../../server/stanza/delay.ts';
import { NS_CLIENT, readIqParts } from '../../server/stanza/stanza.ts';
import { el } from '../../server/xml/element.ts';

const payload = el('query', 'urn:x');
const iq = (attributes: Record<string, string>, ...children: (typeof payload)[]) =>
  el('iq', NS_CLIENT, attributes, ...children);

describe('what makes an iq (RFC 6120 section 8.2.3)', () => {
  test('a request has an id and one payload', () => {
    expect(readIqParts(iq({ type: 'get', id: '1' }, payload))).toEqual({ type: 'get', id: '1', payload });
    expect(readIqParts(iq({ type: 'set', id: '1' }))).toBe('A request has exactly one payload.');
    expect(readIqParts(iq({ type: 'set', id: '1' }, payload, payload))).toBe('A request has exactly one payload.');
    expect(readIqParts(iq({ type: 'get' }, payload))).toBe('An iq needs an id.');
  });

  test('an answer may have none', () => {
    expect(readIqParts(iq({ type: 'result', id: '1' }))).toEqual({ type: 'result', id: '1', payload: undefined });
  });

  test.for([{}, { type: 'getset' }] as Record<string, string>[])(
    'there is no other type than the four: %j',
    (attributes) => {
      expect(readIqParts(iq({ ...attributes, id: '1' }))).toBe('An iq is of type get, set, result or error.');
    },
  );
});

describe('delays in our name (XEP-0203 section 2)', () => {
  const at = Date.UTC(2026, 0, 5);

  test('are taken away, however the name is spelled', () => {
    const ours = delayElement('montague.example', at);
    const shouted = delayElement('Montague.Example', at);
    const message = el('message', NS_CLIENT, {}, ours, shouted, payload);
    expect(withoutForgedDelay(message, 'montague.example').elements).toEqual([payload]);
  });

  test('of others are left', () => {
    const theirs = delayElement('capulet.example', at);
    const ofAccount = delayElement('romeo@montague.example', at);
    const message = el('message', NS_CLIENT, {}, theirs, ofAccount);
    expect(withoutForgedDelay(message, 'montague.example')).toBe(message);
  });
});
