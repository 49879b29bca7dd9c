/** XEP-0124: Bidirectional-streams Over Synchronous HTTP, and XEP-0206: XMPP Over BOSH. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Element } from '../../server/xml/element.ts';
import { parseXml } from '../../server/xml/parse.ts';
import { passwordOf, type SceneOptions } from '../scene/scene.ts';
import { BoshClient, type Posted } from './bosh-client.ts';
import { WebDoor } from './web-door.ts';

const NS_BOSH = 'http://jabber.org/protocol/httpbind';
const NS_XBOSH = 'urn:xmpp:xbosh';
const NS_STREAMS = 'http://etherx.jabber.org/streams';
const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
const NS_SM = 'urn:xmpp:sm:3';
/** For what takes a few milliseconds. */
const OFTEN = { interval: 5 };

async function open(options: SceneOptions = { accounts: ['juliet', 'romeo'] }) {
  const door = await WebDoor.open(options);
  onTestFinished(() => door[Symbol.asyncDispose]());
  const clients: BoshClient[] = [];
  const connect = () => {
    const client = new BoshClient({ port: door.port, domain: 'localhost' });
    clients.push(client);
    onTestFinished(() => client.closes());
    return client;
  };
  const login = async (name: string, resource: string) => {
    const client = connect();
    await client.authenticates(name, passwordOf(name));
    await client.binds(resource);
    return client;
  };
  /** The server has all requests that have been sent, and answers one after the other from here on. */
  const taken = () => expect.poll(() => door.taken, OFTEN).toBe(clients.reduce((sum, { asked }) => sum + asked, 0));
  /** The server has noticed that this many connections broke. */
  const broken = (connections: number) => expect.poll(() => door.broken, OFTEN).toBe(connections);
  return { scene: door.scene, connect, login, taken, broken };
}

async function bodyOf({ answer }: Posted): Promise<Element> {
  return parseXml((await answer).text);
}

const chat = (to: string, text: string) =>
  `<message xmlns='jabber:client' to='${to}' type='chat'><body>${text}</body></message>`;
const textsOf = (body: Element) => body.elements.map((message) => message.childText('body'));
const conditionOf = (body: Element) => [body.attr('type'), body.attr('condition')];

