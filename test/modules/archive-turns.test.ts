/** Nobody keeps all others waiting by asking an archive again and again for what is hard to find. */
import { expect, test } from 'vitest';
import { Turns } from '../../server/modules/archive/turns.ts';
import { FakeClock } from '../scene/fake-clock.ts';

/** Reads that take `costMs` each; `answered` has who asked, in the order of the answers. */
function library() {
  const clock = new FakeClock();
  const turns = new Turns(clock);
  const answered: string[] = [];
  const reads = (who: string, costMs: number) =>
    turns.take(who, () => {
      clock.advance(costMs);
      answered.push(who);
    });
  return { clock, answered, reads };
}

/** Lets go on what waited for the clock. */
async function passes(clock: FakeClock, ms: number): Promise<void> {
  clock.advance(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

test('what costs little is answered at once, however often', () => {
  const { answered, reads } = library();
  for (let i = 0; i < 5; i++) expect(reads('romeo', 19)).toBeUndefined();
  expect(answered).toHaveLength(5);
});

test('whoever took long waits three times as long, and nobody else does', async () => {
  const { clock, answered, reads } = library();
  await reads('romeo', 100);
  const again = reads('romeo', 0);
  await reads('juliet', 0);
  expect(answered).toEqual(['romeo', 'juliet']);
  await passes(clock, 299);
  expect(answered).toEqual(['romeo', 'juliet']);
  await passes(clock, 1);
  await again;
  expect(answered).toEqual(['romeo', 'juliet', 'romeo']);
});

test('two devices take their turns one after the other', async () => {
  const { clock, answered, reads } = library();
  await reads('romeo', 100);
  void reads('romeo', 100);
  void reads('romeo', 100);
  await passes(clock, 300);
  expect(answered).toHaveLength(2);
  await passes(clock, 299);
  expect(answered).toHaveLength(2);
  await passes(clock, 1);
  expect(answered).toHaveLength(3);
});

test('a read that fails counts as well', () => {
  const { clock, reads } = library();
  const turns = new Turns(clock);
  const fails = () => {
    clock.advance(50);
    throw new Error('no such page');
  };
  expect(() => turns.take('romeo', fails)).toThrow('no such page');
  expect(turns.take('romeo', () => 1)).toBeInstanceOf(Promise);
  expect(reads('romeo', 0)).toBeUndefined();
});
