import { describe, expect, test } from 'vitest';
import { RestartPolicy } from '../../electron/restart-policy.ts';

const MINUTE = 60_000;
const middle = () => 0.5;

describe('the restart policy', () => {
  test('doubles the wait from one second to a minute while crashes follow each other', () => {
    const policy = new RestartPolicy(middle);
    const delays = [0, 1, 2, 3, 4, 5, 6, 7].map((turn) => {
      // Seldom enough never to be a crash loop.
      return policy.delayAfter({ nowMs: turn * 2 * MINUTE, healthyMs: 0 });
    });
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('begins anew after a minute of health', () => {
    const policy = new RestartPolicy(middle);
    policy.delayAfter({ nowMs: 0, healthyMs: 0 });
    expect(policy.delayAfter({ nowMs: 10_000, healthyMs: 59_999 })).toBe(2_000);
    expect(policy.delayAfter({ nowMs: 90_000, healthyMs: 60_000 })).toBe(1_000);
  });

  test('strays by a fifth to either side', () => {
    expect(new RestartPolicy(() => 0).delayAfter({ nowMs: 0, healthyMs: 0 })).toBe(800);
    expect(new RestartPolicy(() => 0.999_999).delayAfter({ nowMs: 0, healthyMs: 0 })).toBe(1_200);
  });

  test('gives up at the fifth crash within five minutes, however healthy the server was between them', () => {
    const policy = new RestartPolicy(middle);
    const crash = (nowMs: number) => policy.delayAfter({ nowMs, healthyMs: MINUTE });
    expect([0, 1, 2, 3].map((minute) => crash(minute * MINUTE))).toEqual([1_000, 1_000, 1_000, 1_000]);
    expect(crash(5 * MINUTE - 1)).toBeUndefined();
  });

  test('does not count what is five minutes old, or what was before somebody pressed Start', () => {
    const policy = new RestartPolicy(middle);
    const crash = (nowMs: number) => policy.delayAfter({ nowMs, healthyMs: MINUTE });
    for (const minute of [0, 1, 2, 3]) crash(minute * MINUTE);
    expect(crash(5 * MINUTE)).toBe(1_000);
    policy.forget();
    expect([6, 6.1, 6.2, 6.3].map((minute) => crash(minute * MINUTE))).not.toContain(undefined);
  });
});