describe('a session request (section 7)', () => {
  test('gets an id, the terms and the stream features (example 2, and XEP-0206 example 2)', async () => {
    const { connect } = await open({});
    const client = connect();
    const { answer } = client.posts('', `to='localhost' ver='1.6' wait='90' hold='4' ack='1' xmpp:version='1.0'`);
    const { status, headers, text } = await answer;
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/xml; charset=utf-8',
      'access-control-allow-origin': '*',
      'cache-control': 'no-store',
    });
    const body = parseXml(text);
    const attributes = Object.fromEntries(
      body.attributes.flatMap((name, i) => (i % 2 === 0 ? [[name, body.attributes[i + 1]]] : [])),
    );
    expect(attributes).toEqual({
      sid: expect.any(String),
      wait: '60',
      hold: '1',
      requests: '2',
      inactivity: '60',
      maxpause: '120',
      ver: '1.6',
      from: 'localhost',
      ack: '1573741820',
      [`{${NS_XBOSH}}version`]: '1.0',
      [`{${NS_XBOSH}}restartlogic`]: 'true',
    });
    expect(text).toContain('<stream:features><mechanisms');
    const [features] = body.elements;
    expect(features?.is('features', NS_STREAMS)).toBe(true);
    // What is bound to one connection cannot be offered over many.
    const bindings = features
      ?.child('sasl-channel-binding', 'urn:xmpp:sasl-cb:0')
      ?.elements.map((el) => el.attr('type'));
    expect(bindings).toEqual(['tls-server-end-point']);
    expect(features?.child('starttls', 'urn:ietf:params:xml:ns:xmpp-tls')).toBeUndefined();
  });

  test('may say of which type the responses are, which then never run as a page', async () => {
    const { connect } = await open({});
    const { headers } = await connect().posts('', `to='localhost' ver='1.6' content='text/html; charset=utf-8'`).answer;
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox");
  });

  test.each([
    ['no domain', `ver='1.6'`, 'improper-addressing'],
    ['another domain', `to='example.org' ver='1.6'`, 'host-unknown'],
    ['a waiting time that is none', `to='localhost' ver='1.6' wait='long'`, 'bad-request'],
    ['a type that would end the header', `to='localhost' ver='1.6' content='text/xml&#xA;x: y'`, 'bad-request'],
  ])('with %s is refused', async (_, attributes, condition) => {
    const { connect, scene } = await open({});
    expect(conditionOf(await connect().sends('', attributes))).toEqual(['terminate', condition]);
    expect(scene.server.streams.count).toBe(0);
  });

  test.each(['0', '-1', '1.5', '9007199254740992', 'x', ''])('with the id “%s” is refused', async (rid) => {
    const { connect } = await open({});
    const client = connect();
    const posted = client.asks(client.wraps('', `rid='${rid}' to='localhost' ver='1.6'`));
    expect(conditionOf(await bodyOf(posted))).toEqual(['terminate', 'bad-request']);
  });

  test('whose stream header is wrong gets the stream error (XEP-0206 section 6)', async () => {
    const { connect } = await open({});
    const body = await connect().sends('', `to='localhost' from='juliet@example.org' ver='1.6'`);
    expect(conditionOf(body)).toEqual(['terminate', 'remote-stream-error']);
    expect(body.elements[0]?.is('error', NS_STREAMS)).toBe(true);
    expect(body.elements[0]?.elements[0]?.is('invalid-from', NS_STREAM_ERRORS)).toBe(true);
  });
});

describe('what is no request of BOSH', () => {
  test.each([
    ['not well-formed', `<body xmlns='${NS_BOSH}'><a></b></body>`],
    ['not complete', `<body xmlns='${NS_BOSH}' rid='1'>`],
    ['another element', '<stanza/>'],
    ['of another namespace', `<body xmlns='urn:example' rid='1'/>`],
    ['text', `<body xmlns='${NS_BOSH}' rid='1'>hello</body>`],
    ['nothing', ''],
    ['a document type', `<!DOCTYPE body><body xmlns='${NS_BOSH}' rid='1'/>`],
    ['not UTF-8', Buffer.from([0x3c, 0xff])],
  ])('%s: bad-request', async (_, text) => {
    const { connect } = await open({});
    expect(conditionOf(await bodyOf(connect().asks(text)))).toEqual(['terminate', 'bad-request']);
  });

  test('too large: policy-violation, and the server lives on', async () => {
    const { connect } = await open({});
    const client = connect();
    const answered = client.asks('x'.repeat(2_000_000)).answer.then(({ text }) => conditionOf(parseXml(text)));
    // The answer comes before all is sent: whoever goes on sending may not see it.
    await expect(answered.catch(() => ['terminate', 'policy-violation'])).resolves.toEqual([
      'terminate',
      'policy-violation',
    ]);
    expect((await connect().begins()).attr('sid')).toBeDefined();
  });

  test('another type, and another method', async () => {
    const { connect } = await open({});
    const client = connect();
    const text = client.wraps('', `rid='1' to='localhost' ver='1.6'`);
    const posted = client.asks(text, 'POST', { 'content-type': 'application/x-www-form-urlencoded' });
    expect((await bodyOf(posted)).attr('sid')).toBeDefined();
    expect(await client.asks('', 'GET').answer).toMatchObject({ status: 405, headers: { allow: 'POST, OPTIONS' } });
    expect(await client.asks('', 'OPTIONS').answer).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'POST, OPTIONS',
        'access-control-allow-headers': 'Content-Type',
      },
    });
  });
});

