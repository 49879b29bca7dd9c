/** XEP-0059: reading which page is asked for, and writing where a page stands. */
import { describe, expect, test } from 'vitest';
import { StanzaError } from '../../server/stanza/error.ts';
import { FIRST_PAGE, NS_RSM, pageElement, readPageRequest } from '../../server/stanza/rsm.ts';
import { parseXml } from '../../server/xml/parse.ts';

const read = (inner: string) =>
  readPageRequest(parseXml(`<query xmlns='jabber:iq:search'><set xmlns='${NS_RSM}'>${inner}</set></query>`));

describe('a request', () => {
  test('without a set is for the first page, however large', () => {
    expect(readPageRequest(parseXml(`<query xmlns='jabber:iq:search'/>`))).toEqual(FIRST_PAGE);
    expect(read('')).toEqual(FIRST_PAGE);
  });

  test.each([
    ['the first items (section 2.1)', '<max>10</max>', { max: 10 }],
    ['the next page (section 2.2)', '<max>10</max><after>peter</after>', { max: 10, after: 'peter' }],
    ['the page before (section 2.3)', '<max>10</max><before>peter</before>', { max: 10, before: 'peter' }],
    ['the last page (section 2.5)', '<max>10</max><before/>', { max: 10, before: '' }],
    ['a position (section 2.6)', '<max> 10 </max><index>371</index>', { max: 10, index: 371 }],
    ['the number of items (section 2.7)', '<max>0</max>', { max: 0 }],
    ['the beginning, said by an empty element', '<max>1</max><after/>', { max: 1 }],
  ])('for %s', (_, inner, asked) => {
    expect(read(inner)).toEqual({ ...FIRST_PAGE, ...asked });
  });

  test.each([
    ['a number that is none', '<max>ten</max>'],
    ['an empty number', '<max/>'],
    ['a negative number', '<index>-1</index>'],
    ['a fraction', '<max>1.5</max>'],
    ['a number beyond xs:int', '<max>2147483648</max>'],
    ['two places to begin at', '<after>a</after><before>b</before>'],
    ['a place and a position', '<index>1</index><before/>'],
  ])('with %s is bad', (_, inner) => {
    const answer = read(inner);
    expect(answer instanceof StanzaError && answer.condition).toBe('bad-request');
  });
});

describe('an answer', () => {
  test('says where its page stands', () => {
    expect(pageElement({ first: 'a', last: 'b', index: 0, count: 800 }).toXml()).toBe(
      `<set xmlns='${NS_RSM}'><first index='0'>a</first><last>b</last><count>800</count></set>`,
    );
  });

  test('of an empty page has neither first nor last (section 2.2)', () => {
    expect(pageElement({ count: 0 }).toXml()).toBe(`<set xmlns='${NS_RSM}'><count>0</count></set>`);
  });

  test('may leave out what is dear to count', () => {
    expect(pageElement({ first: 'a', last: 'a' }).toXml()).toBe(
      `<set xmlns='${NS_RSM}'><first>a</first><last>a</last></set>`,
    );
  });
});
