/** A client that asks and never reads the answers: what waits for it is bounded, whoever has written it. */
import { expect, test } from 'vitest';
import type { StreamFeature } from '../../server/stream/feature.ts';
import { Stream } from '../../server/stream/stream.ts';
import { openScene, target } from '../scene/scene.ts';
import { MemoryWire } from '../scene/wire.ts';

const NS_ECHO = 'urn:example:echo';
const HEADER = `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0' to='localhost'>`;

const echo: StreamFeature = {
  name: 'echo',
  xmlns: NS_ECHO,
  offer: () => [],
  receive: (stream, element) => stream.send(element),
};

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A stream that answers elements by repeating them. */
function openEcho(wire: MemoryWire, gone: () => void): Stream {
  const limits = { maxStanzaBytes: 10_000, maxDepth: 10, maxAttributes: 10, maxBufferedBytes: 5_000 };
  const silent = () => undefined;
  return new Stream({
    transport: wire.server,
    domain: 'localhost',
    features: [echo],
    limits: { beforeAuthentication: limits, authenticated: limits },
    newId: () => 'id',
    now: () => 0,
    log: { debug: silent, info: silent, warn: silent, error: silent, child: () => expect.unreachable() },
    gone,
  });
}

test('a client that does not read what a feature answers is let go', async () => {
  const wire = new MemoryWire({ isSecure: true });
  let isGone = false;
  openEcho(wire, () => {
    isGone = true;
  });
  wire.client.write(HEADER);
  await nextTurn();
  wire.isStuck = true;
  const request = `<echo xmlns='${NS_ECHO}'>${'x'.repeat(900)}</echo>`;
  for (let i = 0; i < 5; i++) wire.client.write(request);
  await nextTurn();
  expect(isGone).toBe(false);
  wire.client.write(request);
  await nextTurn();
  expect(isGone).toBe(true);
});

test('who is let go is lost at once, although a socket tells that it is gone only in a later turn', () => {
  const wire = new MemoryWire({ isSecure: true });
  Object.assign(wire.server, { destroy: () => undefined });
  const stream = openEcho(wire, () => undefined);
  wire.client.write(HEADER);
  const endings: string[] = [];
  stream.bind({
    jid: 'juliet@localhost/balcony',
    receive: () => undefined,
    beforeFlush: () => undefined,
    ended: (ending) => endings.push(ending),
  });
  stream.destroy();
  expect(endings).toEqual(['lost']);
  expect(stream.isOpen).toBe(false);
});

test('who says that nothing more will come is lost at once, but still gets what was on its way', async () => {
  const wire = new MemoryWire({ isSecure: true });
  const stream = openEcho(wire, () => undefined);
  wire.client.write(HEADER);
  await nextTurn();
  const endings: string[] = [];
  stream.bind({
    jid: 'juliet@localhost/balcony',
    receive: () => undefined,
    beforeFlush: () => undefined,
    ended: (ending) => endings.push(ending),
  });
  let read = '';
  let isClosed = false;
  wire.client.events = {
    received: (chunk) => {
      read += Buffer.from(chunk).toString();
    },
    closed: () => {
      isClosed = true;
    },
  };
  stream.write('<message/>');
  wire.server.events?.ended();
  expect(endings).toEqual(['lost']);
  expect(read).toBe('<message/>');
  await nextTurn();
  expect(isClosed).toBe(true);
});

test.skipIf(target !== undefined)('a stranger can make little wait for himself', async () => {
  await using scene = await openScene({ settings: { 'registration.open': true } });
  const wire = new MemoryWire({ isSecure: true });
  scene.server.streams.open(wire.server);
  wire.isStuck = true;
  wire.client.write(HEADER);
  const request = `<iq type='get' id='r'><query xmlns='jabber:iq:register'/></iq>`;
  for (let i = 0; i < 100 && scene.server.streams.count > 0; i++) {
    wire.client.write(request.repeat(100));
    await nextTurn();
  }
  expect(scene.server.streams.count).toBe(0);
  expect(wire.stuckBytes).toBeLessThan(1_000_000);
});