describe('a stream', () => {
  test('is negotiated, restarted and carries chat both ways (XEP-0206 section 5)', async () => {
    const { scene, login } = await open();
    const juliet = await login('juliet', 'balcony');
    expect(juliet.jid).toBe('juliet@localhost/balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const held = juliet.posts(chat(romeo.jid, 'Art thou Romeo?'));
    await romeo.receives(`<message from='${juliet.jid}' type='chat'><body>Art thou Romeo?</body></message>`);
    romeo.sends(chat(juliet.jid, 'Neither'));
    const { text } = await held.answer;
    expect(text).toMatch(
      /^<body xmlns='http:\/\/jabber\.org\/protocol\/httpbind' [^>]*><message xmlns='jabber:client' /,
    );
    expect(textsOf(parseXml(text))).toEqual(['Neither']);
  });

  test('takes stanzas whose namespace is left to be guessed (XEP-0206 section 2)', async () => {
    const { scene, login } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    juliet.posts(`<message to='${romeo.jid}' type='chat'><body>Hi</body><x xmlns='urn:example'><y/></x></message>`);
    await romeo.receives(`<message type='chat'><body>Hi</body><x xmlns='urn:example'><y/></x></message>`);
  });

  test('that is not restarted when it has to be, or when it must not, ends', async () => {
    const { connect } = await open();
    const early = connect();
    await early.begins();
    const body = await early.sends('', `xmpp:restart='true' to='localhost'`);
    expect(conditionOf(body)).toEqual(['terminate', 'remote-stream-error']);
    expect(body.elements[0]?.elements[0]?.name).toBe('bad-format');
  });

  test('that ends by an error tells it on the oldest request (XEP-0206 section 6)', async () => {
    const { login, scene, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    const held = juliet.posts();
    await taken();
    const wrong = juliet.posts(`<unknown xmlns='urn:example'/>`);
    const [first, second] = [await bodyOf(held), await bodyOf(wrong)];
    expect(conditionOf(first)).toEqual(['terminate', 'remote-stream-error']);
    expect(first.elements[0]?.elements[0]?.is('unsupported-stanza-type', NS_STREAM_ERRORS)).toBe(true);
    expect([second.attributes, second.children]).toEqual([[], []]);
    expect(conditionOf(await juliet.sends())).toEqual(['terminate', 'item-not-found']);
    expect(scene.server.streams.count).toBe(0);
  });

  test('that ends while nothing is asked tells it with the next request', async () => {
    const { login, scene } = await open();
    const juliet = await login('juliet', 'balcony');
    const [session] = scene.server.sessions.of('juliet').values();
    session?.closeStream({ condition: 'conflict', text: 'Elsewhere.' });
    const body = await juliet.sends();
    expect(conditionOf(body)).toEqual(['terminate', 'remote-stream-error']);
    expect(body.elements[0]?.elements[0]?.name).toBe('conflict');
  });

  test('ends with the server, which answers what it holds', async () => {
    const { login, scene, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    const held = juliet.posts();
    await taken();
    await scene.server.streams.closeAll(1_000);
    const body = await bodyOf(held);
    expect(conditionOf(body)).toEqual(['terminate', 'remote-stream-error']);
    expect(body.elements[0]?.elements[0]?.name).toBe('system-shutdown');
    const late = await juliet.begins().catch(() => undefined);
    expect(late?.attr('condition')).toBe('item-not-found');
  });

  test('whose client goes is terminated with what it still has to say (section 13)', async () => {
    const { login, scene } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const held = juliet.posts(`<presence xmlns='jabber:client' to='${romeo.jid}'/>`);
    await romeo.receives(`<presence from='${juliet.jid}'/>`);
    const last = juliet.posts(chat(romeo.jid, 'Adieu'), `type='terminate'`);
    expect(conditionOf(await bodyOf(held))).toEqual(['terminate', undefined]);
    expect((await bodyOf(last)).attributes).toEqual([]);
    await romeo.receives(`<message from='${juliet.jid}'><body>Adieu</body></message>`);
    await romeo.receives(`<presence from='${juliet.jid}' type='unavailable'/>`);
    expect(scene.server.sessions.of('juliet').size).toBe(0);
  });
});

describe('requests', () => {
  test('are held no longer than the client wants', async () => {
    const { scene, connect, taken } = await open({});
    const client = connect();
    await client.begins(`ver='1.6' wait='20' hold='1'`);
    const held = client.posts();
    await taken();
    scene.clock.advance(19_000);
    scene.clock.advance(1_000);
    expect((await held.answer).text).toBe(`<body xmlns='${NS_BOSH}'/>`);
  });

  test('are held one at a time: the older one is answered with what there is', async () => {
    const { login, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    const older = juliet.posts();
    await taken();
    const newer = juliet.posts(
      `<iq xmlns='jabber:client' type='get' id='p' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`,
    );
    const body = await bodyOf(older);
    expect(body.elements[0]?.attr('id')).toBe('p');
    expect(body.attr('ack')).toBe(String(juliet.rid - 1)); // section 9.1
    newer.breaks();
  });

  test('are taken in the order of their ids (section 14.2)', async () => {
    const { scene, login, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const { rid, sid } = juliet;
    const wrap = (id: number, text: string) => juliet.wraps(chat(romeo.jid, text), `rid='${id}' sid='${sid}'`);
    const second = juliet.asks(wrap(rid + 1, 'two'));
    await taken();
    await romeo.receivesNothing();
    const first = juliet.asks(wrap(rid, 'one'));
    await romeo.receives(`<message><body>one</body></message>`);
    await romeo.receives(`<message><body>two</body></message>`);
    expect((await bodyOf(first)).attr('ack')).toBe(String(rid + 1));
    second.breaks();
  });

  test('that wait for one that never comes are sent back in the end', async () => {
    const { scene, login, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    juliet.rid++;
    const early = juliet.posts();
    await taken();
    scene.clock.advance(60_000);
    expect((await bodyOf(early)).attr('type')).toBe('error'); // section 17.3
    expect(scene.server.sessions.of('juliet').size).toBe(1);
  });

  test('with an id beyond the window end the session', async () => {
    const { scene, login, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    const held = juliet.posts();
    await taken();
    juliet.rid += 2;
    expect(conditionOf(await juliet.sends())).toEqual(['terminate', 'item-not-found']);
    expect(conditionOf(await bodyOf(held))).toEqual(['terminate', 'other-request']);
    expect(scene.server.sessions.of('juliet').size).toBe(0);
  });

  test('may not be more than agreed (section 11)', async () => {
    const { login, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    juliet.posts();
    await taken();
    juliet.rid++;
    juliet.posts();
    await taken();
    juliet.rid -= 2;
    expect(conditionOf(await juliet.sends())).toEqual(['terminate', 'policy-violation']);
  });

  test('of a session that does not exist are refused', async () => {
    const { connect } = await open({});
    const client = connect();
    client.sid = 'guessed';
    expect(conditionOf(await client.sends())).toEqual(['terminate', 'item-not-found']);
  });

  test('of a client from before versions get the errors of HTTP (section 17.1)', async () => {
    const { connect } = await open({});
    expect((await connect().posts('', `to='localhost' wait='x'`).answer).status).toBe(400);
    const client = connect();
    const body = await client.begins(`wait='60' hold='1'`);
    expect(body.attr('ver')).toBeUndefined();
    client.rid += 5;
    expect((await client.posts().answer).status).toBe(404);
  });

  test('that are not well-formed end the session', async () => {
    const { connect, scene } = await open({});
    const client = connect();
    await client.begins();
    expect(conditionOf(await client.sends('<a></b>'))).toEqual(['terminate', 'bad-request']);
    expect(scene.server.streams.count).toBe(0);
  });

  test('of somebody who has not signed in are not read when they hold very much, however small its parts', async () => {
    const { connect } = await open({});
    const many = '<a/>'.repeat(10_000);
    expect(conditionOf(await connect().sends(many, `to='localhost' ver='1.6'`))).toEqual([
      'terminate',
      'policy-violation',
    ]);
    const client = connect();
    await client.begins();
    const wrapped = client.wraps(many, `rid='${client.rid + 1}' sid='${client.sid}'`);
    expect(conditionOf(await bodyOf(client.asks(wrapped)))).toEqual(['terminate', 'policy-violation']);
  });

  test('of somebody who has not signed in are not held for long, however slowly they come', async () => {
    const { connect } = await open({});
    const client = connect();
    const beginning = client.wraps('', `rid='1' sid='guessed'`).slice(0, -2);
    const posted = client.asks(`${beginning}${' '.repeat(100_000)}`, 'POST', { 'content-length': '200000' });
    expect(conditionOf(await bodyOf(posted))).toEqual(['terminate', 'policy-violation']);
  });

  test('of somebody who has signed in may hold many stanzas', async () => {
    const { login } = await open();
    const juliet = await login('juliet', 'balcony');
    const body = await juliet.sends(chat(juliet.jid, 'x'.repeat(4_000)).repeat(50));
    expect(textsOf(body)).toHaveLength(50);
  });

  test('carry stanzas as large as a stream takes, and no larger', async () => {
    const { connect } = await open({});
    const client = connect();
    await client.begins();
    const big = `<auth xmlns='${NS_SASL}'>${'x'.repeat(10_000)}</auth>`;
    expect(conditionOf(await client.sends(big))).toEqual(['terminate', 'policy-violation']);
  });
});

describe('a connection that breaks (section 14.3)', () => {
  test('loses nothing: the same request is answered with the same response', async () => {
    const { scene, login, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const { rid } = juliet;
    const held = juliet.posts();
    await taken();
    romeo.sends(chat(juliet.jid, 'Hist!'));
    const { text } = await held.answer;
    juliet.rid = rid;
    expect((await juliet.posts().answer).text).toBe(text);
  });

  test('keeps what comes meanwhile for the request that is sent again', async () => {
    const { scene, login, broken } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const lost = juliet.posts(chat(romeo.jid, 'once'));
    await romeo.receives(`<message><body>once</body></message>`);
    lost.breaks();
    await broken(1);
    romeo.sends(chat(juliet.jid, 'Hist!'));
    await romeo.receivesNothing();
    juliet.rid--;
    expect(textsOf(await juliet.sends(chat(romeo.jid, 'once')))).toEqual(['Hist!']);
    await romeo.receivesNothing(); // the message is not taken twice
  });

  test('gives way when the client thinks so and we do not: the former request is answered as lost', async () => {
    const { scene, login, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const former = juliet.posts();
    await taken();
    juliet.rid--;
    const again = juliet.posts();
    expect((await bodyOf(former)).attr('type')).toBe('error');
    romeo.sends(chat(juliet.jid, 'Hist!'));
    expect(textsOf(await bodyOf(again))).toEqual(['Hist!']);
  });

  test('does not bring back what is too old', async () => {
    const { connect } = await open({});
    const client = connect();
    await client.begins();
    for (let i = 0; i < 3; i++) await client.sends(`<abort xmlns='${NS_SASL}'/>`);
    client.rid -= 4;
    expect(conditionOf(await client.sends())).toEqual(['terminate', 'item-not-found']);
  });
});

describe('silence', () => {
  test('for too long ends the session, and with stream management it can be resumed by another (section 10)', async () => {
    const { scene, login, connect } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const enabled = await juliet.sends(`<enable xmlns='${NS_SM}' resume='true'/>`);
    const id = enabled.elements[0]?.attr('id');
    romeo.sends(chat(juliet.jid, 'Hist!'));
    scene.clock.advance(59_000);
    expect(scene.server.streams.count).toBe(2);
    scene.clock.advance(2_000);
    expect(scene.server.streams.count).toBe(1);
    const again = connect();
    await again.authenticates('juliet', passwordOf('juliet'));
    const resumed = await again.sends(`<resume xmlns='${NS_SM}' h='0' previd='${id}'/>`);
    expect(resumed.elements.map(({ name }) => name)).toEqual(['resumed', 'message', 'r']);
    expect(resumed.elements[1]?.childText('body')).toBe('Hist!');
  });

  test('may be asked for, and lasts until the next request', async () => {
    const { scene, login, taken } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const held = juliet.posts();
    await taken();
    const paused = juliet.posts('', `pause='120'`);
    expect((await bodyOf(held)).children).toEqual([]);
    expect((await bodyOf(paused)).children).toEqual([]);
    romeo.sends(chat(juliet.jid, 'Hist!'));
    scene.clock.advance(110_000);
    expect(scene.server.sessions.of('juliet').size).toBe(1);
    expect(textsOf(await juliet.sends())).toEqual(['Hist!']);
    scene.clock.advance(61_000);
    expect(scene.server.sessions.of('juliet').size).toBe(0);
  });

  test('may not be asked for beyond what was agreed', async () => {
    const { login } = await open();
    const juliet = await login('juliet', 'balcony');
    expect(conditionOf(await juliet.sends('', `pause='121'`))).toEqual(['terminate', 'policy-violation']);
  });

  test('without signing in ends as on any stream', async () => {
    const { scene, connect, taken } = await open({});
    const client = connect();
    await client.begins();
    let held = client.posts();
    for (let minute = 1; minute <= 5; minute++) {
      await taken();
      scene.clock.advance(59_000);
      expect(scene.server.streams.count).toBe(1);
      held = client.posts();
    }
    await taken();
    scene.clock.advance(10_000);
    expect(scene.server.streams.count).toBe(0);
    await held.answer;
  });
});

test('a client that asks for nothing while more and more waits is let go', async () => {
  const { scene, login } = await open();
  const juliet = await login('juliet', 'balcony');
  const romeo = await scene.login('romeo', 'orchard');
  const big = `<message to='${juliet.jid}' type='headline'><body>${'x'.repeat(250_000)}</body></message>`;
  for (let i = 0; i < 20; i++) romeo.sends(big);
  await romeo.receivesNothing();
  expect(scene.server.sessions.of('juliet').size).toBe(1);
  for (let i = 0; i < 20; i++) romeo.sends(big);
  await expect.poll(() => scene.server.sessions.of('juliet').size).toBe(0);
});

test('what waits is told in responses that are not too large, each with its own request', async () => {
  const { scene, login } = await open();
  const juliet = await login('juliet', 'balcony');
  const romeo = await scene.login('romeo', 'orchard');
  for (const size of [200_000, 200_000, 10]) {
    romeo.sends(`<message to='${juliet.jid}' type='headline'><body>${'x'.repeat(size)}</body></message>`);
  }
  await romeo.receivesNothing();
  const sizes = [await juliet.sends(), await juliet.sends()].map(({ elements }) => elements.length);
  expect(sizes).toEqual([1, 2]);
});

describe('a client that polls (section 12)', () => {
  test('is answered at once, and may not ask for nothing too often', async () => {
    const { scene, connect } = await open({});
    const client = connect();
    const terms = await client.begins(`ver='1.6' wait='0' hold='0'`);
    expect(['requests', 'hold', 'polling', 'inactivity'].map((name) => terms.attr(name))).toEqual([
      '1',
      '0',
      '5',
      '120',
    ]);
    expect((await client.sends()).children).toEqual([]);
    scene.clock.advance(5_000);
    expect((await client.sends()).children).toEqual([]);
    scene.clock.advance(4_000);
    expect(conditionOf(await client.sends())).toEqual(['terminate', 'policy-violation']);
  });
});
