import { beforeEach, describe, expect, test } from 'vitest';
import { type Jid, parseJid } from '../../server/jid/jid.ts';
import { OwnRequests } from '../../server/router/own-requests.ts';
import { readStanza } from '../../server/router/read-stanza.ts';
import type { Iq } from '../../server/stanza/stanza.ts';
import { type Element, el } from '../../server/xml/element.ts';
import { FakeClock } from '../scene/fake-clock.ts';

const NS = 'urn:example:question';
const romeo = jid('romeo@localhost/orchard');

let clock: FakeClock;
let sent: Element[];
let requests: OwnRequests;

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  let ids = 0;
  requests = new OwnRequests({
    domain: 'localhost',
    send: (element) => sent.push(element),
    clock,
    randomId: () => `id${ids++}`,
  });
});

function jid(text: string): Jid {
  const parsed = parseJid(text);
  if (parsed === undefined) throw new Error(`${text} is no JID`);
  return parsed;
}

function answer(attributes: { readonly id: string; readonly from: string; readonly type?: string }): Iq {
  const element = el('iq', 'jabber:client', { type: 'result', to: 'localhost', ...attributes });
  const stanza = readStanza(element);
  if (stanza?.kind !== 'iq') throw new Error('that is no iq');
  return stanza;
}

/** What `promise` has come to, or `waiting`. */
const now = <T>(promise: Promise<T>) => Promise.race([promise, Promise.resolve('waiting' as const)]);

test('a request goes out from the server to the full JID', () => {
  void requests.get(romeo, el('ask', NS));
  expect(sent.map((element) => ['type', 'id', 'from', 'to'].map((name) => element.attr(name)))).toEqual([
    ['get', 'id0', 'localhost', 'romeo@localhost/orchard'],
  ]);
  expect(sent[0]?.child('ask', NS)).toBeDefined();
});

describe('an answer', () => {
  test.each(['result', 'error'])('of type %s settles the request with its id', async (type) => {
    const [first, second] = [requests.get(romeo, el('ask', NS)), requests.get(romeo, el('ask', NS))];
    requests.settle(answer({ id: 'id1', from: romeo.full, type }));
    expect(await second).toMatchObject({ id: 'id1', type });
    expect(await now(first)).toBe('waiting');
  });

  test.each(['juliet@localhost/balcony', 'romeo@localhost/other', 'romeo@localhost', 'localhost'])(
    'from %s, who was not asked, is none',
    async (from) => {
      const asked = requests.get(romeo, el('ask', NS));
      requests.settle(answer({ id: 'id0', from }));
      expect(await now(asked)).toBe('waiting');
      requests.settle(answer({ id: 'id0', from: romeo.full }));
      expect(await asked).toMatchObject({ id: 'id0' });
    },
  );

  test('that nobody waits for, or that comes twice, changes nothing', async () => {
    requests.settle(answer({ id: 'id0', from: romeo.full }));
    const asked = requests.get(romeo, el('ask', NS));
    for (let times = 0; times < 2; times++) requests.settle(answer({ id: 'id0', from: romeo.full }));
    expect(await asked).toMatchObject({ id: 'id0' });
  });
});

test('who says nothing for half a minute has not answered, and what comes later is nothing', async () => {
  const early = requests.get(romeo, el('ask', NS));
  clock.advance(20_000);
  const late = requests.get(romeo, el('ask', NS));
  clock.advance(9_999);
  expect(await now(early)).toBe('waiting');
  clock.advance(5_001);
  expect(await early).toBeUndefined();
  expect(await now(late)).toBe('waiting');
  requests.settle(answer({ id: 'id0', from: romeo.full }));
  clock.advance(20_000);
  expect(await late).toBeUndefined();
});
