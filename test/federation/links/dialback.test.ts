/** XEP-0220 and XEP-0185: keys, the three roles of a server, errors, and what must not work. */
import { expect, test } from 'vitest';
import { dialbackKey, isDialbackKey } from '../../../server/federation/links/dialback.ts';
import { identityOf, Network, type ServerOptions } from './linked-servers.ts';
import { RawPeer } from './raw-peer.ts';

const PAIR = "from='capulet.example' to='montague.example'";

async function asked(network: Network, options: Partial<ServerOptions> = {}) {
  const server = await network.server({
    domain: 'montague.example',
    services: ['rooms.montague.example'],
    trusts: () => false,
    ...options,
  });
  const capulet = await identityOf('capulet.example');
  const peer = await RawPeer.connect(server);
  await peer.secures(PAIR, capulet);
  return { server, peer, capulet };
}

/** The authoritative server of capulet.example: what it was asked. */
async function authority(peers: { next(): Promise<RawPeer> }) {
  const peer = await peers.next();
  await peer.admits("from='capulet.example' to='montague.example' id='auth'", await identityOf('capulet.example'));
  peer.opens("from='capulet.example' to='montague.example' id='auth2'");
  peer.write("<stream:features><dialback xmlns='urn:xmpp:features:dialback'/></stream:features>");
  return { peer, question: await peer.expects('verify') };
}

test('the keys are those of the example (XEP-0185 section 3)', () => {
  const secret = Buffer.from('s3cr3tf0rd14lb4ck');
  const facts = { receiving: 'xmpp.example.com', originating: 'example.org', streamId: 'D60000229F' };
  const key = '37c69b1cf07a3f67c04a5ef5902fa5114f2c76fe4a2686482ba5b89323075643';
  expect(dialbackKey(secret, facts)).toBe(key);
  expect(isDialbackKey(key, secret, facts)).toBe(true);
  expect(isDialbackKey(key.slice(1), secret, facts)).toBe(false);
  expect(isDialbackKey(key, secret, { ...facts, streamId: 'D60000229E' })).toBe(false);
});

test('the authoritative server is asked, and its word decides (examples 1 to 2)', async () => {
  await using network = new Network();
  const peers = await RawPeer.listen(network, 'capulet.example');
  const { server, peer } = await asked(network);
  peer.write(`<db:result ${PAIR}>some-key</db:result>`);
  const { peer: their, question } = await authority(peers);
  expect(question.text()).toBe('some-key');
  const id = question.attr('id');
  their.write(`<db:verify from='capulet.example' to='montague.example' id='${id}' type='valid'/>`);
  const result = await peer.expects('result');
  expect(result.attributes).toEqual(['from', 'montague.example', 'to', 'capulet.example', 'type', 'valid']);
  peer.write("<message from='juliet@capulet.example' to='romeo@montague.example'/>");
  await server.received.next();
  expect(server.origins[0]?.proof).toEqual({ by: 'dialback' });
});

test('a key that is not theirs ends the stream (example 3)', async () => {
  await using network = new Network();
  const peers = await RawPeer.listen(network, 'capulet.example');
  const { server, peer } = await asked(network);
  peer.write(`<db:result ${PAIR}>forged</db:result>`);
  const { peer: their, question } = await authority(peers);
  their.write(`<db:verify from='capulet.example' to='montague.example' id='${question.attr('id')}' type='invalid'/>`);
  expect((await peer.expects('result')).attr('type')).toBe('invalid');
  expect(await peer.expectsError()).toBe('not-authorized');
  expect(server.links.summaries[0]?.lastFailure?.sentence).toBe('Somebody else posed as capulet.example.');
});

test.for([
  ['capulet.example', 'nobody.example', 'item-not-found'],
  ['montague.example', 'rooms.montague.example', 'not-acceptable'],
  ['unknown.example', 'montague.example', 'remote-server-not-found'],
] as const)('a key of %s for %s is answered with %s, and the stream goes on', async ([from, to, condition]) => {
  await using network = new Network();
  const { peer } = await asked(network);
  for (let i = 0; i < 2; i++) {
    peer.write(`<db:result from='${from}' to='${to}'>key</db:result>`);
    const result = await peer.expects('result');
    expect(result.attr('type')).toBe('error');
    expect(result.child('error', 'jabber:server')?.elements[0]?.name).toBe(condition);
  }
});

test('an authoritative server that hangs up, or says nothing, is a timeout', async () => {
  await using network = new Network();
  const peers = await RawPeer.listen(network, 'capulet.example');
  const { server, peer } = await asked(network);
  peer.write(`<db:result ${PAIR}>key</db:result>`);
  (await authority(peers)).peer.drops();
  const hungUp = await peer.expects('result');
  expect(hungUp.child('error', 'jabber:server')?.elements[0]?.name).toBe('remote-server-timeout');
  peer.write(`<db:result ${PAIR}>key</db:result>`);
  await authority(peers);
  server.clock.advance(20_000);
  const silent = await peer.expects('result');
  expect(silent.child('error', 'jabber:server')?.elements[0]?.name).toBe('remote-server-timeout');
});

