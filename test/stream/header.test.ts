/** The stream header: RFC 6120 sections 4.7 and 4.8, and the stream errors of section 4.9 that answer a bad one. */
import { describe, expect, test } from 'vitest';
import { readClientHeader } from '../../server/stream/header.ts';
import { StreamError } from '../../server/stream/stream-error.ts';
import { el } from '../../server/xml/element.ts';
import { openScene, target } from '../scene/scene.ts';

const NS_STREAMS = 'http://etherx.jabber.org/streams';

/** A header; parts that are given take the place of those that a good one has. */
function header(
  parts: { readonly root?: string; readonly xmlns?: string; readonly streams?: string; readonly rest?: string } = {},
) {
  const { root = 'stream:stream', xmlns = ` xmlns='jabber:client'`, streams = ` xmlns:stream='${NS_STREAMS}'` } = parts;
  return `<?xml version='1.0'?><${root}${xmlns}${streams}${parts.rest ?? ` to='localhost' version='1.0'`}>`;
}

describe.skipIf(target !== undefined)('a stream header', () => {
  test('is answered with the domain, an id, a version and a language (4.7)', async () => {
    await using scene = await openScene();
    const client = scene.connect();
    client.sends(header());
    expect((await client.next()).name).toBe('features');
    expect(client.header?.is('stream', NS_STREAMS)).toBe(true);
    expect(client.header?.attr('from')).toBe('localhost');
    expect(client.header?.attr('version')).toBe('1.0');
    expect(client.header?.attr('xml:lang')).toBe('en');
    expect(client.header?.attr('id')).toMatch(/^[0-9a-f]{24}$/);
    expect(client.header?.attr('to')).toBeUndefined();
  });

  test('gets a new id each time, whatever id the client sends (4.7.3)', async () => {
    await using scene = await openScene();
    const ids = new Set<string | undefined>();
    for (let i = 0; i < 3; i++) {
      const client = scene.connect();
      client.sends(header({ rest: ` to='localhost' version='1.0' id='mine'` }));
      await client.next();
      ids.add(client.header?.attr('id'));
    }
    expect(ids.size).toBe(3);
    expect(ids.has('mine')).toBe(false);
  });

  test('that says who the client is gets that address in “to”, bare and prepared (4.7.2)', async () => {
    await using scene = await openScene();
    const client = scene.connect();
    client.sends(header({ rest: ` from='Juliet@localhost/balcony' to='localhost' version='1.0'` }));
    await client.next();
    expect(client.header?.attr('to')).toBe('juliet@localhost');
  });

  test.each(['1.0', '1.1', '2.0', '10.3', '01.0'])(
    'of version %s is answered with 1.0 and features (4.7.5)',
    async (version) => {
      await using scene = await openScene();
      const client = scene.connect();
      client.sends(header({ rest: ` to='localhost' version='${version}'` }));
      expect((await client.next()).name).toBe('features');
      expect(client.header?.attr('version')).toBe('1.0');
    },
  );

  test.each(['LOCALHOST', 'localhost.'])('may spell the domain %s', async (to) => {
    await using scene = await openScene();
    const client = scene.connect();
    client.sends(header({ rest: ` to='${to}' version='1.0'` }));
    expect((await client.next()).name).toBe('features');
  });

  test.each([
    ['no version', 'unsupported-version', header({ rest: ` to='localhost'` })],
    ['version 0.9', 'unsupported-version', header({ rest: ` to='localhost' version='0.9'` })],
    ['a version that is no number', 'unsupported-version', header({ rest: ` to='localhost' version='one'` })],
    ['no addressee', 'improper-addressing', header({ rest: ` version='1.0'` })],
    ['another domain', 'host-unknown', header({ rest: ` to='example.org' version='1.0'` })],
    ['an account for an addressee', 'host-unknown', header({ rest: ` to='juliet@localhost' version='1.0'` })],
    ['an addressee that is no JID', 'host-unknown', header({ rest: ` to='@' version='1.0'` })],
    ['a sender that is no JID', 'invalid-from', header({ rest: ` from='@' to='localhost' version='1.0'` })],
    ['another stream namespace', 'invalid-namespace', header({ streams: ` xmlns:stream='http://etherx.jabber.org/'` })],
    ['the namespace of servers', 'invalid-namespace', header({ xmlns: ` xmlns='jabber:server'` })],
    ['no default namespace', 'invalid-namespace', header({ xmlns: '' })],
    ['another prefix', 'bad-namespace-prefix', header({ root: 's:stream', streams: ` xmlns:s='${NS_STREAMS}'` })],
    ['a prefix that is not declared', 'not-well-formed', header({ streams: '' })],
    ['another root', 'bad-format', header({ root: 'stream:flow' })],
    ['an attribute twice', 'not-well-formed', header({ rest: ` to='localhost' to='localhost' version='1.0'` })],
    ['text before it', 'not-well-formed', `hello${header()}`],
    ['HTTP', 'not-well-formed', 'GET / HTTP/1.1\r\n\r\n'],
    ['a comment before it', 'restricted-xml', `<!-- hello -->${header()}`],
    ['a processing instruction before it', 'restricted-xml', `<?hello?>${header()}`],
    ['a document type', 'restricted-xml', `<!DOCTYPE stream [<!ENTITY a 'b'>]>${header()}`],
    ['an entity of its own', 'restricted-xml', header({ rest: ` to='localhost' version='1.0' id='&a;'` })],
    ['another encoding', 'unsupported-encoding', header().replace(`'1.0'?`, `'1.0' encoding='ISO-8859-1'?`)],
    [
      'more than 10000 bytes',
      'policy-violation',
      header({ rest: ` to='localhost' version='1.0' id='${'a'.repeat(10_000)}'` }),
    ],
  ])('with %s is refused: %s', async (_what, condition, xml) => {
    await using scene = await openScene();
    const client = scene.connect();
    client.sends(xml);
    await client.receivesEnd(condition);
    expect(client.header?.is('stream', NS_STREAMS), 'the error follows a header (4.9.1.2)').toBe(true);
    expect(client.header?.attr('from'), 'the domain that is served (4.9.1.3)').toBe('localhost');
    expect(client.header?.attr('id')).toMatch(/./);
    expect(client.isStreamClosed, 'the error is followed by the end (4.9.1.1)').toBe(true);
  });

  test('that was refused ends the connection, and nothing after it is read', async () => {
    await using scene = await openScene({ settings: { 'registration.open': true } });
    const client = scene.connect();
    client.sends(
      `${header({ rest: ` to='example.org' version='1.0'` })}<iq type='get' id='1'><query xmlns='jabber:iq:register'/></iq>`,
    );
    await client.receivesEnd('host-unknown');
    client.sends(`<iq type='get' id='2'><query xmlns='jabber:iq:register'/></iq>`);
    await expect.poll(() => client.isConnectionClosed).toBe(true);
    expect(scene.server.streams.count).toBe(0);
  });

  test('may come byte by byte', async () => {
    await using scene = await openScene();
    const client = scene.connect();
    for (const byte of header()) client.sends(byte);
    expect((await client.next()).name).toBe('features');
  });
});

