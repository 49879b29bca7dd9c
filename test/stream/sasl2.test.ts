/** XEP-0388: Extensible SASL Profile. */
import { describe, expect, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { authenticate, NS_SASL2, opensFor, response, signsIn } from '../scene/sasl2.ts';
import { openScene, passwordOf, type Scene, target } from '../scene/scene.ts';
import type { SceneClient } from '../scene/scene-client.ts';
import { BINDING_DATA } from '../scene/wire.ts';

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_BIND = 'urn:ietf:params:xml:ns:xmpp-bind';
const USER_AGENT = `<user-agent id='d4565fa7-4d72-4749-b3d3-740edbf87770'><software>AwesomeXMPP</software><device>Kiva's Phone</device></user-agent>`;

function openHouse(settings: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  return openScene({ accounts: ['juliet', 'romeo'], settings });
}

function mechanismsOf(client: SceneClient): readonly string[] | undefined {
  const offer = client.features?.child('authentication', NS_SASL2);
  return offer?.elements.filter(({ name }) => name === 'mechanism').map((mechanism) => mechanism.text());
}

/** The condition of a failure; the name of anything else. */
function conditionOf(element: Element): string | undefined {
  if (!element.is('failure', NS_SASL2)) return element.name;
  return element.elements.find(({ xmlns }) => xmlns === NS_SASL)?.name;
}

function plain(localpart: string, password = passwordOf(localpart), authzid = ''): string {
  return `${authzid}\0${localpart}\0${password}`;
}

describe.skipIf(target !== undefined)('the offer', () => {
  test('stands beside that of RFC 6120, with the same mechanisms, and names what can be done inline', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    expect(mechanismsOf(client)).toEqual([
      'SCRAM-SHA-512-PLUS',
      'SCRAM-SHA-256-PLUS',
      'SCRAM-SHA-1-PLUS',
      'SCRAM-SHA-512',
      'SCRAM-SHA-256',
      'SCRAM-SHA-1',
    ]);
    const rfc6120 = client.features?.child('mechanisms', NS_SASL)?.elements.map((mechanism) => mechanism.text());
    expect(rfc6120).toEqual(mechanismsOf(client));
    const inline = client.features?.child('authentication', NS_SASL2)?.child('inline');
    expect(inline?.child('sm', 'urn:xmpp:sm:3')).toBeDefined();
    expect(inline?.child('bind', 'urn:xmpp:bind:0')).toBeDefined();
    expect(client.features?.child('sasl-channel-binding', 'urn:xmpp:sasl-cb:0')).toBeDefined();
  });

  test('is the same for a name that nobody has (section 4)', async () => {
    await using scene = await openHouse();
    const juliet = await opensFor(scene, 'juliet');
    const nobody = await opensFor(scene, 'nobody');
    const stranger = scene.connect();
    stranger.opens();
    await stranger.next();
    expect(nobody.features?.toXml()).toBe(juliet.features?.toXml());
    expect(stranger.features?.toXml()).toBe(juliet.features?.toXml());
  });

  test('does not exist in plain text, and nobody signs in there (section 4)', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = scene.connect({ isSecure: false });
    client.opens();
    await client.next();
    expect(mechanismsOf(client)).toBeUndefined();
    client.sends(authenticate('PLAIN', plain('juliet')));
    await client.receivesEnd('policy-violation');
  });

  test('is refused to who says to be of another domain (section 2.1)', async () => {
    await using scene = await openHouse();
    const client = scene.connect();
    client.opens(" from='juliet@capulet.example'");
    await client.receivesEnd('invalid-from');
  });
});