test('an answer for another stream or another domain is refused', async () => {
  await using network = new Network();
  const peers = await RawPeer.listen(network, 'capulet.example');
  const { peer } = await asked(network);
  peer.write(`<db:result ${PAIR}>key</db:result>`);
  const { peer: their } = await authority(peers);
  their.write("<db:verify from='capulet.example' to='montague.example' id='another' type='valid'/>");
  expect(await their.expectsError()).toBe('policy-violation');
  const result = await peer.expects('result');
  expect(result.child('error', 'jabber:server')?.elements[0]?.name).toBe('remote-server-timeout');
});

test('several pairs of domains share a stream, each for itself (section 2.6)', async () => {
  await using network = new Network();
  const capulet = await network.server({ domain: 'capulet.example', services: ['rooms.capulet.example'] });
  const { server, peer } = await asked(network, { trusts: (domain) => domain.endsWith('capulet.example') });
  peer.write(`<db:result ${PAIR}>key</db:result>`);
  expect((await peer.expects('result')).attr('type')).toBe('valid');
  peer.write("<db:result from='rooms.capulet.example' to='rooms.montague.example'>key</db:result>");
  expect((await peer.expects('result')).attr('type')).toBe('valid');
  peer.write("<message from='g@rooms.capulet.example' to='h@rooms.montague.example'/>");
  expect((await server.received.next()).from.domain).toBe('rooms.capulet.example');
  expect(capulet.received.all).toEqual([]);
  expect(server.dialled).toEqual([]); // XEP-0344 section 2.4
});

test('what dialback has proven holds for that pair alone', async () => {
  await using network = new Network();
  const peers = await RawPeer.listen(network, 'capulet.example');
  const { server, peer } = await asked(network);
  peer.write(`<db:result ${PAIR}>key</db:result>`);
  const { peer: their, question } = await authority(peers);
  their.write(`<db:verify from='capulet.example' to='montague.example' id='${question.attr('id')}' type='valid'/>`);
  await peer.expects('result');
  peer.write("<message from='juliet@capulet.example' to='garden@rooms.montague.example'/>");
  expect(await peer.expectsError()).toBe('not-authorized');
  expect(server.received.all).toEqual([]);
});

test('questions about our own keys are answered, and about others not', async () => {
  await using network = new Network();
  const { peer } = await asked(network);
  peer.write("<db:verify from='capulet.example' to='montague.example' id='x'>wrong</db:verify>");
  const invalid = await peer.expects('verify');
  expect(invalid.attributes).toEqual([
    'from',
    'montague.example',
    'to',
    'capulet.example',
    'id',
    'x',
    'type',
    'invalid',
  ]);
  peer.write("<db:verify from='capulet.example' to='third.example' id='x'>key</db:verify>");
  const third = await peer.expects('verify');
  expect(third.child('error', 'jabber:server')?.elements[0]?.name).toBe('item-not-found');
});

test('dialback requests do not make us dial more often than the limit', async () => {
  await using network = new Network();
  const { server, peer } = await asked(network, {
    limits: { maxVerificationsPerDomainPerMinute: 6, maxVerificationsPerMinute: 8 },
  });
  const conditions: (string | undefined)[] = [];
  for (let i = 0; i < 12; i++) {
    peer.write(`<db:result from='victim${i < 6 ? '' : i}.example' to='montague.example'>key</db:result>`);
    conditions.push((await peer.expects('result')).child('error', 'jabber:server')?.elements[0]?.name);
  }
  // Each look at DNS for TLSA records counts as well.
  expect(server.dialled.length).toBeLessThanOrEqual(4);
  expect(conditions).toContain('resource-constraint');
});

test('no more pairs than the limit are verified on one stream', async () => {
  await using network = new Network();
  const { peer } = await asked(network, { limits: { maxPairsPerStream: 2 }, trusts: () => true });
  for (const to of ['montague.example', 'rooms.montague.example']) {
    peer.write(`<db:result from='capulet.example' to='${to}'>key</db:result>`);
    expect((await peer.expects('result')).attr('type')).toBe('valid');
  }
  peer.write("<db:result from='rooms.capulet.example' to='montague.example'>key</db:result>");
  const result = await peer.expects('result');
  expect(result.child('error', 'jabber:server')?.elements[0]?.name).toBe('resource-constraint');
});

test('an authoritative server that never answers holds no stream for longer than the question', async () => {
  await using network = new Network();
  const { server, peer } = await asked(network);
  const silent = await RawPeer.listen(network, 'silent.example');
  peer.write("<db:result from='silent.example' to='montague.example'>key</db:result>");
  const called = await silent.next();
  await called.admits("id='s1' from='silent.example' to='montague.example'", await identityOf('silent.example'));
  called.opens("id='s2' from='silent.example' to='montague.example'");
  called.write("<stream:features><dialback xmlns='urn:xmpp:features:dialback'/></stream:features>");
  await called.expects('verify');
  server.clock.advance(20_000);
  const refusal = await peer.expects('result');
  expect(refusal.child('error', 'jabber:server')?.elements[0]?.name).toBe('remote-server-timeout');
  await new Promise(setImmediate);
  server.clock.advance(10_000);
  expect(await called.next()).toBe('closed');
});
