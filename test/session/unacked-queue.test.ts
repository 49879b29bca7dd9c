import { describe, expect, test } from 'vitest';
import { Copies } from '../../server/session/copies.ts';
import { UnackedQueue, wrapCounter } from '../../server/session/unacked-queue.ts';
import { NS_CLIENT } from '../../server/stanza/stanza.ts';
import { type Element, el } from '../../server/xml/element.ts';

const NOW = 1_000;

function message(body: string): Element {
  return el('message', NS_CLIENT, undefined, el('body', NS_CLIENT, undefined, body));
}

function queueOf(count: number): UnackedQueue {
  const queue = new UnackedQueue(() => NOW);
  for (let i = 1; i <= count; i++) queue.add(message(String(i)));
  return queue;
}

function numbersIn(queue: UnackedQueue): readonly number[] {
  return queue.stanzas.map(({ number }) => number);
}

describe('counting', () => {
  test('stanzas are numbered from 1 and kept with the time at which they came', () => {
    const queue = queueOf(2);
    expect(queue.stanzas.map(({ number, atMs }) => [number, atMs])).toEqual([
      [1, NOW],
      [2, NOW],
    ]);
    expect([queue.sent, queue.acknowledged, queue.length]).toEqual([2, 0, 2]);
  });

  test('an acknowledgement forgets what it covers and nothing more', () => {
    const queue = queueOf(5);
    expect(queue.acknowledge(3)).toBe(true);
    expect(numbersIn(queue)).toEqual([4, 5]);
    expect([queue.sent, queue.acknowledged, queue.length]).toEqual([5, 3, 2]);
  });

  test('the same count twice changes nothing', () => {
    const queue = queueOf(3);
    queue.acknowledge(2);
    expect(queue.acknowledge(2)).toBe(true);
    expect(numbersIn(queue)).toEqual([3]);
  });

  test('a count of more than was sent is refused and changes nothing', () => {
    const queue = queueOf(2);
    expect(queue.acknowledge(3)).toBe(false);
    expect(numbersIn(queue)).toEqual([1, 2]);
  });

  test('a count that goes back is refused', () => {
    const queue = queueOf(3);
    queue.acknowledge(2);
    expect(queue.acknowledge(1)).toBe(false);
  });

  test('the count wraps from 2^32 - 1 to 0', () => {
    const queue = new UnackedQueue(() => NOW);
    queue.restore({ sent: 2 ** 32 - 2, acknowledged: 2 ** 32 - 2 }, []);
    queue.resume(2 ** 32 - 2);
    for (let i = 0; i < 3; i++) queue.add(message('x'));
    expect(queue.acknowledge(2 ** 32 - 1)).toBe(true);
    expect(queue.length).toBe(2);
    expect(queue.acknowledge(0)).toBe(true);
    expect(queue.length).toBe(1);
    expect(queue.acknowledge(1)).toBe(true);
    expect(queue.length).toBe(0);
    expect(wrapCounter(queue.sent)).toBe(1);
  });

  test('whoever wants to hear of additions hears of each', () => {
    let heard = 0;
    const queue = new UnackedQueue(
      () => NOW,
      () => heard++,
    );
    queue.add(message('a'));
    queue.add(message('b'));
    expect(heard).toBe(2);
  });
});

describe('what somebody keeps until it is acknowledged', () => {
  test('is marked, and its keeper is told once the client has it', () => {
    const queue = new UnackedQueue(() => NOW);
    const told: string[] = [];
    queue.add(message('a'), () => told.push('a'));
    queue.add(message('b'));
    queue.add(message('c'), () => told.push('c'));
    expect(queue.stanzas.map(({ isKept }) => isKept)).toEqual([true, false, true]);
    queue.acknowledge(2);
    expect(told).toEqual(['a']);
    queue.acknowledge(3);
    expect(told).toEqual(['a', 'c']);
  });
});

