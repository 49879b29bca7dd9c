import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderTargets, type SrvTarget } from '../../../server/federation/dialling/srv-order.ts';

const target = (host: string, priority: number, weight: number, isDirectTls = false): SrvTarget => ({
  host,
  priority,
  weight,
  port: 5269,
  isDirectTls,
});
const hosts = (targets: readonly SrvTarget[], random: () => number) =>
  orderTargets(targets, random).map(({ host }) => host);

test('the lowest priority comes first, STARTTLS and direct TLS together', () => {
  const targets = [target('c', 20, 0), target('a', 5, 0, true), target('b', 10, 0)];
  expect(hosts(targets, () => 0.5)).toEqual(['a', 'b', 'c']);
});

test('within a priority the draw goes by weight, over what is left', () => {
  const targets = [target('one', 0, 1), target('three', 0, 3)];
  // Numbers from 0 to 4: one has 0 and 1, three has 2, 3 and 4.
  expect(hosts(targets, () => 0.39)).toEqual(['one', 'three']);
  expect(hosts(targets, () => 0.4)).toEqual(['three', 'one']);
});

test('weight zero is drawn only with the number zero while others are there', () => {
  const targets = [target('heavy', 0, 9), target('zero', 0, 0)];
  expect(hosts(targets, () => 0.09)).toEqual(['zero', 'heavy']);
  expect(hosts(targets, () => 0.1)).toEqual(['heavy', 'zero']);
});

test('over many draws each is first as often as its weight says', () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  let first = 0;
  for (let at = 0; at < 5_000; at++) if (hosts([target('a', 0, 750), target('b', 0, 250)], random)[0] === 'a') first++;
  expect(first / 5_000).toBeGreaterThan(0.72);
  expect(first / 5_000).toBeLessThan(0.78);
});

test('nothing is lost and nothing doubled, whatever the records', () => {
  const any = fc.record({ priority: fc.nat(3), weight: fc.nat(65_535) });
  fc.assert(
    fc.property(
      fc.array(any, { maxLength: 30 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (all, draw) => {
        const targets = all.map(({ priority, weight }, at) => target(String(at), priority, weight));
        const ordered = orderTargets(targets, () => draw);
        expect(ordered.map(({ host }) => Number(host)).sort((a, b) => a - b)).toEqual(all.map((_, at) => at));
        const priorities = ordered.map(({ priority }) => priority);
        expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
      },
    ),
    { numRuns: 200 },
  );
});
