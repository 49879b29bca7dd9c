/** The log of what strangers cause. */
import { expect, test } from 'vitest';
import { quietLog } from '../../../server/federation/links/quiet-log.ts';
import type { Logger } from '../../../server/log/log.ts';
import { FakeClock } from '../../scene/fake-clock.ts';

test('of a flood of one kind a few lines are written, then how many were left out; others are not affected', () => {
  const lines: unknown[] = [];
  const write = (fields: object, message: string) => void lines.push({ ...fields, message });
  const log: Logger = { debug: write, info: write, warn: write, error: write, child: () => log };
  const clock = new FakeClock();
  const quiet = quietLog(log, clock);
  for (let i = 0; i < 1_000; i++) quiet.warn({ i }, 'refused');
  expect(lines).toHaveLength(20);
  quiet.info({}, 'connected');
  expect(lines).toHaveLength(21);
  clock.advance(60_000);
  quiet.warn({ i: 1_000 }, 'refused');
  quiet.warn({ i: 1_001 }, 'refused');
  expect(lines.slice(21)).toEqual([
    { i: 1_000, leftOut: 980, message: 'refused' },
    { i: 1_001, message: 'refused' },
  ]);
});
