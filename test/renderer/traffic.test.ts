import { describe, expect, test } from 'vitest';
import { MAX_SAMPLES, type Reading, SAMPLE_MS, TrafficHistory, toColumns } from '../../renderer/traffic.ts';

const reading = (messages: number, more: Partial<Reading> = {}): Reading => ({
  startedAt: '2026-01-31T12:00:00.000Z',
  traffic: { messages },
  sessions: 2,
  ...more,
});

function memory(text?: string) {
  const kept = new Map<string, string>(text === undefined ? [] : [['snug.traffic', text]]);
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  };
}

describe('the history of traffic', () => {
  test('counts what came since the sample before', () => {
    const history = new TrafficHistory(memory());
    history.mark(reading(100));
    history.take(reading(103), 5000);
    history.take(reading(103), 10_000);
    history.take(reading(110), 15_000);
    expect(history.samples().map(({ messages }) => messages)).toEqual([3, 0, 7]);
  });

  test('a server that was started again counts from nothing', () => {
    const history = new TrafficHistory(memory());
    history.mark(reading(100));
    history.take(reading(4, { startedAt: '2026-01-31T13:00:00.000Z' }), 5000);
    expect(history.samples().at(-1)?.messages).toBe(4);
  });

  test('what happened while the line was broken belongs to no interval', () => {
    const history = new TrafficHistory(memory());
    history.mark(reading(100));
    history.forgetMark();
    history.take(reading(900), 5000);
    expect(history.samples()).toEqual([]);
  });

  test('survives a reload of the page, and forgets what is older than the graph', () => {
    const storage = memory();
    const before = new TrafficHistory(storage);
    before.mark(reading(0));
    for (let n = 1; n <= MAX_SAMPLES + 30; n++) before.take(reading(n), n * SAMPLE_MS);
    const after = new TrafficHistory(storage);
    expect(after.samples()).toEqual(before.samples());
    expect(after.samples().length).toBeLessThanOrEqual(MAX_SAMPLES);
  });

  test.each(['nonsense', '{}', 'null', '[1, null, {"timeMs":"x"}]'])(
    'begins anew when the storage holds %s',
    (text) => {
      expect(new TrafficHistory(memory(text)).samples()).toEqual([]);
    },
  );
});

test('missing samples are a gap in the graph', () => {
  const sample = (timeMs: number) => ({ timeMs, messages: 1, sessions: 1 });
  const [times, messages] = toColumns([sample(5000), sample(10_000), sample(60_000)]);
  expect(times).toEqual([5, 10, 15, 60]);
  expect(messages).toEqual([1, 1, null, 1]);
});