describe.skipIf(target !== undefined)('success', () => {
  test('names the account, proves the server, and is followed by features on the same stream (section 2.6.1)', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const header = client.header;
    const success = await signsIn(client, { inside: USER_AGENT });
    expect(success.elements.map(({ name }) => name)).toEqual(['additional-data', 'authorization-identifier']);
    expect(success.childText('authorization-identifier')).toBe('juliet@localhost');
    const features = await client.next();
    expect(features.child('bind', NS_BIND)).toBeDefined();
    expect(features.child('authentication', NS_SASL2)).toBeUndefined();
    expect(features.child('mechanisms', NS_SASL)).toBeUndefined();
    await client.binds('balcony');
    expect(client.jid).toBe('juliet@localhost/balcony');
    expect(client.header).toBe(header);
    await client.receivesNothing();
  });

  test.each(['SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('comes with %s, bound or not', async (mechanism) => {
    await using scene = await openHouse();
    expect((await signsIn(await opensFor(scene, 'juliet'), { mechanism })).name).toBe('success');
    const bound = await signsIn(await opensFor(scene, 'juliet'), {
      mechanism: `${mechanism}-PLUS`,
      gs2Header: 'p=tls-exporter,,',
      bindingData: BINDING_DATA['tls-exporter'],
    });
    expect(bound.name).toBe('success');
  });

  test('comes with PLAIN at once where the host wants it', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = await opensFor(scene, 'juliet');
    client.sends(authenticate('PLAIN', plain('juliet')));
    await client.receives(
      `<success xmlns='${NS_SASL2}'><authorization-identifier>juliet@localhost</authorization-identifier></success>`,
    );
  });

  test('needs no initial response, nor a “from”', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = scene.connect({ name: 'juliet' });
    client.opens();
    await client.next();
    client.sends(authenticate('PLAIN', undefined));
    await client.receives(`<challenge xmlns='${NS_SASL2}'/>`);
    client.sends(response(plain('juliet')));
    expect((await client.next()).name).toBe('success');
  });

  test('tolerates the white space of the examples around base64', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = await opensFor(scene, 'juliet');
    client.sends(
      `<authenticate xmlns='${NS_SASL2}' mechanism='PLAIN'><initial-response>\n  ${btoa(plain('juliet'))}\n</initial-response></authenticate>`,
    );
    expect((await client.next()).name).toBe('success');
  });

  test('raises the limits in the middle of the stream', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    await signsIn(client);
    await client.next();
    await client.binds('balcony');
    client.sends(`<message to='juliet@localhost/balcony'><body>${'x'.repeat(50_000)}</body></message>`);
    expect((await client.next()).childText('body')).toHaveLength(50_000);
  });

  test('lets what came right behind the request be read after it, in order', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = await opensFor(scene, 'juliet');
    client.sends(
      authenticate('PLAIN', plain('juliet')) +
        `<iq type='set' id='bind'><bind xmlns='${NS_BIND}'><resource>balcony</resource></bind></iq>` +
        `<iq type='get' id='ping' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    const names = [];
    for (let i = 0; i < 4; i++) names.push(await client.next());
    expect(names.map((element) => element.attr('id') ?? element.name)).toEqual(['success', 'features', 'bind', 'ping']);
  });

  test('happens once: another request ends the stream (section 6.8), in either form', async () => {
    await using scene = await openHouse();
    for (const again of [
      authenticate('SCRAM-SHA-1', 'n,,n=juliet,r=abc'),
      `<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-1'/>`,
    ]) {
      const client = await opensFor(scene, 'juliet');
      await signsIn(client);
      await client.next();
      client.sends(again);
      await client.receivesEnd('policy-violation');
    }
  });
});

