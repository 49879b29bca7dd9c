/** RFC 7395: XMPP over WebSocket. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { passwordOf, type SceneOptions } from '../scene/scene.ts';
import { WebDoor } from './web-door.ts';
import { WebSocketClient } from './websocket-client.ts';

const NS_FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const NS_STREAMS = 'http://etherx.jabber.org/streams';
const NS_STREAM_ERRORS = 'urn:ietf:params:xml:ns:xmpp-streams';
const NS_SM = 'urn:xmpp:sm:3';
/** How often silent peers are looked after. */
const ROUND_MS = 60_000;
const CLOSE = `<close xmlns='${NS_FRAMING}'/>`;
const OPEN = `<open xmlns='${NS_FRAMING}' to='localhost' version='1.0'/>`;

async function open(options: SceneOptions = { accounts: ['juliet', 'romeo'] }) {
  const door = await WebDoor.open(options);
  onTestFinished(() => door[Symbol.asyncDispose]());
  const connectTo = () => WebSocketClient.connect({ port: door.port, domain: 'localhost' });
  const login = async (name: string, resource: string) => {
    const client = await connectTo();
    await client.authenticates(name, passwordOf(name));
    await client.binds(resource);
    return client;
  };
  return { door, scene: door.scene, connect: connectTo, login };
}

/** The stream ends with this error, the closing tag and the connection. */
async function expectEnd(client: WebSocketClient, condition: string): Promise<void> {
  const error = await client.next();
  expect(error.is('error', NS_STREAMS)).toBe(true);
  expect(error.elements[0]?.is(condition, NS_STREAM_ERRORS), `${error}`).toBe(true);
  expect(await client.nextText()).toBe(CLOSE);
  expect(await client.nextText()).toBeUndefined();
  expect(client.closeCode).toBe(1000);
}

/** The answer to a handshake: its first line and headers. */
async function handshake(port: number, headers: readonly string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  const head = ['GET /xmpp-websocket HTTP/1.1', 'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket'];
  socket.write([...head, ...headers, '', ''].join('\r\n'));
  const [answer] = await once(socket, 'data');
  return String(answer);
}

const KEY = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'];

