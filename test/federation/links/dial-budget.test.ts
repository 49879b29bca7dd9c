/** How often strangers may make us look for other servers. */
import { expect, test } from 'vitest';
import { DialBudget } from '../../../server/federation/links/dial-budget.ts';
import { LINK_LIMITS } from '../../../server/federation/links/link-options.ts';
import { FakeClock } from '../../scene/fake-clock.ts';

const LIMITS = {
  ...LINK_LIMITS,
  maxVerificationsPerMinute: 20,
  maxVerificationsPerDomainPerMinute: 6,
  maxVerificationsPerAddressPerMinute: 10,
  maxVerificationsPerAddressAndDomainPerMinute: 3,
};

function opened() {
  const clock = new FakeClock();
  const budget = new DialBudget({ clock, limits: () => LIMITS });
  const taken = (domain: (i: number) => string, address: string) =>
    Array.from({ length: 30 }, (_, i) => budget.tryTake(domain(i), address)).filter(Boolean).length;
  return { clock, taken };
}

test('one address uses up neither what there is in all nor what there is for one domain', () => {
  const { clock, taken } = opened();
  expect(taken(() => 'victim.example', '192.0.2.1')).toBe(3);
  expect(taken((i) => `made-up-${i}.example`, '192.0.2.1')).toBe(7);
  expect(taken(() => 'victim.example', '192.0.2.2')).toBe(3);
  expect(taken(() => 'victim.example', '192.0.2.3')).toBe(0);
  expect(taken((i) => `other-${i}.example`, '192.0.2.3')).toBe(7);
  clock.advance(60_000);
  expect(taken(() => 'victim.example', '192.0.2.1')).toBe(3);
});

test('addresses of one subscriber count as one', () => {
  const { taken } = opened();
  expect(taken((i) => `a-${i}.example`, '2001:db8::1')).toBe(10);
  expect(taken((i) => `b-${i}.example`, '2001:db8::2')).toBe(0);
});
