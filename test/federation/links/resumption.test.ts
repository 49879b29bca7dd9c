/** XEP-0198 between servers, as the receiving side: acknowledging after the disk, resuming, and refusing to. */
import { expect, test } from 'vitest';
import { identityOf, type LinkedServer, Network, type ServerOptions } from './linked-servers.ts';
import { RawPeer } from './raw-peer.ts';

const SM = "xmlns='urn:xmpp:sm:3'";
const message = (id: number) => `<message from='juliet@capulet.example' to='romeo@montague.example' id='${id}'/>`;

async function proven(server: LinkedServer, from = 'capulet.example', isBidirectional = false): Promise<RawPeer> {
  const peer = await RawPeer.connect(server);
  const attributes = `from='${from}' to='montague.example'`;
  await peer.secures(attributes, await identityOf(from));
  if (isBidirectional) peer.write("<bidi xmlns='urn:xmpp:bidi'/>");
  peer.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
  await peer.expects('success');
  peer.restarts();
  peer.opens(attributes);
  await peer.expects('stream');
  await peer.expects('features');
  return peer;
}

async function enabled(peer: RawPeer): Promise<string> {
  peer.write(`<enable ${SM} resume='true'/>`);
  const answer = await peer.expects('enabled');
  expect(answer.attr('resume')).toBe('true');
  return answer.attr('id') ?? '';
}

const open = (network: Network, options: Partial<ServerOptions> = {}) =>
  network.server({ domain: 'montague.example', ...options });

test('what came is acknowledged when it is on disk, and a flood of requests is answered once', async () => {
  await using network = new Network();
  const server = await open(network);
  const { promise, resolve } = Promise.withResolvers<void>();
  server.flush = () => promise;
  const peer = await proven(server);
  await enabled(peer);
  peer.write(`${message(1)}<r ${SM}/>${message(2)}${`<r ${SM}/>`.repeat(50)}`);
  await server.received.next();
  await server.received.next();
  peer.write("<db:verify from='capulet.example' to='montague.example' id='x'>k</db:verify>");
  await peer.expects('verify'); // and no <a/> before it
  resolve();
  expect((await peer.expects('a')).attr('h')).toBe('1');
  expect((await peer.expects('a')).attr('h')).toBe('2');
  peer.write("<db:verify from='capulet.example' to='montague.example' id='x'>k</db:verify>");
  await peer.expects('verify');
});

test('what could not be written to disk is not acknowledged', async () => {
  await using network = new Network();
  const server = await open(network);
  server.flush = () => Promise.reject(new Error('the disk is full'));
  const peer = await proven(server);
  await enabled(peer);
  peer.write(`${message(1)}<r ${SM}/>`);
  await server.received.next();
  peer.write("<db:verify from='capulet.example' to='montague.example' id='x'>k</db:verify>");
  await peer.expects('verify');
});

test('a stream is resumed with the count of what had come', async () => {
  await using network = new Network();
  const server = await open(network);
  const first = await proven(server);
  const id = await enabled(first);
  first.write(message(1));
  await server.received.next();
  first.drops();
  const second = await proven(server);
  second.write(`<resume ${SM} previd='${id}' h='0'/>`);
  const resumed = await second.expects('resumed');
  expect(resumed.attributes).toEqual(['h', '1', 'previd', id]);
  second.write(`${message(2)}<r ${SM}/>`);
  expect((await second.expects('a')).attr('h')).toBe('2');
});

test('a stream is resumed also when the old one is not known to be broken', async () => {
  await using network = new Network();
  const server = await open(network);
  const first = await proven(server, 'capulet.example', true);
  const id = await enabled(first);
  const reply = server.send("<message from='romeo@montague.example' to='juliet@capulet.example' id='reply'/>");
  await first.expects('message');
  await first.expects('r');
  const second = await proven(server, 'capulet.example', true);
  second.write(`<resume ${SM} previd='${id}' h='0'/>`);
  await second.expects('resumed');
  expect((await second.expects('message')).attr('id')).toBe('reply');
  expect(await first.next()).toBe('closed');
  second.write(`<a ${SM} h='1'/>`);
  expect(await server.delivered.next()).toBe(reply);
  server.send("<message from='romeo@montague.example' to='juliet@capulet.example' id='next'/>");
  expect((await second.expects('r')).name).toBe('r');
  expect((await second.expects('message')).attr('id')).toBe('next');
});

test('nobody resumes the stream of another domain, nor one that there never was', async () => {
  await using network = new Network();
  const server = await open(network);
  const capulet = await proven(server);
  const id = await enabled(capulet);
  capulet.drops();
  const tybalt = await proven(server, 'tybalt.example');
  for (const previd of [id, 'invented', '']) {
    tybalt.write(`<resume ${SM} previd='${previd}' h='0'/>`);
    expect((await tybalt.expects('failed')).elements[0]?.name).toBe('item-not-found');
  }
});

test('a stream that was closed properly, or lost too long ago, is not resumed', async () => {
  await using network = new Network();
  const server = await open(network);
  const closed = await proven(server);
  const closedId = await enabled(closed);
  closed.write('</stream:stream>');
  expect((await closed.expects('a')).attr('h')).toBe('0');
  expect(await closed.next()).toBe('closed');
  const lost = await proven(server);
  const lostId = await enabled(lost);
  lost.drops();
  await expect.poll(() => server.links.summaries[0]?.incoming.length ?? 0).toBe(0);
  server.clock.advance(60_000);
  const again = await proven(server);
  for (const previd of [closedId, lostId]) {
    again.write(`<resume ${SM} previd='${previd}' h='0'/>`);
    expect((await again.expects('failed')).elements[0]?.name).toBe('item-not-found');
  }
});