describe('the handshake (section 3.1)', () => {
  test('agrees to xmpp, and to no extension', async () => {
    const { door } = await open();
    const answer = await handshake(door.port, [
      ...KEY,
      'Sec-WebSocket-Protocol: chat, xmpp',
      'Sec-WebSocket-Extensions: permessage-deflate',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).toMatch(/Sec-WebSocket-Protocol: xmpp\r\n/);
    expect(answer).not.toContain('permessage-deflate');
  });

  test.each([
    ['names another protocol', [...KEY, 'Sec-WebSocket-Protocol: mqtt']],
    ['names none', KEY],
    ['is none of a WebSocket', ['Sec-WebSocket-Protocol: xmpp']],
  ])('is refused when it %s', async (_, headers) => {
    const { door } = await open();
    expect(await handshake(door.port, headers)).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a stream', () => {
  test('opens with <open/> and features that declare their prefix, and offers no STARTTLS (sections 3.3 and 3.9)', async () => {
    const { connect: connectTo } = await open();
    const client = await connectTo();
    client.sends(OPEN);
    const text = (await client.nextText()) ?? '';
    expect(text).toMatch(/^<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='[0-9a-f]+' from='localhost'/);
    expect(text).toMatch(/ version='1\.0' xml:lang='en'\/>$/);
    const features = await client.nextText();
    expect(features).toMatch(/^<stream:features xmlns:stream='http:\/\/etherx\.jabber\.org\/streams'>/);
    expect(features).not.toContain('starttls');
  });

  test('takes an XML declaration, although it is not recommended (section 3.3.3)', async () => {
    const { connect: connectTo } = await open();
    const client = await connectTo();
    client.sends(`<?xml version='1.0' encoding='UTF-8'?>${OPEN}`);
    expect((await client.next()).is('open', NS_FRAMING)).toBe(true);
  });

  test('restarts with another <open/> after signing in with a channel binding, and carries chat both ways', async () => {
    const { scene, login } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    expect(juliet.jid).toBe('juliet@localhost/balcony');
    juliet.sends(
      `<message xmlns='jabber:client' to='${romeo.jid}' type='chat'><body>Art thou &lt;Romeo&gt;?</body></message>`,
    );
    await romeo.receives(
      `<message from='juliet@localhost/balcony' type='chat'><body>Art thou &lt;Romeo&gt;?</body></message>`,
    );
    romeo.sends(`<message to='${juliet.jid}' type='chat'><body>Neither</body></message>`);
    expect(await juliet.nextText()).toMatch(
      /^<message xmlns='jabber:client' [^<]*><body>Neither<\/body>.*<\/message>$/,
    );
  });

  test('puts every element into a message of its own, however many leave together (section 3.3.3)', async () => {
    const { scene, login } = await open();
    const juliet = await login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    for (const word of ['one', 'two', 'three']) {
      romeo.sends(`<message to='${juliet.jid}' type='chat'><body>${word}</body></message>`);
    }
    const bodies = [await juliet.next(), await juliet.next(), await juliet.next()].map((message) =>
      message.childText('body'),
    );
    expect(bodies).toEqual(['one', 'two', 'three']);
  });

  test('ends with <close/> from either side (section 3.6)', async () => {
    const { scene, login } = await open();
    const juliet = await login('juliet', 'balcony');
    juliet.sends(CLOSE);
    expect(await juliet.nextText()).toBe(CLOSE);
    expect(await juliet.nextText()).toBeUndefined();
    expect(scene.server.sessions.of('juliet').size).toBe(0);
  });

  test('is lost with its connection, and the session with it', async () => {
    const { scene, login } = await open();
    const romeo = await scene.login('romeo', 'orchard');
    const juliet = await login('juliet', 'balcony');
    juliet.sends(`<presence xmlns='jabber:client' to='${romeo.jid}'/>`);
    await romeo.receives(`<presence from='${juliet.jid}'/>`);
    juliet.drops();
    await romeo.receives(`<presence from='${juliet.jid}' type='unavailable'/>`);
  });

  test('is told of the end of the server', async () => {
    const { scene, login } = await open();
    const juliet = await login('juliet', 'balcony');
    const stopping = scene.server.streams.closeAll(1_000);
    await expectEnd(juliet, 'system-shutdown');
    await stopping;
  });
});

describe('stream management (section 3.10)', () => {
  test('gives a session another WebSocket, and repeats what was not acknowledged', async () => {
    const { scene, login, connect: connectTo } = await open();
    const romeo = await scene.login('romeo', 'orchard');
    const juliet = await login('juliet', 'balcony');
    juliet.sends(`<enable xmlns='${NS_SM}' resume='true'/>`);
    const id = (await juliet.next()).attr('id');
    romeo.sends(`<message to='${juliet.jid}' type='chat'><body>Hist!</body></message>`);
    expect((await juliet.next()).childText('body')).toBe('Hist!');
    expect(await juliet.nextText()).toBe(`<r xmlns='${NS_SM}'/>`);
    juliet.drops();
    romeo.sends(`<message to='${juliet.jid}' type='chat'><body>Juliet?</body></message>`);
    const again = await connectTo();
    await again.authenticates('juliet', passwordOf('juliet'));
    again.sends(`<resume xmlns='${NS_SM}' h='0' previd='${id}'/>`);
    expect((await again.next()).is('resumed', NS_SM)).toBe(true);
    expect((await again.next()).childText('body')).toBe('Hist!');
    expect((await again.next()).childText('body')).toBe('Juliet?');
    expect(await again.nextText()).toBe(`<r xmlns='${NS_SM}'/>`);
    again.sends(`<message xmlns='jabber:client' to='${romeo.jid}' type='chat'><body>Here</body></message>`);
    await romeo.receives(`<message from='${juliet.jid}' type='chat'><body>Here</body></message>`);
  });
});

describe('an end by a mistake', () => {
  const opened = async () => {
    const { connect: connectTo } = await open({});
    const client = await connectTo();
    await client.opens();
    return client;
  };
  const AUTH = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='X'/>`;

  test.each([
    [
      'a header of another namespace (section 3.3.2)',
      `<open xmlns='urn:example' to='localhost' version='1.0'/>`,
      'invalid-namespace',
    ],
    [
      'a header as on TCP',
      `<stream:stream xmlns='jabber:client' xmlns:stream='${NS_STREAMS}' to='localhost' version='1.0'/>`,
      'bad-format',
    ],
    ['anything but a header at first (section 3.4)', AUTH, 'bad-format'],
    [
      'a domain that is not served here',
      `<open xmlns='${NS_FRAMING}' to='example.org' version='1.0'/>`,
      'host-unknown',
    ],
    ['a version that does not exist', `<open xmlns='${NS_FRAMING}' to='localhost'/>`, 'unsupported-version'],
  ])('is told after an <open/> of ours: %s (section 3.5)', async (_, message, condition) => {
    const { connect: connectTo } = await open({});
    const client = await connectTo();
    client.sends(message);
    expect((await client.next()).is('open', NS_FRAMING)).toBe(true);
    await expectEnd(client, condition);
  });

  test.each([
    ['an end of another namespace', `<close xmlns='urn:example'/>`, 'invalid-namespace'],
    ['whitespace between messages (section 3.8)', ' ', 'bad-format'],
    ['whitespace in front', ` ${AUTH}`, 'bad-format'],
    ['text', 'hello', 'bad-format'],
    ['nothing', '', 'bad-format'],
    ['two elements', AUTH + AUTH, 'bad-format'],
    ['half an element', '<auth>', 'bad-format'],
    ['what is no XML', '<auth', 'bad-format'],
    ['the end of what nobody began', '</messages>', 'bad-format'],
    ['a mismatch', '<auth></outh>', 'not-well-formed'],
    ['a prefix that this message does not declare', '<stream:error/>', 'not-well-formed'],
    ['a comment', '<!-- hello -->', 'restricted-xml'],
    ['an entity of one’s own', '<!DOCTYPE auth><auth/>', 'restricted-xml'],
    ['a second header without a restart', OPEN, 'unsupported-stanza-type'],
    ['what is not UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]), 'unsupported-encoding'],
  ])('%s', async (_, message, condition) => {
    const client = await opened();
    if (typeof message === 'string') client.sends(message);
    else client.webSocket.send(message, { binary: false });
    await expectEnd(client, condition);
  });

  test('a binary message (section 3.2)', async () => {
    const client = await opened();
    client.sends(Buffer.from(AUTH));
    await expectEnd(client, 'bad-format');
  });

  test('a message that is too large, in one piece and before it is complete', async () => {
    for (const isComplete of [true, false]) {
      const client = await opened();
      const big = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${'x'.repeat(12_000)}</auth>`;
      if (isComplete) client.sends(big);
      else for (let i = 0; i < 3; i++) client.webSocket.send(big, { fin: false });
      await expectEnd(client, 'policy-violation');
    }
  });
});

