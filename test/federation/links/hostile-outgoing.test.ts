/** What a server that we have dialled may do wrong, and what becomes of the message that was for it. */
import { expect, test } from 'vitest';
import { identityOf, Network, type ServerOptions } from './linked-servers.ts';
import { RawPeer } from './raw-peer.ts';

const HELLO = "<message from='romeo@montague.example/o' to='juliet@capulet.example'><body>Hello</body></message>";
const ASK = "<iq from='romeo@montague.example/o' to='capulet.example' type='get' id='1'><q xmlns='urn:x'/></iq>";
const OURS = "from='capulet.example' to='montague.example' id='i'";
const DIALBACK = "<dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback>";

async function calling(network: Network, xml = ASK, options: Partial<ServerOptions> = {}) {
  const peers = await RawPeer.listen(network, 'capulet.example');
  const server = await network.server({ domain: 'montague.example', ...options });
  const sent = server.send(xml);
  const peer = await peers.next();
  return { server, peers, peer, sent };
}

async function admitted(network: Network, features: string, xml = ASK) {
  const met = await calling(network, xml);
  await met.peer.admits(OURS, await identityOf('capulet.example'));
  met.peer.opens(OURS);
  met.peer.write(`<stream:features>${features}</stream:features>`);
  return met;
}

test('a server without encryption gets nothing', async () => {
  await using network = new Network();
  const { peer, server } = await calling(network);
  await peer.expects('stream');
  peer.opens(OURS);
  peer.write(`<stream:features>${DIALBACK}</stream:features>`);
  expect((await server.returned.next()).error.text).toBe('capulet.example offers no encryption.');
});

test('a server of before XMPP 1.0 gets nothing', async () => {
  await using network = new Network();
  const { peer, server } = await calling(network);
  await peer.expects('stream');
  peer.write("<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' id='1'>");
  expect(await peer.expectsError()).toBe('unsupported-version');
  expect((await server.returned.next()).error.text).toContain('This server speaks XMPP 1.0');
});

test('a server that answers for another domain gets nothing', async () => {
  await using network = new Network();
  const { peer, server } = await calling(network);
  await peer.expects('stream');
  peer.opens("from='tybalt.example' id='1'");
  expect((await server.returned.next()).error.text).toContain('The server answers for tybalt.example');
});

test.for([
  ["<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", 'unsupported-stanza-type'],
  ["<message from='juliet@capulet.example' to='romeo@montague.example'/>", 'not-authorized'],
  ["<db:result from='capulet.example' to='montague.example' type='valid'/>", 'policy-violation'],
  ["<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", 'unsupported-stanza-type'],
] as const)('%s at the wrong time ends in %s', async ([xml, condition]) => {
  await using network = new Network();
  const { peer, server } = await calling(network);
  await peer.expects('stream');
  peer.opens(OURS);
  peer.write(xml);
  expect(await peer.expectsError()).toBe(condition);
  expect((await server.returned.next()).error.condition).toBe('remote-server-timeout');
  expect(server.received.all).toEqual([]);
});

