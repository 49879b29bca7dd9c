import { describe, expect, test } from 'vitest';
import { Outbox, type OutboxLimits, type Overflow } from '../../server/session/outbox.ts';
import type { SessionStream } from '../../server/session/session-stream.ts';
import { UnackedQueue } from '../../server/session/unacked-queue.ts';
import { NS_CLIENT } from '../../server/stanza/stanza.ts';
import { type Element, el } from '../../server/xml/element.ts';

const MESSAGE = el('message', NS_CLIENT, { to: 'romeo@localhost' }, el('body', NS_CLIENT, undefined, 'Hi'));

class WrittenStream implements SessionStream {
  readonly remoteAddress = '192.0.2.1';
  bufferedBytes = 0;
  written = '';

  send(element: Element): void {
    this.write(element.toXml(NS_CLIENT));
  }

  write(xml: string): void {
    this.written += xml;
    this.bufferedBytes += xml.length;
  }

  close(): void {
    throw new Error('an outbox closes no stream');
  }

  destroy(): void {
    throw new Error('an outbox destroys no stream');
  }
}

function open(limits: Partial<OutboxLimits> = {}) {
  const overflows: Overflow[] = [];
  const outbox = new Outbox({ maxBufferedBytes: 1_000, maxUnacked: 2, maxUnackedBytes: 1_000, ...limits }, (what) =>
    overflows.push(what),
  );
  const stream = new WrittenStream();
  outbox.attach(stream);
  return { outbox, stream, overflows };
}

describe('an outbox', () => {
  test('writes a stanza without repeating the namespace of the stream', () => {
    const { outbox, stream } = open();
    outbox.send(MESSAGE);
    expect(stream.written).toBe("<message to='romeo@localhost'><body>Hi</body></message>");
  });

  test('keeps nothing without stream management', () => {
    const { outbox } = open();
    outbox.attach(undefined);
    outbox.send(MESSAGE);
    const stream = new WrittenStream();
    outbox.attach(stream);
    expect(stream.written).toBe('');
  });

  test('keeps what it sends while stream management is on, with a stream and without', () => {
    const { outbox } = open();
    outbox.unacked = new UnackedQueue(() => 0);
    outbox.send(MESSAGE);
    outbox.attach(undefined);
    outbox.send(MESSAGE);
    expect(outbox.unacked.length).toBe(2);
  });

  test('says when more waits for the socket than may', () => {
    const { outbox, overflows } = open({ maxBufferedBytes: 60 });
    outbox.send(MESSAGE);
    expect(overflows).toEqual([]);
    outbox.send(MESSAGE);
    expect(overflows).toEqual(['socket']);
  });

  test('says when more waits for an acknowledgement than may, also while the client is away', () => {
    const { outbox, overflows } = open();
    outbox.unacked = new UnackedQueue(() => 0);
    outbox.attach(undefined);
    outbox.send(MESSAGE);
    outbox.send(MESSAGE);
    expect(overflows).toEqual([]);
    outbox.send(MESSAGE);
    expect(overflows).toEqual(['unacknowledged']);
  });

  test('counts the bytes that wait for an acknowledgement, and takes off what is acknowledged', () => {
    const { outbox, overflows } = open({ maxUnacked: 1_000, maxUnackedBytes: 3 * MESSAGE.toXml().length });
    outbox.unacked = new UnackedQueue(() => 0);
    outbox.attach(undefined);
    for (let i = 0; i < 3; i++) outbox.send(MESSAGE);
    outbox.unacked.acknowledge(2);
    for (let i = 0; i < 2; i++) outbox.send(MESSAGE);
    expect(overflows).toEqual([]);
    outbox.send(MESSAGE);
    expect(overflows).toEqual(['unacknowledged']);
  });
});

describe('who keeps a stanza until the client has it', () => {
  test('is told at once when there is no stream management', () => {
    const { outbox } = open();
    let told = 0;
    outbox.send(MESSAGE, () => told++);
    expect(told).toBe(1);
  });

  test('is told at the acknowledgement when there is', () => {
    const { outbox } = open();
    outbox.unacked = new UnackedQueue(() => 0);
    let told = 0;
    outbox.send(MESSAGE, () => told++);
    expect(told).toBe(0);
    outbox.unacked.acknowledge(1);
    expect(told).toBe(1);
  });
});