test('a client that does not read is let go', async () => {
  const { scene, login } = await open();
  const juliet = await login('juliet', 'balcony');
  const romeo = await scene.login('romeo', 'orchard');
  juliet.webSocket.pause();
  const big = `<message to='${juliet.jid}' type='headline'><body>${'x'.repeat(250_000)}</body></message>`;
  for (let i = 0; i < 200 && scene.server.sessions.of('juliet').size > 0; i++) {
    romeo.sends(big);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => scene.server.sessions.of('juliet').size).toBe(0);
});

describe('a peer that vanishes', () => {
  test('is asked when it has been silent, and dropped when it does not answer', async () => {
    const { scene, login } = await open();
    const { webSocket } = await login('juliet', 'balcony');
    let pings = 0;
    webSocket.on('ping', () => pings++);
    for (let round = 0; round < 3; round++) {
      scene.clock.advance(ROUND_MS);
      webSocket.ping();
      await once(webSocket, 'pong');
    }
    expect(pings).toBe(0);
    scene.clock.advance(ROUND_MS);
    const pinged = once(webSocket, 'ping');
    scene.clock.advance(ROUND_MS);
    await pinged;
    webSocket.ping();
    await once(webSocket, 'pong'); // so our own pong has come as well
    webSocket.pause(); // hears nothing, answers nothing
    scene.clock.advance(2 * ROUND_MS);
    expect(scene.server.streams.count).toBe(1);
    scene.clock.advance(ROUND_MS);
    await expect.poll(() => scene.server.streams.count).toBe(0);
  });

  test('may say nothing for as long as it answers, whatever its answers amount to', async () => {
    const { connect: connectTo } = await open({});
    const client = await connectTo();
    await client.opens();
    for (let i = 0; i < 100; i++) {
      client.webSocket.ping('x'.repeat(120));
      await once(client.webSocket, 'pong');
    }
    client.sends(`<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>`);
    expect((await client.next()).name).toBe('failure');
  });
});
