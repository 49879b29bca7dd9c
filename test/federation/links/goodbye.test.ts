/** The polite end of a stream between servers: nothing is lost on it, and nothing comes twice. */
import { expect, test } from 'vitest';
import { identityOf, type LinkedServer, Network } from './linked-servers.ts';
import { RawPeer } from './raw-peer.ts';

const SM = "xmlns='urn:xmpp:sm:3'";
const ASK = "<db:verify from='capulet.example' to='montague.example' id='x'>k</db:verify>";
const message = (id: number) => `<message from='juliet@capulet.example' to='romeo@montague.example' id='${id}'/>`;

async function proven(server: LinkedServer, isManaged: boolean): Promise<RawPeer> {
  const peer = await RawPeer.connect(server);
  await peer.proves('capulet.example', 'montague.example', await identityOf('capulet.example'));
  if (!isManaged) return peer;
  peer.write(`<enable ${SM}/>`);
  await peer.expects('enabled');
  return peer;
}

/** The disk, held up until the test lets it go. */
function heldUp(server: LinkedServer): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.flush = () => promise;
  return resolve;
}

test('what comes behind our goodbye is left to be repeated, for it could not be acknowledged', async () => {
  await using network = new Network();
  const server = await network.server({ domain: 'montague.example' });
  const peer = await proven(server, true);
  peer.write(message(1));
  await server.received.next();
  const written = heldUp(server);
  server.links.close('capulet.example', 'Enough.');
  peer.write(message(2) + ASK);
  await peer.expects('verify'); // so it was read
  written();
  expect((await peer.expects('a')).attr('h')).toBe('1');
  peer.write(`${message(3)}<a ${SM} h='0'/></stream:stream>`);
  expect(await peer.next()).toBe('closed');
  expect(server.received.all).toHaveLength(1);
});

test('a peer that repeats nothing is heard to its own goodbye', async () => {
  await using network = new Network();
  const server = await network.server({ domain: 'montague.example' });
  const peer = await proven(server, false);
  server.links.close('capulet.example', 'Enough.');
  peer.write(`${message(1)}${message(2)}</stream:stream>`);
  expect(await peer.next()).toBe('closed');
  expect(server.received.all).toHaveLength(2);
});

test('a server that is switched off while others write has each message once, or its sender has it', async () => {
  await using network = new Network();
  const montague = await network.server({ domain: 'montague.example' });
  const capulet = await network.server({ domain: 'capulet.example' });
  const send = (id: number) =>
    capulet.send(`<message from='juliet@capulet.example' to='romeo@montague.example' id='${id}'/>`);
  send(0);
  await montague.received.next();
  let id = 0;
  const stopped = montague.links.stop(1_000);
  network.forget('montague.example');
  for (let turn = 0; turn < 20; turn++) {
    for (let i = 0; i < 5; i++) send(++id);
    await new Promise(setImmediate);
  }
  await stopped;
  const arrived = montague.received.all.map(({ element }) => element.attr('id'));
  await expect.poll(() => capulet.returned.all.length + arrived.length).toBeGreaterThanOrEqual(id + 1);
  const returned = capulet.returned.all.map(({ element }) => element.attr('id'));
  expect([...arrived, ...returned].toSorted()).toEqual(Array.from({ length: id + 1 }, (_, i) => String(i)).toSorted());
});

test('what waits goes by a stream that the other side opens, before anything newer', async () => {
  await using network = new Network();
  const server = await network.server({ domain: 'montague.example' });
  const say = (id: string) =>
    server.send(`<message from='romeo@montague.example' to='juliet@capulet.example' id='${id}'/>`);
  network.name('capulet.example', 1); // nobody listens there
  say('one');
  await expect.poll(() => server.links.summaries[0]?.state).toBe('waiting');
  const peer = await RawPeer.connect(server);
  const attributes = "from='capulet.example' to='montague.example'";
  await peer.secures(attributes, await identityOf('capulet.example'));
  peer.write(
    "<bidi xmlns='urn:xmpp:bidi'/><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>",
  );
  await peer.expects('success');
  peer.restarts();
  peer.opens(attributes);
  await peer.expects('stream');
  await peer.expects('features');
  say('two');
  peer.write("<enable xmlns='urn:xmpp:sm:3'/>");
  await peer.expects('enabled');
  say('three');
  const came: (string | undefined)[] = [];
  while (came.length < 3) {
    const element = await peer.next();
    if (element !== 'closed' && element.name === 'message') came.push(element.attr('id'));
  }
  expect(came).toEqual(['one', 'two', 'three']);
});