describe('a message that several sessions hold', () => {
  function hold(queue: UnackedQueue, copies: Copies): void {
    const shared = message('to all');
    queue.expect(shared, copies);
    queue.add(shared);
  }

  test('is given up by the last one only', () => {
    const copies = new Copies();
    hold(queueOf(0), copies);
    hold(queueOf(0), copies);
    expect(copies.giveUp()).toBe(false);
    expect(copies.giveUp()).toBe(true);
  });

  test('is given up by nobody once one client has it', () => {
    const copies = new Copies();
    const queue = queueOf(0);
    hold(queue, copies);
    hold(queueOf(0), copies);
    queue.acknowledge(1);
    expect(copies.giveUp()).toBe(false);
  });

  test('is the very one that was announced, not the one that came instead', () => {
    const copies = new Copies();
    const queue = queueOf(0);
    queue.expect(message('announced'), copies);
    queue.add(message('another'));
    expect([queue.stanzas[0]?.copies, copies.held]).toEqual([undefined, 0]);
  });
});

describe('a queue that was put back after a restart', () => {
  /** Sent 1 to 10; the client acknowledged 4; of the rest only the messages 6 and 9 were written down. */
  function restored(): UnackedQueue {
    const queue = new UnackedQueue(() => NOW);
    queue.restore(
      { sent: 10, acknowledged: 4 },
      [6, 9].map((number) => ({ element: message(String(number)), atMs: 1, number, copies: undefined })),
    );
    return queue;
  }

  function bodies(queue: UnackedQueue): readonly (string | undefined)[] {
    return queue.stanzas.map(({ element }) => element.childText('body'));
  }

  test.each([
    { h: 4, left: ['6', '9'] },
    { h: 5, left: ['6', '9'] },
    { h: 6, left: ['9'] },
    { h: 8, left: ['9'] },
    { h: 9, left: [] },
    { h: 10, left: [] },
  ])('a client that stands at $h gets what it lacks', ({ h, left }) => {
    const queue = restored();
    expect(queue.resume(h).isCovered).toBe(true);
    expect(bodies(queue)).toEqual(left);
  });

  test('what is sent again is numbered as the client will count it', () => {
    const queue = restored();
    expect(queue.resume(5)).toEqual({ isCovered: true, isRenumbered: true });
    expect(numbersIn(queue)).toEqual([6, 7]);
    expect(queue.sent).toBe(7);
    expect(queue.acknowledge(7)).toBe(true);
    expect(queue.length).toBe(0);
  });

  test('a client may have got more than was written down', () => {
    const queue = restored();
    expect(queue.resume(17).isCovered).toBe(true);
    queue.add(message('next'));
    expect(numbersIn(queue)).toEqual([18]);
  });

  test('what comes after the restart is never taken for something that the client has', () => {
    const queue = restored();
    queue.add(message('new'));
    expect(queue.resume(17).isCovered).toBe(true);
    expect(bodies(queue)).toEqual(['new']);
    expect(numbersIn(queue)).toEqual([18]);
  });

  test('a second restart before the client is back changes nothing about that', () => {
    const first = restored();
    first.add(message('new'));
    const second = new UnackedQueue(() => NOW);
    second.restore(first, first.stanzas);
    second.add(message('newer'));
    second.resume(17);
    expect(bodies(second)).toEqual(['new', 'newer']);
    expect(numbersIn(second)).toEqual([18, 19]);
  });

  test('a client that stands behind what it acknowledged before is refused', () => {
    expect(restored().resume(3).isCovered).toBe(false);
  });

  test('once resumed, a count of more than was sent is refused again', () => {
    const queue = restored();
    queue.resume(9);
    expect(queue.acknowledge(10)).toBe(false);
  });

  test('a queue that lives on is not renumbered', () => {
    const queue = queueOf(3);
    expect(queue.resume(1)).toEqual({ isCovered: true, isRenumbered: false });
    expect(numbersIn(queue)).toEqual([2, 3]);
  });
});
