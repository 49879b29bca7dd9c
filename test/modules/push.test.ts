import { describe, expect, test } from 'vitest';
import { PUSH } from '../../server/modulehost/services.ts';
import { NS_CLIENT } from '../../server/stanza/stanza.ts';
import { el } from '../../server/xml/element.ts';
import { openScene } from '../scene/scene.ts';
import { AppServer, armed, armedAndGone, disable, enable, NODE, SERVICE, summaryOf } from './push-steps.ts';
import { chat } from './stream-management-steps.ts';

const ACCOUNTS = ['romeo', 'juliet'];
const ROMEO = 'romeo@localhost';
const SECRET = `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>http://jabber.org/protocol/pubsub#publish-options</value></field><field var='secret'><value>eruio234vzxc2kla-91</value></field></x>`;

describe('XEP-0357 section 4: discovering support', () => {
  test('the account has the feature', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const romeo = await scene.login('romeo', 'phone');
    const answer = await romeo.request(
      `<iq type='get' to='${ROMEO}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
    );
    const features = answer.elements[0]?.elements.map((child) => child.attr('var'));
    expect(features).toContain('urn:xmpp:push:0');
    expect(features).toContain('tigase:push:encrypt:aes-128-gcm');
  });
});

describe('section 5: enabling', () => {
  test('Example 9: a device that is gone is woken; the notification comes from the server and tells nothing', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'phone');
    expect((await romeo.request(enable())).attr('type')).toBe('result');
    await romeo.ends();
    juliet.sends(chat(ROMEO, 'Wherefore art thou, Romeo?'));
    await juliet.receivesNothing();
    expect(app.requests.length).toBe(1);
    const [iq] = app.requests;
    expect([iq?.attr('from'), iq?.attr('to'), iq?.attr('type')]).toEqual(['localhost', SERVICE, 'set']);
    const publish = iq?.elements[0]?.child('publish');
    expect(publish?.attr('node')).toBe(NODE);
    const [notification] = await app.takes();
    expect(notification && summaryOf(notification)).toEqual({
      FORM_TYPE: 'urn:xmpp:push:summary',
      'message-count': '1',
      'last-message-body': 'New message',
    });
  });

  test('Example 10: publish options go with it', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene, SECRET);
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    const options = app.requests[0]?.elements[0]?.child('publish-options')?.child('x', 'jabber:x:data');
    expect(options?.elements[1]?.childText('value')).toBe('eruio234vzxc2kla-91');
  });

  test('the last request counts for a node, other nodes are other devices', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const phone = await scene.login('romeo', 'phone');
    await phone.request(enable());
    await phone.request(enable(SECRET));
    await phone.request(enable('', `jid='${SERVICE}' node='tablet'`));
    await phone.ends();
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect(app.requests.map((iq) => iq.elements[0]?.child('publish-options') !== undefined)).toEqual([true, false]);
  });

  test('a node need not be named', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const phone = await scene.login('romeo', 'phone');
    await phone.request(enable('', `jid='${SERVICE}'`));
    await phone.ends();
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect(app.requests[0]?.elements[0]?.child('publish')?.attr('node')).toBeUndefined();
  });

  test.each([
    ['bad-request', enable('', "node='x'")],
    ['jid-malformed', enable('', "jid='@' node='x'")],
    ['bad-request', disable('')],
    ['not-acceptable', enable(`<x xmlns='urn:example'>${'x'.repeat(70_000)}</x>`)],
    ['feature-not-implemented', enable("<encrypt xmlns='tigase:push:encrypt:0' alg='rot13'>AAAA</encrypt>")],
    ['bad-request', enable("<encrypt xmlns='tigase:push:encrypt:0' alg='aes-128-gcm'>AAAA</encrypt>")],
    [
      'bad-request',
      enable(
        "<encrypt xmlns='tigase:push:encrypt:0' alg='aes-128-gcm' max-size='1'>AAAAAAAAAAAAAAAAAAAAAA==</encrypt>",
      ),
    ],
  ])('is refused with %s when something is wrong', async (condition, request) => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const romeo = await scene.login('romeo', 'phone');
    const answer = await romeo.request(request);
    expect(answer.child('error')?.child(condition, 'urn:ietf:params:xml:ns:xmpp-stanzas')).toBeDefined();
  });

  test('nobody enables it for somebody else', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const juliet = await scene.login('juliet', 'balcony');
    const answer = await juliet.request(enable().replace("<iq type='set'", `<iq type='set' to='${ROMEO}'`));
    expect(answer.child('error')?.child('not-allowed', 'urn:ietf:params:xml:ns:xmpp-stanzas')).toBeDefined();
  });

  test('the registration that was not renewed for longest makes room', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS, settings: { 'push.maxDevices': 2 } });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const phone = await scene.login('romeo', 'phone');
    for (const node of ['1', '2', '3']) await phone.request(enable('', `jid='${SERVICE}' node='${node}'`));
    await phone.ends();
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect(app.requests.map((iq) => iq.elements[0]?.child('publish')?.attr('node'))).toEqual(['2', '3']);
    expect(scene.database.reader.all('SELECT node FROM push_registration')).toHaveLength(2);
  });
});

describe('section 6: disabling', () => {
  test('Examples 11 and 12: one node, or all of a service', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const phone = await scene.login('romeo', 'phone');
    for (const node of ['1', '2', '3']) await phone.request(enable('', `jid='${SERVICE}' node='${node}'`));
    await phone.request(enable('', "jid='other.example' node='1'"));
    expect((await phone.request(disable(`jid='${SERVICE}' node='2'`))).attr('type')).toBe('result');
    const nodes = () => scene.database.reader.all<{ node: string }>('SELECT node FROM push_registration').length;
    expect(nodes()).toBe(3);
    expect((await phone.request(disable())).attr('type')).toBe('result');
    expect(nodes()).toBe(1);
    expect((await phone.request(disable())).attr('type')).toBe('result');
  });

  test('nothing is published to a service that is not enabled', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone } = await armed(scene);
    phone.sends(disable().replace('<iq', "<iq id='off'"));
    await phone.receives("<iq type='result' id='off'/>");
    await phone.ends();
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect(await app.takes()).toEqual([]);
  });

  test('a removed account leaves nothing to the next of its name', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    await armedAndGone(scene);
    await scene.accounts.remove('romeo');
    expect(scene.database.reader.all('SELECT * FROM push_registration')).toEqual([]);
  });

  test('section 8: the service may say that it takes nothing any more, and only the service', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const { phone } = await armed(scene);
    const revocation = (from: string) =>
      el(
        'message',
        NS_CLIENT,
        { from, to: ROMEO },
        el(
          'pubsub',
          'http://jabber.org/protocol/pubsub',
          { node: `${NODE}-phone` },
          el('affiliation', 'http://jabber.org/protocol/pubsub', { jid: ROMEO, affiliation: 'none' }),
        ),
      );
    app.says(revocation('evil.example'));
    phone.sends('<presence/>');
    await phone.ends();
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect((await app.takes()).length).toBe(1);
    app.says(revocation(SERVICE));
    expect(scene.database.reader.all('SELECT * FROM push_registration')).toEqual([]);
  });
});

describe('section 7: what the services may know', () => {
  test.each([
    [
      { 'push.sender': true, 'push.body': 'text' },
      { 'last-message-sender': 'juliet@localhost/balcony', 'last-message-body': 'Hi' },
    ],
    [{ 'push.body': 'none' }, {}],
  ])('with the settings %o', async (settings, expected) => {
    await using scene = await openScene({ accounts: ACCOUNTS, settings });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    const [notification] = await app.takes();
    expect(notification && summaryOf(notification)).toEqual({
      FORM_TYPE: 'urn:xmpp:push:summary',
      'message-count': '1',
      ...expected,
    });
  });

  test('a long text is shortened, and the text that stands for an encrypted one is not told', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS, settings: { 'push.body': 'text' } });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    juliet.sends(chat(ROMEO, 'x'.repeat(2_000)));
    await juliet.receivesNothing();
    const [long] = await app.takes();
    expect(long && summaryOf(long)['last-message-body']).toBe(`${'x'.repeat(499)}…`);
    scene.clock.advance(2_000);
    juliet.sends(
      `<message to='${ROMEO}' type='chat'><body>You cannot read this</body><encrypted xmlns='eu.siacs.conversations.axolotl'/></message>`,
    );
    await juliet.receivesNothing();
    const [encrypted] = await app.takes();
    expect(encrypted && summaryOf(encrypted)['last-message-body']).toBe('New message');
  });
});

describe('section 7.1: publish errors', () => {
  test.each(['item-not-found', 'forbidden', 'not-allowed'] as const)(
    'a service that answers %s does not want it any more',
    async (condition) => {
      await using scene = await openScene({ accounts: ACCOUNTS });
      const app = new AppServer(scene);
      const juliet = await scene.login('juliet', 'balcony');
      await armedAndGone(scene);
      app.refuses(condition);
      juliet.sends(chat(ROMEO, 'Hi'));
      await juliet.receivesNothing();
      await app.takes();
      expect(scene.database.reader.all('SELECT * FROM push_registration')).toEqual([]);
    },
  );

  test('one that is in trouble is asked again, less and less often, and taken at its word after a while', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    app.refuses('service-unavailable');
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect((await app.takes()).length).toBe(1);
    scene.clock.advance(59_000);
    expect((await app.takes()).length).toBe(0);
    scene.clock.advance(1_000);
    expect((await app.takes()).length).toBe(1);
    for (let i = 0; i < 8; i++) {
      scene.clock.advance(16 * 60_000);
      await app.takes();
      juliet.sends(chat(ROMEO, 'Hi'));
      await juliet.receivesNothing();
    }
    await app.takes();
    expect(scene.database.reader.all('SELECT * FROM push_registration')).toEqual([]);
  });

  test('one that cannot be reached keeps its registration, however often', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    app.refuses('remote-server-not-found');
    for (let i = 0; i < 20; i++) {
      juliet.sends(chat(ROMEO, 'Hi'));
      await juliet.receivesNothing();
      await app.takes();
      scene.clock.advance(16 * 60_000);
    }
    app.answer = 'result';
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect((await app.takes()).length).toBe(1);
  });

  test('one that is cut off while something waits for it keeps its registration as well', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    juliet.sends(chat(ROMEO, '1'));
    await juliet.receivesNothing();
    juliet.sends(chat(ROMEO, '2'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['1']);
    app.disconnects();
    scene.clock.advance(60_000);
    expect(await app.takes()).toEqual([]);
    app.connects();
    juliet.sends(chat(ROMEO, '3'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['3']);
    app.isCutOffMeanwhile = true;
    app.refuses('not-allowed');
    scene.clock.advance(120_000);
    juliet.sends(chat(ROMEO, '4'));
    await juliet.receivesNothing();
    expect(await app.counts()).toEqual(['4']);
    expect(scene.database.reader.all('SELECT * FROM push_registration')).toHaveLength(1);
  });

  test('one that says nothing counts as not reached', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    app.answer = 'silence';
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect((await app.takes()).length).toBe(1);
    scene.clock.advance(40_000);
    await app.takes();
    scene.clock.advance(61_000);
    expect((await app.takes()).length).toBe(1);
  });
});

describe('why phones stay silent', () => {
  test('the service that wakes them is outside, and federation is off', async () => {
    await using scene = await openScene({ accounts: ACCOUNTS });
    const app = new AppServer(scene);
    const juliet = await scene.login('juliet', 'balcony');
    await armedAndGone(scene);
    const states = () => scene.server.host.find(PUSH)?.services('romeo') ?? [];
    expect(states().map(({ service, devices, state }) => [service, devices, state])).toEqual([[SERVICE, 1, 'untried']]);
    app.disconnects();
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    expect(states()[0]?.state).toBe('federation-off');
    expect(states()[0]?.explanation).toContain('switched off');
    expect(scene.database.reader.all('SELECT * FROM push_registration')).toHaveLength(1);
    app.connects();
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    await app.takes();
    expect(states()[0]?.state).toBe('working');
    app.refuses('remote-server-timeout');
    scene.clock.advance(31_000);
    juliet.sends(chat(ROMEO, 'Hi'));
    await juliet.receivesNothing();
    await app.takes();
    expect(states()[0]?.state).toBe('unreachable');
    expect(scene.server.host.find(PUSH)?.services()).toHaveLength(1);
    expect(scene.server.host.find(PUSH)?.services('juliet')).toEqual([]);
  });
});