test('stream management is for those who have proven a domain', async () => {
  await using network = new Network();
  const server = await open(network);
  const peer = await RawPeer.connect(server);
  await peer.secures("from='capulet.example' to='montague.example'", await identityOf('capulet.example'));
  peer.write(`<enable ${SM} resume='true'/>`);
  expect((await peer.expects('failed')).elements[0]?.name).toBe('unexpected-request');
});

test('an answer that was on its way when a stream was lost for good goes by another one', async () => {
  await using network = new Network();
  const server = await open(network);
  const peer = await proven(server, 'capulet.example', true);
  await enabled(peer);
  server.send("<message from='romeo@montague.example' to='juliet@capulet.example' id='reply'/>");
  await peer.expects('message');
  const capulet = await network.server({ domain: 'capulet.example' });
  server.clock.advance(10_000);
  peer.drops();
  await expect.poll(() => server.links.summaries[0]?.incoming.length ?? 0).toBe(0);
  expect(server.dialled).toEqual([]);
  server.clock.advance(15_000);
  expect((await capulet.received.next()).element.attr('id')).toBe('reply');
});

test('one domain cannot hold more than its share of streams', async () => {
  await using network = new Network();
  const server = await open(network, { limits: { maxStreamsPerDomain: 2 } });
  await proven(server);
  await proven(server);
  const third = await RawPeer.connect(server);
  await third.secures("from='capulet.example' to='montague.example'", await identityOf('capulet.example'));
  third.write("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>");
  expect(await third.expectsError()).toBe('resource-constraint');
});

test('on a stream of both directions the one who was called may prove another domain (XEP-0288 section 3)', async () => {
  await using network = new Network();
  const peers = await RawPeer.listen(network, 'capulet.example');
  const server = await open(network);
  const identity = await identityOf('capulet.example');
  server.send("<message from='romeo@montague.example' to='juliet@capulet.example' id='1'/>");
  const peer = await peers.next();
  await peer.admits("from='capulet.example' id='i'", identity);
  peer.opens("from='capulet.example' id='j'");
  peer.write(
    "<stream:features><bidi xmlns='urn:xmpp:features:bidi'/><dialback xmlns='urn:xmpp:features:dialback'><errors/></dialback></stream:features>",
  );
  expect((await peer.expects('bidi')).child('limits', 'urn:xmpp:stream-limits:0')).toBeDefined();
  await peer.expects('result');
  peer.write("<db:result from='capulet.example' to='montague.example' type='valid'/>");
  await peer.expects('message');
  peer.write("<message from='juliet@capulet.example' to='romeo@montague.example' id='2'/>");
  expect((await server.received.next()).element.attr('id')).toBe('2');
  peer.write("<db:result from='rooms.capulet.example' to='montague.example'>key</db:result>");
  expect((await peer.expects('result')).attr('type')).toBe('valid');
  peer.write("<message from='garden@rooms.capulet.example' to='romeo@montague.example' id='3'/>");
  expect((await server.received.next()).element.attr('id')).toBe('3');
  server.send("<message from='romeo@montague.example' to='garden@rooms.capulet.example' id='4'/>");
  expect((await peer.expects('message')).attr('id')).toBe('4');
  expect(server.dialled).toEqual(['capulet.example']);
});

test('a change of policy ends the streams of a domain and returns what waits for it', async () => {
  await using network = new Network();
  let isAllowed = true;
  const server = await open(network, { may: () => (isAllowed ? true : 'Blocked by the keeper.') });
  const peer = await proven(server);
  network.name('capulet.example', 1);
  const waiting = server.send("<message from='romeo@montague.example' to='juliet@capulet.example'/>");
  await expect.poll(() => server.links.summaries[0]?.lastFailure).toBeDefined();
  isAllowed = false;
  server.links.close('capulet.example', 'Blocked by the keeper.');
  const { element, error } = await server.returned.next();
  expect(element).toBe(waiting);
  expect(error.text).toBe('Blocked by the keeper.');
  await new Promise(setImmediate);
  server.clock.advance(5_000); // for a goodbye that does not come
  expect(await peer.next()).toBe('closed');
});

test('stopping does not wait for those who do not say goodbye', async () => {
  await using network = new Network();
  const server = await open(network);
  await proven(server);
  const stopped = server.links.stop(0);
  await new Promise(setImmediate);
  server.clock.advance(1_500);
  await stopped;
});

test('nothing is sent back on a stream before it is known whether it will be acknowledged', async () => {
  await using network = new Network();
  const server = await open(network);
  network.name('capulet.example', 1);
  const peer = await proven(server, 'capulet.example', true);
  server.send("<message from='romeo@montague.example' to='juliet@capulet.example' id='reply'/>");
  await expect.poll(() => server.links.summaries[0]?.state).toBe('waiting');
  expect(server.delivered.all).toEqual([]);
  await enabled(peer);
  expect((await peer.expects('message')).attr('id')).toBe('reply');
  await peer.expects('r');
  expect(server.delivered.all).toEqual([]);
  peer.write(`<a ${SM} h='1'/>`);
  await server.delivered.next();
});

test('a peer without stream management is answered once it has sent a stanza', async () => {
  await using network = new Network();
  const server = await open(network);
  const peer = await proven(server, 'capulet.example', true);
  peer.write(message(1));
  await server.received.next();
  server.send("<message from='romeo@montague.example' to='juliet@capulet.example' id='reply'/>");
  expect((await peer.expects('message')).attr('id')).toBe('reply');
  await server.delivered.next();
  expect(server.dialled).toEqual([]);
});
