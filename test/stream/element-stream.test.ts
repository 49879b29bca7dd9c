import { expect, test } from 'vitest';
import { ElementStream, type ElementStreamEvents } from '../../server/stream/element-stream.ts';
import { MemoryWire } from '../scene/wire.ts';

const LIMITS = { maxStanzaBytes: 10_000, maxDepth: 10, maxAttributes: 10 };
const HEADER = "<stream:stream xmlns='urn:x' xmlns:stream='http://etherx.jabber.org/streams'>";

function opened(events: Partial<ElementStreamEvents> = {}) {
  const wire = new MemoryWire({ isSecure: true });
  const told: string[] = [];
  const written: string[] = [];
  const stream = new ElementStream({
    transport: wire.server,
    limits: LIMITS,
    maxBufferedBytes: () => 1_000,
    events: {
      opened: () => told.push('opened'),
      arrived: ({ name }) => void told.push(name),
      closedByPeer: () => told.push('closed by peer'),
      failed: (error) => told.push(`failed: ${error}`),
      stuck: () => told.push('stuck'),
      ended: (ending) => told.push(`ended: ${ending}`),
      gone: () => told.push('gone'),
      ...events,
    },
  });
  const ended = Promise.withResolvers<void>();
  wire.client.events = { received: (chunk) => written.push(chunk.toString()), closed: () => ended.resolve() };
  wire.client.write(HEADER);
  return { wire, stream, told, written, closed: ended.promise };
}

test('what is written in one turn leaves as one piece', async () => {
  const { stream, written } = opened();
  stream.write('<a/>');
  stream.write('<b/>');
  await new Promise(setImmediate);
  expect(written).toEqual(['<a/><b/>']);
});

test('after the end is announced nothing more is written, and what comes is still taken', async () => {
  const { wire, stream, told, written, closed } = opened();
  stream.announceEnd();
  stream.write('<late/>');
  wire.client.write('<a/></stream:stream>');
  stream.close('<error/>');
  await closed;
  expect(written.join('')).toBe('</stream:stream>');
  expect(told).toEqual(['opened', 'a', 'closed by peer', 'ended: closed', 'gone']);
});

test('a connection that breaks is told as lost, once', () => {
  const { wire, stream, told } = opened();
  wire.client.destroy();
  stream.close();
  expect(told).toEqual(['opened', 'ended: lost', 'gone']);
});

test('reading stops while too much is being carried out', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const { wire } = opened({
    arrived: () => {
      count++;
      return promise;
    },
  });
  for (let i = 0; i < 100; i++) wire.client.write('<a/>');
  expect(count).toBe(64);
  resolve();
  await new Promise(setImmediate);
  expect(count).toBe(100);
});

test('who does not read is told of at the next write', async () => {
  const { wire, stream, told } = opened();
  wire.isStuck = true;
  stream.write('x'.repeat(2_000));
  await new Promise(setImmediate);
  expect(told).toEqual(['opened', 'stuck']);
});

test('a new document begins after a restart, and what stood behind the old one is not read', () => {
  const told: string[] = [];
  const { wire, stream } = opened({
    arrived: ({ name }) => {
      told.push(name);
      if (name === 'last') stream.restart(LIMITS);
    },
  });
  wire.client.write('<last/><hidden/>');
  wire.client.write(`${HEADER}<first/>`);
  expect(told).toEqual(['last', 'first']);
});