describe('the language of a stream', () => {
  function languageOf(lang: string): string | undefined {
    const element = el('stream', NS_STREAMS, { to: 'localhost', version: '1.0', 'xml:lang': lang });
    const read = readClientHeader(element, 'jabber:client', new Map([['stream', NS_STREAMS]]), 'localhost');
    if (read instanceof StreamError) throw new Error(read.condition);
    return read.lang;
  }

  test.each(['en', 'de-CH-1996', 'sr-Latn-RS', 'x-klingon'])('is what the header says: %s (4.7.4)', (lang) => {
    expect(languageOf(lang)).toBe(lang);
  });

  // It is added to every stanza, so it must not be a way to make stanzas grow.
  test.each(['', 'it it', '-', 'en_GB', 'x'.repeat(1_000)])('is not taken from what is no tag: %s', (lang) => {
    expect(languageOf(lang)).toBeUndefined();
  });
});

describe.skipIf(target !== undefined)('stream features', () => {
  test('in plain text are STARTTLS alone, and it is required (5.3.1)', async () => {
    await using scene = await openScene({ settings: { 'registration.open': true } });
    const client = scene.connect({ isSecure: false });
    client.opens();
    await client.receives(
      `<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>`,
    );
  });

  test('inside TLS no longer offer STARTTLS, and asking for it fails (5.4.2.2)', async () => {
    await using scene = await openScene();
    const client = scene.connect();
    client.opens();
    expect((await client.next()).child('starttls', 'urn:ietf:params:xml:ns:xmpp-tls')).toBeUndefined();
    client.sends(`<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
    await client.receives(`<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
    await client.receivesEnd();
  });

  test('what was said in plain text before TLS is forgotten (5.4.3.3)', async () => {
    await using scene = await openScene();
    const client = scene.connect({ isSecure: false });
    client.opens();
    await client.next();
    client.sends(
      `<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'/>`,
    );
    await client.receives(`<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
    await client.wire.secure();
    client.opens();
    expect((await client.next()).child('mechanisms', 'urn:ietf:params:xml:ns:xmpp-sasl')).toBeDefined();
  });
});
