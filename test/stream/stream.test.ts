/** A stream with a session: RFC 6120 sections 4.4, 4.9, 8 and 10.1, and what section 11 forbids. */
import { describe, expect, test } from 'vitest';
import { iqGet } from '../../server/router/iq-table.ts';
import type { StreamFeature } from '../../server/stream/feature.ts';
import { Stream } from '../../server/stream/stream.ts';
import { el } from '../../server/xml/element.ts';
import { openScene, type Scene, target } from '../scene/scene.ts';
import { SceneClient } from '../scene/scene-client.ts';
import { MemoryWire } from '../scene/wire.ts';

const NS_STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const NS_SLOW = 'urn:example:slow';
const PEOPLE = { accounts: ['juliet', 'romeo'] };
const PING = `<ping xmlns='urn:xmpp:ping'/>`;

/** Requests of the namespace `urn:example:slow`, answered when the test says so. */
function openSlowService(scene: Scene, options: { readonly isDetached?: boolean } = {}): (() => void)[] {
  const answers: (() => void)[] = [];
  scene.server.host.start({
    name: 'slow',
    summary: 'Answers when told to.',
    xeps: [],
    start: () => ({
      iq: [
        iqGet(
          [NS_SLOW, 'query'],
          ['server'],
          () => new Promise((resolve) => answers.push(() => resolve(el('query', NS_SLOW)))),
          options,
        ),
      ],
    }),
  });
  return answers;
}

const slowly = (id: string) => `<iq type='get' id='${id}' to='localhost'><query xmlns='${NS_SLOW}'/></iq>`;
const quickly = (id: string) => `<iq type='get' id='${id}' to='localhost'>${PING}</iq>`;

describe('a stream error', () => {
  test('that names what a stranger sent is logged in short, or he could flush everything else out of the log', () => {
    const wire = new MemoryWire({ isSecure: true });
    const limits = { maxStanzaBytes: 10_000, maxDepth: 10, maxAttributes: 10, maxBufferedBytes: 100_000 };
    const silent = () => undefined;
    const lines: string[] = [];
    new Stream({
      transport: wire.server,
      domain: 'localhost',
      features: [],
      limits: { beforeAuthentication: limits, authenticated: limits },
      newId: () => 'id',
      now: () => 0,
      log: {
        debug: silent,
        info: (fields) => lines.push(JSON.stringify(fields)),
        warn: silent,
        error: silent,
        child: () => expect.unreachable(),
      },
      gone: silent,
    });
    const client = new SceneClient('juliet', 'localhost', wire.client);
    client.opens();
    client.sends(`<a xmlns='${'u'.repeat(9_000)}'/>`);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('unsupported-stanza-type');
    expect(lines[0]?.length).toBeLessThan(500);
  });

  test.each([
    ['a comment', 'restricted-xml', '<!-- no -->'],
    ['a processing instruction', 'restricted-xml', '<?no?>'],
    ['a document type', 'restricted-xml', '<!DOCTYPE no>'],
    ['a comment in a stanza', 'restricted-xml', `<message to='romeo@localhost'><body><!-- no --></body></message>`],
    [
      'an entity that XML does not have',
      'restricted-xml',
      `<message to='romeo@localhost'><body>&nbsp;</body></message>`,
    ],
    ['a tag that is closed by another', 'not-well-formed', `<message to='romeo@localhost'><body></message></body>`],
    ['a prefix that is not declared', 'not-well-formed', `<message to='romeo@localhost'><a:body/></message>`],
    ['an attribute twice', 'not-well-formed', `<message to='romeo@localhost' to='romeo@localhost'/>`],
    [
      'a character that XML does not have',
      'not-well-formed',
      `<message to='romeo@localhost'><body>&#1;</body></message>`,
    ],
    ['text between stanzas', 'bad-format', 'hello'],
    ['an element that is no stanza', 'unsupported-stanza-type', '<note/>'],
    ['such an element with an address that is none', 'unsupported-stanza-type', `<note to='@'/>`],
    [
      'an element of another namespace',
      'unsupported-stanza-type',
      `<message xmlns='jabber:server' to='romeo@localhost'/>`,
    ],
    ['somebody else’s address', 'invalid-from', `<message from='romeo@localhost' to='juliet@localhost'/>`],
    ['one’s own address with another resource', 'invalid-from', `<presence from='juliet@localhost/other'/>`],
    ['an address that is none in “from”', 'invalid-from', `<presence from='@'/>`],
    ['an element nested too deep', 'policy-violation', `<message>${'<a>'.repeat(200)}${'</a>'.repeat(200)}</message>`],
  ])('answers %s: %s', async (_what, condition, xml) => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    juliet.sends(`${xml}<message to='romeo@localhost/orchard' type='chat'><body>too late</body></message>`);
    await juliet.receivesEnd(condition);
    await romeo.receivesNothing();
  });

  test.skipIf(target !== undefined)('answers a stanza beyond the limit, and one at the limit passes', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'c2s.maxStanzaBytes': 10_000 } });
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const message = (bytes: number) => {
      const frame = `<message to='romeo@localhost/orchard' type='chat'><body></body></message>`;
      return frame.replace('</body>', `${'x'.repeat(bytes - frame.length)}</body>`);
    };
    juliet.sends(message(10_000));
    expect((await romeo.next()).childText('body')).toMatch(/^x+$/);
    juliet.sends(message(10_001));
    await juliet.receivesEnd('policy-violation');
    await romeo.receivesNothing();
  });

  test.skipIf(target !== undefined)('comes before the stanza is complete when it is too large already', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'c2s.maxStanzaBytes': 10_000 } });
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`<message to='romeo@localhost'><body>${'x'.repeat(20_000)}`);
    await juliet.receivesEnd('policy-violation');
  });

  test.skipIf(target !== undefined)('ends who takes too long to sign in', async () => {
    await using scene = await openScene(PEOPLE);
    const stranger = scene.connect();
    stranger.opens();
    await stranger.next();
    const juliet = await scene.login('juliet', 'balcony');
    // A client keeps the connection while somebody compares the fingerprint of the certificate with the card.
    scene.clock.advance(4 * 60_000);
    await juliet.receivesNothing();
    expect(stranger.isStreamClosed).toBe(false);
    scene.clock.advance(70_000);
    await stranger.receivesEnd('connection-timeout');
    await juliet.receivesNothing();
  });
});

