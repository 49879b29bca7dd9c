/** Two servers and what goes between them: EXTERNAL, dialback, both ways on one stream, acknowledgements, resumption. */
import { expect, test } from 'vitest';
import { Network } from './linked-servers.ts';

const HELLO = "<message from='romeo@montague.example/orchard' to='juliet@capulet.example'><body>Hello</body></message>";
const ANSWER = "<message from='juliet@capulet.example/balcony' to='romeo@montague.example'><body>Yes?</body></message>";

test('a message arrives by a stream that certificates have proven, and is acknowledged', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({ domain: 'capulet.example' });
  const sent = montague.send(HELLO);
  const stanza = await capulet.received.next();
  expect(stanza.element.toXml()).toBe(sent.toXml());
  expect(capulet.origins).toEqual([
    { domain: 'montague.example', remoteAddress: '127.0.0.1', proof: { by: 'certificate', through: 'authority' } },
  ]);
  expect(await montague.delivered.next()).toBe(sent);
  const [summary] = montague.links.summaries;
  expect(summary).toMatchObject({ domain: 'capulet.example', state: 'connected', queuedStanzas: 0, incoming: [] });
  expect(summary?.outgoing).toMatchObject([
    { tlsVersion: 'TLSv1.3', ownProof: 'certificate', isBidirectional: true, streamManagement: 'resumable' },
  ]);
});

test('without certificates the domain is proven by dialback', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({ domain: 'capulet.example', trusts: () => false });
  const sent = montague.send(HELLO);
  await capulet.received.next();
  expect(capulet.origins[0]?.proof).toEqual({ by: 'dialback' });
  expect(capulet.dialled).toEqual(['montague.example']);
  expect(await montague.delivered.next()).toBe(sent);
  expect(montague.links.summaries[0]?.outgoing[0]?.ownProof).toBe('dialback');
});

test('answers take the stream on which the question came', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({ domain: 'capulet.example' });
  montague.send(HELLO);
  await capulet.received.next();
  const answer = capulet.send(ANSWER);
  expect((await montague.received.next()).element.childText('body')).toBe('Yes?');
  expect(await capulet.delivered.next()).toBe(answer);
  expect(capulet.dialled).toEqual([]);
});

test('answers take the same stream also when dialback has proven it', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example', trusts: () => false });
  const capulet = await network.server({ domain: 'capulet.example', trusts: () => false });
  montague.send(HELLO);
  await capulet.received.next();
  capulet.send(ANSWER);
  await montague.received.next();
  expect(montague.origins[0]?.proof).toEqual({ by: 'dialback' });
  expect(capulet.dialled).toEqual(['montague.example']); // to ask about the key, and no more
});

test('direct TLS needs no STARTTLS', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({ domain: 'capulet.example', isDirectTls: true });
  montague.send(HELLO);
  expect((await capulet.received.next()).from.full).toBe('romeo@montague.example/orchard');
});

test('stanzas of one pair of domains stay in order', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({ domain: 'capulet.example' });
  for (let i = 0; i < 50; i++) montague.send(HELLO.replace('Hello', String(i)));
  const bodies: (string | undefined)[] = [];
  for (let i = 0; i < 50; i++) bodies.push((await capulet.received.next()).element.childText('body'));
  expect(bodies).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
});

test('another domain of ours has a stream of its own', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example', services: ['rooms.montague.example'] });
  const capulet = await network.server({ domain: 'capulet.example' });
  montague.send(HELLO);
  await capulet.received.next();
  montague.send("<message from='garden@rooms.montague.example' to='juliet@capulet.example'/>");
  expect((await capulet.received.next()).from.domain).toBe('rooms.montague.example');
  expect(montague.dialled).toEqual(['capulet.example', 'capulet.example']);
});

test('what was not acknowledged when the connection broke comes again, and nothing comes twice', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({ domain: 'capulet.example' });
  const first = montague.send(HELLO);
  await capulet.received.next();
  expect(await montague.delivered.next()).toBe(first);
  capulet.flush = () => new Promise(() => undefined); // nothing gets acknowledged from now on
  const second = montague.send(HELLO.replace('Hello', 'Got, and not acknowledged'));
  await capulet.received.next();
  montague.clock.advance(10_000); // it has been stable
  montague.cut();
  capulet.flush = () => Promise.resolve();
  const third = montague.send(HELLO.replace('Hello', 'Sent afterwards'));
  expect((await capulet.received.next()).element.childText('body')).toBe('Sent afterwards');
  expect(await montague.delivered.next()).toBe(second);
  expect(await montague.delivered.next()).toBe(third);
  expect(capulet.received.all).toHaveLength(3);
});

test('what waits on the other side of a broken stream comes with its resumption', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({ domain: 'capulet.example' });
  montague.send(HELLO);
  await capulet.received.next();
  await montague.delivered.next();
  capulet.send(ANSWER);
  await montague.received.next();
  await capulet.delivered.next();
  montague.clock.advance(10_000); // it has been stable
  montague.cut();
  const answer = capulet.send(ANSWER.replace('Yes?', 'Are you there?'));
  expect((await montague.received.next()).element.childText('body')).toBe('Are you there?');
  expect(await capulet.delivered.next()).toBe(answer);
});