describe.skipIf(target !== undefined)('failure', () => {
  test.each([
    ['a mechanism that was not offered', 'invalid-mechanism', authenticate('PLAIN', plain('juliet'))],
    ['no mechanism', 'invalid-mechanism', `<authenticate xmlns='${NS_SASL2}'/>`],
    [
      'what is no base64',
      'incorrect-encoding',
      `<authenticate xmlns='${NS_SASL2}' mechanism='SCRAM-SHA-1'><initial-response>?!</initial-response></authenticate>`,
    ],
    ['the “=” of RFC 6120', 'incorrect-encoding', authenticate('SCRAM-SHA-1', '').replace('></', '>=</')],
    ['what is no SCRAM', 'malformed-request', authenticate('SCRAM-SHA-1', 'hello')],
    ['a response to nothing', 'malformed-request', response('hello')],
    ['a task that nobody asked for', 'malformed-request', `<next xmlns='${NS_SASL2}' task='UPGR-SCRAM-SHA-256'/>`],
    ['an answer to no task', 'malformed-request', `<task-data xmlns='${NS_SASL2}'/>`],
    ['an element that SASL2 does not have', 'malformed-request', `<begin xmlns='${NS_SASL2}'/>`],
    ['an abort of nothing', 'aborted', `<abort xmlns='${NS_SASL2}'/>`],
  ])('of %s is %s, and another attempt may follow', async (_what, condition, xml) => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    client.sends(xml);
    expect(conditionOf(await client.next())).toBe(condition);
    expect((await signsIn(client)).name).toBe('success');
  });

  test('of a wrong password cannot be told from that of a name that nobody has', async () => {
    await using scene = await openHouse();
    const juliet = await signsIn(await opensFor(scene, 'juliet'), { password: 'wrong' });
    const nobody = await signsIn(await opensFor(scene, 'nobody'), { password: 'wrong' });
    expect(conditionOf(juliet)).toBe('not-authorized');
    expect(nobody.toXml()).toBe(juliet.toXml());
  });

  test('does none of what came with the request (section 2.6.2)', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    const failure = await signsIn(client, { password: 'wrong', inside: `<bind xmlns='urn:xmpp:bind:0'/>` });
    expect(failure.elements.map(({ name }) => name)).toEqual(['not-authorized']);
    expect(scene.server.sessions.of('juliet').size).toBe(0);
  });

  test('six times ends the stream, whichever form of SASL they had (RFC 6120 6.4.5)', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    for (let i = 0; i < 3; i++) {
      expect(conditionOf(await signsIn(client, { password: 'wrong' }))).toBe('not-authorized');
      client.sends(`<auth xmlns='${NS_SASL}' mechanism='X-NONE'/>`);
      expect((await client.next()).is('failure', NS_SASL)).toBe(true);
    }
    await client.receivesEnd('policy-violation');
  });

  test('tells who knows the password that the account is switched off', async () => {
    await using scene = await openHouse();
    await scene.accounts.disable('juliet');
    const failure = await signsIn(await opensFor(scene, 'juliet'));
    expect(conditionOf(failure)).toBe('account-disabled');
    expect(failure.childText('text')).toBe('This account is switched off.');
  });

  test('is what an abort in the middle gets, and the exchange is over', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    client.sends(authenticate('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    await client.next();
    client.sends(`<abort xmlns='${NS_SASL2}'><text>I have changed my mind.</text></abort>`);
    expect(conditionOf(await client.next())).toBe('aborted');
    client.sends(response('c=biws,r=abc,p=AAAA'));
    expect(conditionOf(await client.next())).toBe('malformed-request');
  });

  test('is what a second request in the middle gets', async () => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    client.sends(authenticate('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    await client.next();
    client.sends(authenticate('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    expect(conditionOf(await client.next())).toBe('malformed-request');
  });
});

describe.skipIf(target !== undefined)('who one is', () => {
  test('may be said as one’s own bare JID, in any spelling (section 6.4)', async () => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = await opensFor(scene, 'juliet');
    client.sends(authenticate('PLAIN', plain('juliet', undefined, 'Juliet@LOCALHOST')));
    expect((await client.next()).name).toBe('success');
  });

  test.each([
    ['somebody else’s name', 'juliet', plain('juliet', undefined, 'romeo@localhost')],
    ['a stream opened in another name', 'juliet', plain('romeo', undefined, 'romeo@localhost')],
    ['a stream opened in another name, without saying more', 'juliet', plain('romeo')],
  ])('is refused as %s (section 2.3)', async (_what, name, message) => {
    await using scene = await openHouse({ 'sasl.plain': true });
    const client = await opensFor(scene, name);
    client.sends(authenticate('PLAIN', message));
    expect(conditionOf(await client.next())).toBe('invalid-authzid');
    expect(mechanismsOf(client)).toContain('PLAIN');
    expect((await signsIn(client)).name).toBe('success');
  });
});

describe.skipIf(target !== undefined)('during the exchange', () => {
  test.each([
    ['a stanza', `<message to='romeo@localhost'><body>Hi</body></message>`],
    ['a request', `<iq type='get' id='1'><query xmlns='jabber:iq:register'/></iq>`],
    ['SASL of RFC 6120', `<auth xmlns='${NS_SASL}' mechanism='SCRAM-SHA-1'/>`],
    ['STARTTLS', `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`],
  ])('%s ends the stream (section 2.4)', async (_what, xml) => {
    await using scene = await openHouse();
    const client = await opensFor(scene, 'juliet');
    client.sends(authenticate('SCRAM-SHA-1', 'n,,n=juliet,r=abc'));
    await client.next();
    client.sends(xml);
    await client.receivesEnd('policy-violation');
  });

  test('a failure ends that: requests are taken again', async () => {
    await using scene = await openHouse({ 'registration.open': true });
    const client = await opensFor(scene, 'juliet');
    await signsIn(client, { password: 'wrong' });
    const answer = await client.request(`<iq type='get'><query xmlns='jabber:iq:register'/></iq>`);
    expect(answer.attr('type')).toBe('result');
  });
});
