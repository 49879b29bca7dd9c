/** What the options of `snug component allow` mean. */
import { expect, test } from 'vitest';
import { readGrants } from '../../server/cli/component.ts';

const NOTHING = { rosterPush: true, iq: [], delegate: [] };

test('what is left out is not allowed', () => {
  expect(readGrants(NOTHING)).toEqual({
    roster: 'none',
    rosterPush: true,
    message: 'none',
    presence: 'none',
    iq: [],
    delegated: [],
  });
});

test('everything can be allowed', () => {
  const options = {
    roster: 'both',
    rosterPush: false,
    messages: true,
    presence: 'roster',
    iq: ['http://jabber.org/protocol/pubsub=set', 'urn:example:a=b=get'],
    delegate: ['http://jabber.org/protocol/pubsub', 'urn:xmpp:mam:2 node,queryid'],
  };
  expect(readGrants(options)).toEqual({
    roster: 'both',
    rosterPush: false,
    message: 'outgoing',
    presence: 'roster',
    iq: [
      { xmlns: 'http://jabber.org/protocol/pubsub', access: 'set' },
      { xmlns: 'urn:example:a=b', access: 'get' },
    ],
    delegated: [
      { xmlns: 'http://jabber.org/protocol/pubsub', attributes: [] },
      { xmlns: 'urn:xmpp:mam:2', attributes: ['node', 'queryid'] },
    ],
  });
});

test.each([
  { roster: 'all' },
  { presence: 'everybody' },
  { iq: ['urn:xmpp:ping'] },
  { iq: ['urn:xmpp:ping=none'] },
  { iq: ['=get'] },
])('%o is a wrong command line', (options) => {
  expect(() => readGrants({ ...NOTHING, ...options })).toThrow(expect.objectContaining({ code: 'usage', status: 2 }));
});