test('a refusal of EXTERNAL is followed by dialback', async () => {
  await using network = new Network();
  const external = "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism></mechanisms>";
  const { peer, server } = await admitted(network, external + DIALBACK);
  const auth = await peer.expects('auth');
  expect(Buffer.from(auth.text(), 'base64').toString()).toBe('montague.example');
  peer.write("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
  await peer.expects('result');
  peer.write("<db:result from='capulet.example' to='montague.example' type='valid'/>");
  expect((await peer.expects('iq')).attr('id')).toBe('1');
  expect((await server.delivered.next()).name).toBe('iq');
});

test.for([
  ["<db:result from='capulet.example' to='montague.example' type='invalid'/>", 'internal-server-error'],
  [
    "<db:result from='capulet.example' to='montague.example' type='error'><error type='cancel'>" +
      "<not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></db:result>",
    'remote-server-timeout',
  ],
] as const)('%s returns what waited with %s (section 2.1.1)', async ([xml, condition]) => {
  await using network = new Network();
  const { peer, server, sent } = await admitted(network, DIALBACK);
  await peer.expects('result');
  peer.write(xml);
  const { element, error } = await server.returned.next();
  expect(element).toBe(sent);
  expect(error.condition).toBe(condition);
});

test('dialback that is never answered is given up', async () => {
  await using network = new Network();
  const { peer, server } = await admitted(network, DIALBACK);
  await peer.expects('result');
  server.clock.advance(20_000);
  expect((await server.returned.next()).error.text).toContain('did not say whether it believes');
});

test('stanzas on a stream that goes one way only end it', async () => {
  await using network = new Network();
  const { peer, server } = await admitted(network, DIALBACK);
  await peer.expects('result');
  peer.write("<db:result from='capulet.example' to='montague.example' type='valid'/>");
  await peer.expects('iq');
  peer.write("<message from='juliet@capulet.example' to='romeo@montague.example'/>");
  expect(await peer.expectsError()).toBe('not-authorized');
  expect(server.received.all).toEqual([]);
});

test('a stanza larger than the peer takes goes back, and the stream lives on (XEP-0478)', async () => {
  await using network = new Network();
  const limits = "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>1000</max-bytes></limits>";
  const { peer, server } = await admitted(network, DIALBACK + limits);
  await peer.expects('result');
  peer.write("<db:result from='capulet.example' to='montague.example' type='valid'/>");
  await peer.expects('iq');
  server.send(HELLO.replace('Hello', 'x'.repeat(1_000)));
  expect((await server.returned.next()).error.condition).toBe('policy-violation');
  server.send(HELLO);
  expect((await peer.expects('message')).childText('body', 'jabber:server')).toBe('Hello');
});

test('a server that breaks off each time gets a message thrice, and then it goes back', async () => {
  await using network = new Network();
  const features = `${DIALBACK}<sm xmlns='urn:xmpp:sm:3'/>`;
  const { peers, peer: first, server, sent } = await admitted(network, features, HELLO);
  let peer = first;
  for (let i = 0; i < 3; i++) {
    if (i > 0) {
      server.clock.advance(60_000);
      peer = await peers.next();
      await peer.admits(OURS, await identityOf('capulet.example'));
      peer.opens(OURS);
      peer.write(`<stream:features>${features}</stream:features>`);
    }
    await peer.expects('result');
    peer.write("<db:result from='capulet.example' to='montague.example' type='valid'/>");
    await peer.expects('enable');
    peer.write("<enabled xmlns='urn:xmpp:sm:3'/>");
    await peer.expects('message');
    peer.drops();
    await expect.poll(() => server.links.summaries[0]?.outgoing.length).toBe(0);
  }
  const { element, error } = await server.returned.next();
  expect(element).toBe(sent);
  expect(error.text).toContain('it is not known whether this arrived');
});

test('too much that waits goes back', async () => {
  await using network = new Network();
  const { server } = await calling(network, HELLO, { limits: { maxQueuedStanzas: 3 } });
  server.send(HELLO);
  server.send(HELLO);
  const late = server.send(HELLO);
  const { element, error } = await server.returned.next();
  expect(element).toBe(late);
  expect(error.condition).toBe('resource-constraint');
});

test('a server that does not answer any more is let go, and what it has not acknowledged goes again', async () => {
  await using network = new Network();
  const features = `${DIALBACK}<sm xmlns='urn:xmpp:sm:3'/>`;
  const { peers, peer, server } = await admitted(network, features, HELLO);
  await peer.expects('result');
  peer.write("<db:result from='capulet.example' to='montague.example' type='valid'/>");
  await peer.expects('enable');
  peer.write("<enabled xmlns='urn:xmpp:sm:3'/>");
  await peer.expects('message');
  await peer.expects('r');
  server.clock.advance(35_000);
  const again = await peers.next();
  await again.admits(OURS, await identityOf('capulet.example'));
  again.opens(OURS);
  again.write(`<stream:features>${DIALBACK}</stream:features>`);
  await again.expects('result');
  again.write("<db:result from='capulet.example' to='montague.example' type='valid'/>");
  await again.expects('message');
});

test('a server that does not read is let go', async () => {
  await using network = new Network();
  const { peer, server } = await admitted(network, DIALBACK);
  await peer.expects('result');
  peer.write("<db:result from='capulet.example' to='montague.example' type='valid'/>");
  await peer.expects('iq');
  peer.stalls();
  for (let i = 0; i < 7_000; i++) server.send(HELLO.replace('Hello', 'x'.repeat(1_000)));
  await expect.poll(() => server.delivered.all.length).toBeGreaterThan(1_000);
  for (let i = 0; i < 8; i++) {
    await new Promise(setImmediate);
    server.clock.advance(5_000);
  }
  expect(server.links.summaries[0]?.lastFailure?.sentence).toBe('capulet.example does not read what it is sent.');
});
