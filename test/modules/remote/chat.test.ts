/** Chatting with somebody of another server: delivery, copies, archives, markers, what waits, and what comes back. */
import { describe, expect, test } from 'vitest';
import { asks, heard, TwoServers } from '../../scene/two-servers.ts';
import { befriend, conditionOf, messages } from './remote-steps.ts';

const ROMEO = 'romeo@a.example';
const JULIET = 'juliet@b.example';
const CARBONS = 'urn:xmpp:carbons:2';
const SID = 'urn:xmpp:sid:0';
const FORWARD = 'urn:xmpp:forward:0';

async function pair() {
  const two = await TwoServers.open({ accounts: ['romeo'] }, { accounts: ['juliet'] });
  const romeo = await two.login('romeo', 'a', 'orchard');
  const juliet = await two.login('juliet', 'b', 'balcony');
  await befriend(two, romeo, juliet);
  return { two, romeo, juliet };
}

describe('a message', () => {
  test('to an address goes to all devices of the account, each with the id under which it is archived', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    const chamber = await two.login('juliet', 'b', 'chamber');
    chamber.sends('<presence/>');
    await heard(two, chamber);
    await heard(two, juliet);
    romeo.sends(`<message to='${JULIET}' type='chat' id='1'><body>Hi</body></message>`);
    for (const client of [juliet, chamber]) {
      const [message] = await heard(two, client);
      expect(message?.childText('body')).toBe('Hi');
      expect(message?.elements.filter((child) => child.is('stanza-id', SID)).map((id) => id.attr('by'))).toEqual([
        JULIET,
      ]);
    }
  });

  test('cannot bring a stanza id in the name of who gets it', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    const forged = `<stanza-id xmlns='${SID}' id='forged' by='${JULIET}'/><stanza-id xmlns='${SID}' id='theirs' by='${ROMEO}'/>`;
    romeo.sends(`<message to='${JULIET}' type='chat'><body>Hi</body>${forged}</message>`);
    const [message] = await heard(two, juliet);
    const ids = message?.elements.filter((child) => child.is('stanza-id', SID)).map((id) => id.attr('id'));
    expect(ids).not.toContain('forged');
  });

  test('is copied to the other devices of its sender and of its recipient', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    const stable = await two.login('romeo', 'a', 'stable');
    const chamber = await two.login('juliet', 'b', 'chamber');
    for (const client of [stable, chamber]) await asks(client, `<iq type='set'><enable xmlns='${CARBONS}'/></iq>`);
    romeo.sends(`<message to='${JULIET}/balcony' type='chat'><body>Hi</body></message>`);
    expect(messages(await heard(two, juliet))).toEqual([`${ROMEO}/orchard: Hi`]);
    const [sent] = await heard(two, stable);
    const [received] = await heard(two, chamber);
    expect(sent?.attr('from')).toBe(ROMEO);
    expect(
      sent?.child('sent', CARBONS)?.child('forwarded', FORWARD)?.child('message', 'jabber:client')?.attr('to'),
    ).toBe(`${JULIET}/balcony`);
    expect(received?.attr('from')).toBe(JULIET);
    expect(
      received
        ?.child('received', CARBONS)
        ?.child('forwarded', FORWARD)
        ?.child('message', 'jabber:client')
        ?.attr('from'),
    ).toBe(`${ROMEO}/orchard`);
  });

  test('stands in both archives, under an id of each', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    romeo.sends(`<message to='${JULIET}' type='chat' id='m1'><body>Hi</body></message>`);
    await two.settles();
    const ids: (string | undefined)[] = [];
    for (const [client, other] of [
      [romeo, JULIET],
      [juliet, ROMEO],
    ] as const) {
      await heard(two, client);
      await asks(
        client,
        `<iq type='set'><query xmlns='urn:xmpp:mam:2'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field var='with'><value>${other}</value></field></x></query></iq>`,
      );
      const pages = await heard(two, client);
      expect(pages).toHaveLength(1);
      const result = pages[0]?.child('result', 'urn:xmpp:mam:2');
      const kept = result?.child('forwarded', FORWARD)?.child('message', 'jabber:client');
      expect([kept?.attr('id'), kept?.childText('body')]).toEqual(['m1', 'Hi']);
      ids.push(result?.attr('id'));
    }
    expect(ids[0]).not.toBe(ids[1]);
  });

  test('waits for somebody who is away, and says since when', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await juliet.ends();
    romeo.sends(`<message to='${JULIET}' type='chat'><body>Hi</body></message>`);
    romeo.sends(`<message to='${JULIET}/balcony' type='chat'><body>Still there?</body></message>`);
    expect(messages(await heard(two, romeo))).toEqual([]);
    const again = await two.login('juliet', 'b');
    again.sends('<presence/>');
    const waited = (await heard(two, again)).filter(({ name }) => name === 'message');
    expect(waited.map((message) => message.childText('body'))).toEqual(['Hi', 'Still there?']);
    expect(waited[0]?.child('delay', 'urn:xmpp:delay')?.attr('from')).toBe('b.example');
  });

  test.each([
    ['a receipt', `<received xmlns='urn:xmpp:receipts' id='1'/>`],
    ['a marker', `<displayed xmlns='urn:xmpp:chat-markers:0' id='1'/>`],
    ['a chat state', `<composing xmlns='http://jabber.org/protocol/chatstates'/>`],
  ])('may be %s', async (_what, payload) => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    romeo.sends(`<message to='${JULIET}/balcony' type='chat'>${payload}</message>`);
    expect((await heard(two, juliet))[0]?.elements[0]?.toXml()).toContain(payload.slice(1, 10));
  });

  test('comes back once when the other server is out of reach, and its copy and record stay', async () => {
    const { two, romeo } = await pair();
    await using _ = two;
    two.isJoined = false;
    romeo.sends(`<message to='${JULIET}' type='chat' id='lost'><body>Hi</body></message>`);
    const came = await heard(two, romeo);
    expect(came.map((element) => [element.attr('id'), element.attr('from'), conditionOf(element)])).toEqual([
      ['lost', JULIET, 'remote-server-not-found'],
    ]);
  });

  test('to a blocked person does not leave, and one from them comes back as from nobody', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await asks(juliet, `<iq type='set'><block xmlns='urn:xmpp:blocking'><item jid='a.example'/></block></iq>`);
    await heard(two, romeo);
    two.a.arrived.splice(0);
    juliet.sends(`<message to='${ROMEO}' id='1' type='chat'><body>Hi</body></message>`);
    expect((await heard(two, juliet)).map(conditionOf)).toContain('not-acceptable');
    expect(two.a.arrived).toEqual([]);
    romeo.sends(`<message to='${JULIET}' type='chat' id='2'><body>Hi</body></message>`);
    expect((await heard(two, romeo)).map(conditionOf)).toEqual(['service-unavailable']);
  });
});