test('a domain without a server gets its stanzas back at once', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const sent = montague.send(HELLO);
  const { element, error } = await montague.returned.next();
  expect(element).toBe(sent);
  expect(error).toMatchObject({
    condition: 'remote-server-not-found',
    text: 'There is no server for capulet.example.',
  });
  expect(montague.links.summaries).toMatchObject([
    { domain: 'capulet.example', state: 'idle', lastFailure: { sentence: 'There is no server for capulet.example.' } },
  ]);
});

test('a message waits for a server that is away, a request does not', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  network.name('capulet.example', 1);
  const message = montague.send(HELLO);
  const request = montague.send("<iq from='romeo@montague.example/o' to='capulet.example' type='get' id='1'><q/></iq>");
  expect((await montague.returned.next()).element).toBe(request);
  expect(montague.links.summaries[0]).toMatchObject({ state: 'waiting', queuedStanzas: 1 });
  const capulet = await network.server({ domain: 'capulet.example' });
  montague.clock.advance(2_000);
  expect((await capulet.received.next()).element.toXml()).toBe(message.toXml());
});

test('a message goes back when it has waited too long', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example', limits: { maxWaitMs: 1_500 } });
  network.name('capulet.example', 1);
  const presence = montague.send("<presence from='romeo@montague.example' to='juliet@capulet.example'/>");
  const message = montague.send(HELLO);
  expect((await montague.returned.next()).element).toBe(presence);
  montague.clock.advance(1_500);
  const { element, error } = await montague.returned.next();
  expect(element).toBe(message);
  expect(error.condition).toBe('remote-server-timeout');
});

test('a certificate that is required and not trusted keeps everything back, with the reason', async () => {
  await using network = new Network();
  const montague = await network.server({
    domain: 'montague.example',
    trusts: () => false,
    requiresCertificate: () => true,
  });
  await network.server({ domain: 'capulet.example' });
  montague.send(HELLO);
  const { error } = await montague.returned.next();
  expect(error.text).toBe('The certificate is not one of capulet.example that is trusted here.');
});

test('a sender without a trusted certificate is refused where one is required', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({
    domain: 'capulet.example',
    trusts: () => false,
    requiresCertificate: () => true,
  });
  const request = "<iq from='romeo@montague.example/o' to='capulet.example' type='get' id='1'><q/></iq>";
  montague.send(request);
  const { error } = await montague.returned.next();
  expect(error.text).toContain('The certificate is not one of montague.example that is trusted here.');
  expect(capulet.received.all).toEqual([]);
  expect(capulet.dialled).toEqual([]);
});

test('a test tells each step of the way', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  await network.server({ domain: 'capulet.example' });
  const reached = await montague.links.test('capulet.example');
  expect(reached.isReached).toBe(true);
  expect(reached.notes.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
    'policy passed',
    'connection passed',
    'encryption passed',
    'certificate passed',
    'authentication passed',
    'stream-management passed',
  ]);
  const lost = await montague.links.test('nobody.example');
  expect(lost).toMatchObject({ isReached: false });
  expect(lost.notes.at(-1)).toEqual({
    step: 'connection',
    outcome: 'failed',
    sentence: 'There is no server for nobody.example.',
  });
});

test('a test that ends at the certificate tells its fingerprint, for who wants to pin it', async () => {
  await using network = new Network();
  const montague = await network.server({
    domain: 'montague.example',
    trusts: () => false,
    requiresCertificate: () => true,
  });
  await network.server({ domain: 'capulet.example' });
  const { isReached, notes } = await montague.links.test('capulet.example');
  expect(isReached).toBe(false);
  expect(notes.at(-1)).toMatchObject({
    step: 'certificate',
    outcome: 'failed',
    fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/),
  });
});

test('an idle stream is closed politely, and opened again when there is something to say', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example', limits: { idleMs: 60_000 } });
  const capulet = await network.server({ domain: 'capulet.example' });
  montague.send(HELLO);
  await capulet.received.next();
  await montague.delivered.next();
  montague.clock.advance(65_000);
  montague.send(HELLO);
  await capulet.received.next();
  expect(montague.dialled).toHaveLength(2);
  expect(montague.links.summaries[0]?.lastFailure).toBeUndefined();
});

test('stopping waits for acknowledgements, and returns what can no longer go', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({ domain: 'capulet.example' });
  const sent = montague.send(HELLO);
  const stopped = montague.links.stop(5_000);
  const late = montague.send(HELLO);
  expect((await montague.returned.next()).element).toBe(late);
  await capulet.received.next();
  expect(await montague.delivered.next()).toBe(sent);
  await stopped;
  expect(montague.returned.all).toHaveLength(1);
});