describe('a stanza', () => {
  test('bears the full JID of its sender, whatever of its own it says (8.1.2.1)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    for (const from of ['', ` from='juliet@localhost'`, ` from='Juliet@LOCALHOST/balcony'`]) {
      juliet.sends(`<message to='romeo@localhost/orchard' type='chat'${from}><body>Hi</body></message>`);
      await romeo.receives(`<message from='juliet@localhost/balcony' type='chat'><body>Hi</body></message>`);
    }
  });

  test('to something that is no JID is answered (8.3.3.8)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    for (const stanza of [
      `<message to='@' id='1'/>`,
      `<presence to='@' id='1'/>`,
      `<iq to='@' type='get' id='1'>${PING}</iq>`,
    ]) {
      juliet.sends(stanza);
      const answer = await juliet.next();
      expect(answer.attr('type')).toBe('error');
      expect(answer.attr('id')).toBe('1');
      expect(answer.child('error')?.child('jid-malformed', NS_STANZAS)).toBeDefined();
    }
    await juliet.receivesNothing();
  });

  test.each([
    ['an iq without a type', `<iq id='1'>${PING}</iq>`],
    ['an iq of an unknown type', `<iq id='1' type='ask'>${PING}</iq>`],
    ['a request without an id', `<iq type='get'>${PING}</iq>`],
    ['a request without a payload', `<iq id='1' type='get'/>`],
    ['a request with two payloads', `<iq id='1' type='get'>${PING}${PING}</iq>`],
    ['presence of an unknown type', `<presence type='asleep' id='1'/>`],
  ])('that is ill-formed (%s) is a bad request (8.2.3)', async (_what, stanza) => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(stanza);
    const answer = await juliet.next();
    expect(answer.attr('type')).toBe('error');
    expect(answer.child('error')?.child('bad-request', NS_STANZAS)).toBeDefined();
    await juliet.receivesNothing();
  });

  test('that is an error or an answer is never answered with an error (8.3.1)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    for (const stanza of [
      `<message to='@' type='error'/>`,
      `<presence to='@' type='error'/>`,
      `<iq to='@' type='error' id='1'/>`,
      `<iq to='@' type='result' id='1'/>`,
      `<iq type='result'/>`,
      `<iq to='nobody@localhost/home' type='result' id='1'/>`,
      `<message to='nobody@localhost' type='error'/>`,
    ]) {
      juliet.sends(stanza);
    }
    await juliet.receivesNothing();
  });

  test.skipIf(target !== undefined)('gets the language of its stream unless it states one (8.1.5)', async () => {
    await using scene = await openScene({ ...PEOPLE, settings: { 'sasl.plain': true } });
    await scene.accounts.setPassword('juliet', 'o Romeo, Romeo');
    const romeo = await scene.login('romeo', 'orchard');
    const juliet = scene.connect({ name: 'juliet' });
    juliet.opens();
    await juliet.next();
    juliet.sends(
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${btoa('\0juliet\0o Romeo, Romeo')}</auth>`,
    );
    expect((await juliet.next()).name).toBe('success');
    juliet.opens(` xml:lang='it'`);
    await juliet.next();
    await juliet.binds('balcony');
    juliet.sends(`<message to='romeo@localhost/orchard' type='chat'><body>Ciao</body></message>`);
    await romeo.receives(`<message type='chat' xml:lang='it'><body>Ciao</body></message>`);
    juliet.sends(`<message to='romeo@localhost/orchard' type='chat' xml:lang='en'><body>Hi</body></message>`);
    await romeo.receives(`<message type='chat' xml:lang='en'><body>Hi</body></message>`);
  });

  test('keeps its payload as it was', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const payload = `<body>a &lt; b &amp; "c"\n 𝄞</body><x xmlns='urn:example:x' a='&apos;&quot;'><y xmlns=''/> t </x>`;
    juliet.sends(`<message to='romeo@localhost/orchard' type='chat'>${payload}</message>`);
    await romeo.receives(`<message from='juliet@localhost/balcony' type='chat'>${payload}</message>`);
  });
});

describe.skipIf(target !== undefined)('the order of answers (10.1)', () => {
  test('is that of the requests, also when one takes its time', async () => {
    await using scene = await openScene(PEOPLE);
    const answers = openSlowService(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    const message = `<message to='romeo@localhost/orchard' type='chat'><body>Hi</body></message>`;
    juliet.sends(`${quickly('1')}${slowly('2')}${quickly('3')}${message}`);
    juliet.sends(`${slowly('4')}${quickly('5')}`);
    await juliet.receives(`<iq id='1' type='result'/>`);
    await romeo.receivesNothing();
    expect(answers).toHaveLength(1);
    answers[0]?.();
    await juliet.receives(`<iq id='2' type='result'><query xmlns='${NS_SLOW}'/></iq>`);
    await juliet.receives(`<iq id='3' type='result'/>`);
    await romeo.receives(`<message from='juliet@localhost/balcony'><body>Hi</body></message>`);
    expect(answers).toHaveLength(2);
    answers[1]?.();
    await juliet.receives(`<iq id='4' type='result'><query xmlns='${NS_SLOW}'/></iq>`);
    await juliet.receives(`<iq id='5' type='result'/>`);
  });

  test('does not hold where a request is detached', async () => {
    await using scene = await openScene(PEOPLE);
    const answers = openSlowService(scene, { isDetached: true });
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`${slowly('1')}${quickly('2')}`);
    await juliet.receives(`<iq id='2' type='result'/>`);
    answers[0]?.();
    await juliet.receives(`<iq id='1' type='result'><query xmlns='${NS_SLOW}'/></iq>`);
  });

  test('does not hold up anybody else', async () => {
    await using scene = await openScene(PEOPLE);
    const answers = openSlowService(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    juliet.sends(slowly('1'));
    romeo.sends(`<message to='juliet@localhost/balcony' type='chat'><body>Hi</body></message>`);
    await juliet.receives(`<message from='romeo@localhost/orchard'><body>Hi</body></message>`);
    answers[0]?.();
    await juliet.receives(`<iq id='1' type='result'><query xmlns='${NS_SLOW}'/></iq>`);
  });

  test('includes the end of the stream: what was asked before is answered', async () => {
    await using scene = await openScene(PEOPLE);
    const answers = openSlowService(scene);
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(`${slowly('1')}${quickly('2')}</stream:stream>`);
    await scene.login('romeo');
    answers[0]?.();
    await juliet.receives(`<iq id='1' type='result'><query xmlns='${NS_SLOW}'/></iq>`);
    await juliet.receives(`<iq id='2' type='result'/>`);
    await juliet.receivesEnd();
  });

  test('ends with the connection: nothing more is done for who is gone', async () => {
    await using scene = await openScene(PEOPLE);
    const answers = openSlowService(scene);
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    juliet.sends(`${slowly('1')}<message to='romeo@localhost/orchard' type='chat'><body>Hi</body></message>`);
    juliet.drops();
    answers[0]?.();
    await romeo.receivesNothing();
    expect(scene.server.sessions.count).toBe(1);
  });

  test('is kept by reading nothing further from the connection meanwhile', async () => {
    const wire = new MemoryWire({ isSecure: true });
    const steps: string[] = [];
    const transport = Object.assign(wire.server, {
      pause: () => steps.push('pause'),
      resume: () => steps.push('resume'),
    });
    let settle: () => void = () => expect.unreachable();
    const feature: StreamFeature = {
      name: 'slow',
      xmlns: NS_SLOW,
      offer: () => [],
      receive(stream, element) {
        steps.push(element.name);
        if (element.name === 'slow') return new Promise((resolve) => (settle = resolve));
        stream.send(element);
      },
    };
    const limits = { maxStanzaBytes: 10_000, maxDepth: 10, maxAttributes: 10, maxBufferedBytes: 100_000 };
    const silent = () => undefined;
    new Stream({
      transport,
      domain: 'localhost',
      features: [feature],
      limits: { beforeAuthentication: limits, authenticated: limits },
      newId: () => 'id',
      now: () => 0,
      log: { debug: silent, info: silent, warn: silent, error: silent, child: () => expect.unreachable() },
      gone: silent,
    });
    const client = new SceneClient('juliet', 'localhost', wire.client);
    client.opens();
    await client.next();
    client.sends(`<slow xmlns='${NS_SLOW}'/><quick xmlns='${NS_SLOW}'/>`);
    expect(steps).toEqual(['slow', 'pause']);
    settle();
    await client.receives(`<quick xmlns='${NS_SLOW}'/>`);
    expect(steps).toEqual(['slow', 'pause', 'quick', 'resume']);
  });

  test('survives a request that fails by a fault of the server', async () => {
    await using scene = await openScene(PEOPLE);
    for (const [name, handler] of [
      ['rejects', () => Promise.reject(new TypeError('secret'))],
      [
        'throws',
        () => {
          throw new TypeError('secret');
        },
      ],
    ] as const) {
      scene.server.host.start({
        name,
        summary: 'Fails.',
        xeps: [],
        start: () => ({ iq: [iqGet([NS_SLOW, name], ['server'], handler)] }),
      });
      const juliet = await scene.login('juliet');
      const answer = await juliet.request(`<iq type='get' to='localhost'><${name} xmlns='${NS_SLOW}'/></iq>`);
      expect(answer.child('error')?.child('internal-server-error', NS_STANZAS)).toBeDefined();
      expect(answer.toXml()).not.toContain('secret');
      await juliet.receivesNothing();
    }
    expect(scene.errors).toHaveLength(2);
    scene.errors.length = 0;
  });
});

describe('the end of a stream (4.4)', () => {
  test('by the client is answered, and the session is over', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.login('romeo', 'orchard');
    juliet.sends(`${quickly('1')}</stream:stream>`);
    await juliet.receives(`<iq id='1' type='result'/>`);
    await juliet.receivesEnd();
    const answer = await romeo.request(`<iq type='get' to='juliet@localhost/balcony'>${PING}</iq>`);
    expect(answer.child('error')?.child('service-unavailable', NS_STANZAS)).toBeDefined();
  });

  test.skipIf(target !== undefined)('by an error of the client is answered with the end alone (4.9.1.1)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    juliet.sends(
      `<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>`,
    );
    await juliet.receivesEnd();
    expect(scene.server.sessions.count).toBe(0);
  });

  test.skipIf(target !== undefined)('by the client leaves nothing behind', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    await juliet.ends();
    expect(scene.server.sessions.count).toBe(0);
    expect(scene.server.streams.count).toBe(0);
  });

  test.skipIf(target !== undefined)('before signing in is answered as well', async () => {
    await using scene = await openScene(PEOPLE);
    const stranger = scene.connect();
    stranger.opens();
    await stranger.next();
    stranger.sends('</stream:stream>');
    await stranger.receivesEnd();
  });

  test.skipIf(target !== undefined)('by the server is a system-shutdown for everybody (4.9.3.20)', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    const romeo = await scene.authenticated('romeo');
    const stranger = scene.connect();
    stranger.opens();
    await stranger.next();
    await scene.stopServer();
    for (const client of [juliet, romeo, stranger]) await client.receivesEnd('system-shutdown');
  });

  test.skipIf(target !== undefined)('by the loss of the connection ends the session', async () => {
    await using scene = await openScene(PEOPLE);
    const juliet = await scene.login('juliet', 'balcony');
    juliet.drops();
    expect(scene.server.sessions.count).toBe(0);
    expect(scene.server.streams.count).toBe(0);
  });
});

describe.skipIf(target !== undefined)('STARTTLS', () => {
  test('comes first: a stanza ends the stream, and binding is refused', async () => {
    await using scene = await openScene(PEOPLE);
    const stranger = scene.connect({ isSecure: false });
    stranger.opens();
    await stranger.next();
    const answer = await stranger.request(`<iq type='set'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`);
    expect(answer.child('error')?.child('not-authorized', NS_STANZAS)).toBeDefined();
    stranger.sends(`<message to='juliet@localhost'><body>Hi</body></message>`);
    await stranger.receivesEnd('not-authorized');
  });

  test('leads to a session', async () => {
    await using scene = await openScene();
    await scene.accounts.create({ localpart: 'juliet', password: 'o Romeo, Romeo', role: 'member' });
    const juliet = scene.connect({ name: 'juliet', isSecure: false });
    await juliet.authenticates('o Romeo, Romeo');
    await juliet.binds('balcony');
    expect(juliet.jid).toBe('juliet@localhost/balcony');
  });
});
