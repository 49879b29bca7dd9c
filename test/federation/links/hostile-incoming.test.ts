/** What a stranger may try on a stream to us, and what it gets for it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identityOf, Network, type ServerOptions } from './linked-servers.ts';
import { RawPeer } from './raw-peer.ts';

const PAIR = "from='capulet.example' to='montague.example'";

async function attacked(network: Network, options: Partial<ServerOptions> = {}) {
  const server = await network.server({
    domain: 'montague.example',
    services: ['rooms.montague.example'],
    ...options,
  });
  return { server, peer: await RawPeer.connect(server), capulet: await identityOf('capulet.example') };
}

test.for([
  ["from='capulet.example' to='nobody.example'", 'host-unknown'],
  ["from='capulet.example'", 'improper-addressing'],
  ["from='capulet.example' to='romeo@montague.example'", 'improper-addressing'],
  ["from='juliet@capulet.example' to='montague.example'", 'invalid-from'],
  ["from='montague.example' to='montague.example'", 'invalid-from'],
  ["from='capulet.example' to='montague.example' xml:lang='en' to2='x' xmlns='jabber:client'", 'not-well-formed'],
] as const)('a header with %s ends in %s', async ([attributes, condition]) => {
  await using network = new Network();
  const { peer } = await attacked(network);
  peer.opens(attributes);
  await peer.expects('stream');
  expect(await peer.expectsError()).toBe(condition);
  expect(await peer.next()).toBe('closed');
});

test.for([
  [
    "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>",
    'invalid-namespace',
  ],
  ["<s:stream xmlns='jabber:server' xmlns:s='http://etherx.jabber.org/streams' version='1.0'>", 'bad-namespace-prefix'],
  ["<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>", 'unsupported-version'],
  ["<stream:strom xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>", 'bad-format'],
  ['GET / HTTP/1.1\r\n\r\n', 'not-well-formed'],
  ['<!DOCTYPE x [<!ENTITY a "b">]><x/>', 'restricted-xml'],
] as const)('%s is answered with %s', async ([bytes, condition]) => {
  await using network = new Network();
  const { peer } = await attacked(network);
  peer.write(bytes);
  await peer.expects('stream');
  expect(await peer.expectsError()).toBe(condition);
});

test('nothing but encryption may come first', async () => {
  await using network = new Network();
  const { peer, server } = await attacked(network);
  peer.opens(PAIR);
  await peer.expects('stream');
  expect((await peer.expects('features')).elements.map(({ name }) => name)).toEqual(['starttls']);
  peer.write("<db:result from='capulet.example' to='montague.example'>key</db:result>");
  const refusal = await peer.expects('result');
  expect(refusal.attr('type')).toBe('error');
  expect(refusal.child('error', 'jabber:server')?.elements[0]?.name).toBe('policy-violation');
  peer.write("<message from='juliet@capulet.example' to='romeo@montague.example'/>");
  expect(await peer.expectsError()).toBe('not-authorized');
  expect(server.received.all).toEqual([]);
});

test('what was written behind STARTTLS in plain text is not read', async () => {
  await using network = new Network();
  const { peer, capulet } = await attacked(network);
  peer.opens(PAIR);
  await peer.expects('stream');
  await peer.expects('features');
  peer.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  await peer.expects('proceed');
  await peer.secure(capulet);
  peer.opens(PAIR);
  await peer.expects('stream');
  expect((await peer.expects('features')).child('mechanisms', 'urn:ietf:params:xml:ns:xmpp-sasl')).toBeDefined();
});

test('stanzas before the domain is proven end the stream', async () => {
  await using network = new Network();
  const { peer, capulet, server } = await attacked(network);
  await peer.secures(PAIR, capulet);
  peer.write("<message from='juliet@capulet.example' to='romeo@montague.example'/>");
  expect(await peer.expectsError()).toBe('not-authorized');
  expect(server.received.all).toEqual([]);
});

test('EXTERNAL is neither offered nor accepted without a certificate that names the domain', async () => {
  await using network = new Network();
  const { peer, server } = await attacked(network);
  const features = await peer.secures(PAIR, await identityOf('tybalt.example'));
  expect(features.child('mechanisms', 'urn:ietf:params:xml:ns:xmpp-sasl')).toBeUndefined();
  const identity = Buffer.from('capulet.example').toString('base64');
  peer.write(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>${identity}</auth>`);
  expect((await peer.expects('failure')).elements[0]?.name).toBe('not-authorized');
  expect(server.links.summaries).toEqual([]);
});

test.for([
  ["<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>", 'invalid-mechanism'],
  ["<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>###</auth>", 'incorrect-encoding'],
  [
    "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>dHliYWx0LmV4YW1wbGU=</auth>",
    'invalid-authzid',
  ],
  ["<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>=</response>", 'not-authorized'],
  ["<abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", 'aborted'],
] as const)('%s fails with %s, and the third time ends the stream', async ([xml, condition]) => {
  await using network = new Network();
  const { peer, capulet } = await attacked(network);
  await peer.secures(PAIR, capulet);
  for (let i = 0; i < 3; i++) {
    peer.write(xml);
    expect((await peer.expects('failure')).elements[0]?.name).toBe(condition);
  }
  expect(await peer.expectsError()).toBe('policy-violation');
});

test('EXTERNAL without an initial response is asked for it', async () => {
  await using network = new Network();
  const { peer, capulet } = await attacked(network);
  await peer.secures(PAIR, capulet);
  peer.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'/>");
  await peer.expects('challenge');
  peer.write("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
  await peer.expects('success');
  peer.restarts();
});

test('after EXTERNAL the header must name the same domain', async () => {
  await using network = new Network();
  const { peer, capulet } = await attacked(network);
  await peer.secures(PAIR, capulet);
  peer.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
  await peer.expects('success');
  peer.restarts();
  peer.opens("from='tybalt.example' to='montague.example'");
  await peer.expects('stream');
  expect(await peer.expectsError()).toBe('invalid-from');
});

test.for([
  ["<message from='tybalt@verona.example' to='romeo@montague.example'/>", 'invalid-from'],
  ["<message from='romeo@montague.example' to='romeo@montague.example'/>", 'invalid-from'],
  ["<message to='romeo@montague.example'/>", 'improper-addressing'],
  ["<message from='juliet@capulet.example'/>", 'improper-addressing'],
  ["<message from='juliet@capulet.example' to='@montague.example'/>", 'improper-addressing'],
  ["<message from='@@' to='romeo@montague.example'/>", 'improper-addressing'],
  ["<message from='juliet@capulet.example' to='paris@verona.example'/>", 'host-unknown'],
  ["<message xmlns='jabber:client' from='juliet@capulet.example' to='romeo@montague.example'/>", 'invalid-namespace'],
  ["<x:message xmlns:x='urn:x' from='juliet@capulet.example' to='romeo@montague.example'/>", 'unsupported-stanza-type'],
  ["<stream:stream to='montague.example'/>", 'unsupported-stanza-type'],
  ["<u:message from='juliet@capulet.example' to='romeo@montague.example'/>", 'not-well-formed'],
  ['<!-- comment -->', 'restricted-xml'],
  ["<db:result from='montague.example' to='capulet.example' type='valid'/>", 'policy-violation'],
  ["<db:verify from='montague.example' to='capulet.example' id='1' type='valid'/>", 'policy-violation'],
  ["<db:result from='capulet.example'>key</db:result>", 'improper-addressing'],
  ["<db:verify from='capulet.example' to='montague.example'>key</db:verify>", 'bad-format'],
  ["<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>", 'policy-violation'],
  ["<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", 'policy-violation'],
  ["<a xmlns='urn:xmpp:sm:3' h='5'/>", 'policy-violation'],
  ["<resume xmlns='urn:xmpp:sm:3' previd='x'/>", 'bad-format'],
] as const)('on a stream that is proven, %s ends in %s', async ([xml, condition]) => {
  await using network = new Network();
  const { peer, server, capulet } = await attacked(network);
  await peer.proves('capulet.example', 'montague.example', capulet);
  peer.write(xml);
  expect(await peer.expectsError()).toBe(condition);
  expect(server.received.all).toEqual([]);
});

test('more acknowledged than was sent ends the stream', async () => {
  await using network = new Network();
  const { peer, capulet } = await attacked(network);
  await peer.proves('capulet.example', 'montague.example', capulet);
  peer.write("<enable xmlns='urn:xmpp:sm:3'/>");
  expect((await peer.expects('enabled')).attr('resume')).toBeUndefined();
  peer.write("<a xmlns='urn:xmpp:sm:3' h='5'/>");
  const error = await peer.expects('error');
  expect(error.elements.map(({ name }) => name)).toContain('handled-count-too-high');
});

test('a stanza larger than the limit ends the stream, one of just that size passes', async () => {
  await using network = new Network();
  const { peer, server, capulet } = await attacked(network, { limits: { maxStanzaBytes: 20_000 } });
  await peer.proves('capulet.example', 'montague.example', capulet);
  const wrap = (body: string) =>
    `<message from='juliet@capulet.example' to='romeo@montague.example'><body>${body}</body></message>`;
  const room = 20_000 - wrap('').length;
  peer.write(wrap('x'.repeat(room)));
  await server.received.next();
  peer.write(wrap('x'.repeat(room + 1)));
  expect(await peer.expectsError()).toBe('policy-violation');
});

test('a domain that is not allowed is told why', async () => {
  await using network = new Network();
  const { peer } = await attacked(network, { may: () => 'This server does not talk to that one.' });
  peer.opens(PAIR);
  await peer.expects('stream');
  const error = await peer.expects('error');
  expect(error.elements.map((child) => child.text() || child.name)).toEqual([
    'policy-violation',
    'This server does not talk to that one.',
  ]);
});

test('who sends too fast is read more slowly, and loses nothing', async () => {
  await using network = new Network();
  const { peer, server, capulet } = await attacked(network, { rate: { bytesPerSecond: 1_000, burstBytes: 2_000 } });
  await peer.proves('capulet.example', 'montague.example', capulet);
  const message = `<message from='juliet@capulet.example' to='romeo@montague.example'><body>${'x'.repeat(3_000)}</body></message>`;
  peer.write(message);
  await server.received.next();
  peer.write(message);
  const next = server.received.next();
  await new Promise(setImmediate);
  expect(server.received.all).toHaveLength(1);
  server.clock.advance(2_000);
  await next;
});

test('a peer that takes too long is cut off, whatever it has said', async () => {
  await using network = new Network();
  const { peer, server, capulet } = await attacked(network);
  await peer.secures(PAIR, capulet);
  const silent = await RawPeer.connect(server);
  silent.opens(PAIR);
  await silent.expects('stream');
  await silent.expects('features');
  server.clock.advance(30_000);
  expect(await peer.expectsError()).toBe('connection-timeout');
  expect(await silent.expectsError()).toBe('connection-timeout');
});

test('one address cannot hold more than its share of unproven streams', async () => {
  await using network = new Network();
  const { server, peer } = await attacked(network, { limits: { maxHalfOpenPerAddress: 3 } });
  const others = [peer, await RawPeer.connect(server), await RawPeer.connect(server)];
  const refused = await RawPeer.connect(server);
  expect(await refused.next()).toBe('closed');
  for (const other of others) {
    other.opens(PAIR);
    await other.expects('stream');
  }
});

test('when there are too many unproven streams the oldest goes, and newcomers are heard', async () => {
  await using network = new Network();
  const { server, peer } = await attacked(network, { limits: { maxHalfOpen: 2 } });
  await RawPeer.connect(server);
  const newcomer = await RawPeer.connect(server);
  expect(await peer.next()).toBe('closed');
  newcomer.opens(PAIR);
  await newcomer.expects('stream');
});

test('a flood of elements without a proof ends the stream', async () => {
  await using network = new Network();
  const { peer, capulet } = await attacked(network);
  await peer.secures(PAIR, capulet);
  peer.write("<db:verify from='capulet.example' to='montague.example' id='1'>key</db:verify>".repeat(200));
  for (let i = 0; i < 99; i++) await peer.expects('verify');
  expect(await peer.expectsError()).toBe('policy-violation');
});

test('random bytes harm nobody', async () => {
  await using network = new Network();
  const { server, capulet } = await attacked(network, { limits: { maxHalfOpenPerAddress: 1_000 } });
  const piece = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      '<',
      '>',
      "<message from='a@capulet.example' to='montague.example'>",
      '</message>',
      '<db:result>',
      PAIR,
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.boolean(), async (pieces, isProven) => {
      const peer = await RawPeer.connect(server);
      if (isProven) await peer.proves('capulet.example', 'montague.example', capulet);
      peer.write(pieces.join(''));
      peer.drops();
    }),
    { numRuns: 40 },
  );
  const honest = await RawPeer.connect(server);
  await honest.proves('capulet.example', 'montague.example', capulet);
  honest.write("<message from='juliet@capulet.example' to='romeo@montague.example' id='after'/>");
  for (;;) if ((await server.received.next()).element.attr('id') === 'after') break;
});

test('the summary says who is connected, and that it came to us', async () => {
  await using network = new Network();
  const { server, peer, capulet } = await attacked(network);
  await peer.proves('capulet.example', 'montague.example', capulet);
  expect(server.links.summaries).toMatchObject([
    { domain: 'capulet.example', state: 'connected', outgoing: [], incoming: [{ remoteAddress: '127.0.0.1' }] },
  ]);
});