describe('requests between people', () => {
  test('go to the device that is asked, and its answer comes back', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    romeo.sends(`<iq type='get' id='v1' to='${JULIET}/balcony'><query xmlns='jabber:iq:version'/></iq>`);
    const [question] = await heard(two, juliet);
    juliet.sends(
      `<iq type='result' id='${question?.attr('id')}' to='${question?.attr('from')}'><query xmlns='jabber:iq:version'><name>Fan</name></query></iq>`,
    );
    const [answer] = await heard(two, romeo);
    expect([answer?.attr('type'), answer?.attr('from'), answer?.attr('id')]).toEqual([
      'result',
      `${JULIET}/balcony`,
      'v1',
    ]);
  });

  test('about last activity are answered to contacts', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await juliet.ends();
    await two.settles();
    two.b.scene.clock.advance(60_000);
    const answer = await asks(romeo, `<iq type='get' to='${JULIET}'><query xmlns='jabber:iq:last'/></iq>`);
    expect(answer.child('query', 'jabber:iq:last')?.attr('seconds')).toBe('60');
  });

  test('for a card, and for what an account can do, are answered to contacts', async () => {
    const { two, romeo, juliet } = await pair();
    await using _ = two;
    await asks(juliet, `<iq type='set'><vCard xmlns='vcard-temp'><FN>Juliet</FN></vCard></iq>`);
    const card = await asks(romeo, `<iq type='get' to='${JULIET}'><vCard xmlns='vcard-temp'/></iq>`);
    expect(card.child('vCard', 'vcard-temp')?.childText('FN')).toBe('Juliet');
    const info = await asks(
      romeo,
      `<iq type='get' to='${JULIET}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    expect(info.elements[0]?.elements.map((child) => child.attr('category'))).toContain('account');
  });
});
