/** What of messages to other servers is on disk, and for how long. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DurableQueue } from '../../server/federation/durable-queue.ts';
import { FEDERATION_MIGRATIONS } from '../../server/federation/store.ts';
import { createLogger } from '../../server/log/log.ts';
import { Database } from '../../server/store/database.ts';
import { type Element, el } from '../../server/xml/element.ts';
import { FakeClock } from '../scene/fake-clock.ts';

const NS = 'jabber:client';
const message = (body: string): Element =>
  el('message', NS, { from: 'romeo@a.test/r', to: 'juliet@b.test' }, el('body', NS, undefined, body));

let database: Database;
let clock: FakeClock;
const open = () => new DurableQueue({ reader: database.reader, writer: database.writer, clock, domain: 'a.test' });
const rows = () => database.reader.all<{ id: number }>('SELECT id FROM federation_queue').map(({ id }) => id);
const bodies = (queue: DurableQueue) => [...queue.leftOvers()].map(({ message }) => message.element.childText('body'));

beforeEach(() => {
  clock = new FakeClock();
  database = Database.inMemory({
    migrations: FEDERATION_MIGRATIONS,
    log: createLogger('silent', { write: () => undefined }),
  });
});
afterEach(() => database.close());

describe('a message to another server', () => {
  test('is written at once, and deleted in one go with others soon after they arrived', () => {
    const queue = open();
    const all = ['one', 'two', 'three'].map(message);
    for (const element of all) expect(queue.keep(element)).toBe(true);
    expect(rows()).toEqual([1, 2, 3]);
    expect([queue.length, queue.oldestAtMs]).toEqual([3, clock.now()]);
    for (const element of all.slice(0, 2)) queue.forget(element);
    expect(rows()).toEqual([1, 2, 3]);
    clock.advance(100);
    expect(rows()).toEqual([3]);
    expect(queue.length).toBe(1);
  });

  test('is told of once in the next run, in order, and kept on', () => {
    const before = open();
    for (const body of ['one', 'two']) before.keep(message(body));
    const queue = open();
    queue.keep(message('three'));
    expect(bodies(queue)).toEqual(['one', 'two']);
    expect(bodies(queue)).toEqual([]);
    expect(queue.length).toBe(3);
    for (const element of queue.elements) queue.forget(element);
    clock.advance(100);
    expect(rows()).toEqual([]);
    expect(queue.bytes).toBe(0);
  });

  test('stays for the next run when the server ends before it arrives, and no longer', () => {
    const queue = open();
    const element = message('one');
    queue.keep(element);
    queue.keep(message('two'));
    queue.forget(element);
    queue.flush();
    expect(bodies(open())).toEqual(['two']);
  });

  test('is refused when there is no room', () => {
    const queue = open();
    const large = message('x'.repeat(3 * 1024 * 1024));
    let kept = 0;
    while (queue.keep(large.withAttr('from', `romeo${kept}@a.test/r`))) kept++;
    expect(kept).toBe(21);
  });

  test('is refused when its sender has too many already, which is nothing to others', () => {
    const queue = open();
    const large = message('x'.repeat(3 * 1024 * 1024));
    expect(queue.keep(large)).toBe(true);
    expect(queue.keep(message('y'.repeat(3 * 1024 * 1024)).withAttr('from', 'romeo@a.test/another'))).toBe(false);
    expect(queue.keep(large.withAttr('from', 'mercutio@a.test/r'))).toBe(true);
    queue.forget(large);
    let small = 0;
    while (queue.keep(message(String(small)))) small++;
    expect(small).toBe(2_500);
    expect(queue.keep(message('z').withAttr('from', 'mercutio@a.test/r'))).toBe(true);
  });

  test('that cannot be read any more is deleted', () => {
    open().keep(message('one'));
    void database.writer.write([{ sql: "UPDATE federation_queue SET stanza = '<message'", params: [] }]);
    expect(bodies(open())).toEqual([]);
    clock.advance(100);
    expect(rows()).toEqual([]);
  });

  test('of which nothing is known is forgotten without a word', () => {
    const queue = open();
    queue.forget(message('never kept'));
    clock.advance(100);
    expect(queue.length).toBe(0);
  });
});
