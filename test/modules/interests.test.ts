/** What clients say that they want to hear of, and what others cannot make of it (XEP-0115). */
import { describe, expect, test } from 'vitest';
import type { Jid } from '../../server/jid/jid.ts';
import { parseJid } from '../../server/jid/jid.ts';
import { Interests } from '../../server/modules/pubsub/interests.ts';
import type { Iq } from '../../server/stanza/stanza.ts';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { FakeClock } from '../scene/fake-clock.ts';
import { TUNE, verOf } from './pep-steps.ts';

const NS_DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const NS_CAPS = 'http://jabber.org/protocol/caps';
const EXODUS = `<identity category='client' type='pc' name='Exodus 0.9.1'/>`;

function jid(text: string): Jid {
  const parsed = parseJid(text);
  if (parsed === undefined) throw new Error(`no JID: ${text}`);
  return parsed;
}

const presence = parseXml(
  `<presence xmlns='jabber:client'><c xmlns='${NS_CAPS}' hash='sha-1' node='n' ver='${verOf([TUNE])}'/></presence>`,
);

function answerFrom(from: Jid, to: Jid, content: string): Iq {
  const query = `<query xmlns='${NS_DISCO_INFO}' node='n#${verOf([TUNE])}'>${content}</query>`;
  const element = parseXml(`<iq xmlns='jabber:client' type='result' id='disco'>${query}</iq>`);
  return { kind: 'iq', type: 'result', id: 'disco', element, from, to, payload: element.elements[0] as Element };
}

function startsAsking() {
  const sent: Iq[] = [];
  const interests = new Interests({ clock: new FakeClock(), send: (iq) => sent.push(iq) });
  const learn = (client: Jid) => interests.learn(jid('juliet@localhost'), client, presence, () => undefined);
  return { interests, sent, learn };
}

const features = (...names: readonly string[]) => names.map((name) => `<feature var='${name}'/>`).join('');
const TRUE = EXODUS + features(NS_CAPS, NS_DISCO_INFO, `${TUNE}+notify`);

describe('an answer', () => {
  const client = jid('juliet@localhost/balcony');

  test('to somebody else, who asked with the same id, goes to him', () => {
    const { interests, learn } = startsAsking();
    learn(client);
    expect(interests.settle(answerFrom(client, jid('irc.localhost'), TRUE))).toBe(false);
    expect(interests.settle(answerFrom(client, jid('juliet@localhost'), TRUE))).toBe(true);
    expect([...interests.of(client, presence)]).toEqual([TUNE]);
  });

  test.each([
    ['features', EXODUS + features(NS_CAPS, `${NS_DISCO_INFO}&lt;${TUNE}+notify`)],
    [
      'an identity',
      `<identity category='client' type='pc' name='Exodus 0.9.1&lt;${NS_CAPS}&lt;${NS_DISCO_INFO}&lt;${TUNE}+notify'/>`,
    ],
    [
      'a form',
      `${EXODUS}<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>${NS_CAPS}</value></field>` +
        `<field var='${NS_DISCO_INFO}'><value>${TUNE}+notify</value></field></x>`,
    ],
  ])('with the right hash and the parts cut elsewhere, into %s, is believed for nobody else', (_what, content) => {
    const { interests, learn } = startsAsking();
    const romeo = jid('romeo@localhost/orchard');
    learn(romeo);
    learn(client);
    interests.settle(answerFrom(romeo, jid('juliet@localhost'), content));
    interests.settle(answerFrom(client, jid('juliet@localhost'), TRUE));
    expect([...interests.of(client, presence)]).toEqual([TUNE]);
  });

  test.each(['constructor', '__proto__'])('with the hash “%s”, which is none, harms nobody', (hash) => {
    const { interests } = startsAsking();
    const strange = parseXml(
      `<presence xmlns='jabber:client'><c xmlns='${NS_CAPS}' hash='${hash}' node='n' ver='${verOf([TUNE])}'/></presence>`,
    );
    interests.learn(jid('juliet@localhost'), client, strange, () => undefined);
    expect(interests.settle(answerFrom(client, jid('juliet@localhost'), TRUE))).toBe(true);
    expect([...interests.of(client, strange)]).toEqual([TUNE]);
  });
});
