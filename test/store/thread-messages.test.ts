import { expect, test } from 'vitest';
import { BatchDecoder, BatchEncoder } from '../../server/store/thread-messages.ts';
import type { Change } from '../../server/store/writer.ts';

test('units arrive as they were sent, and each SQL text is sent once', () => {
  const encoder = new BatchEncoder();
  const decoder = new BatchDecoder();
  const units: Change[][] = [
    [
      { sql: 'A', params: [1, 'one', null, 5n] },
      { sql: 'B', params: [] },
    ],
    [{ sql: 'A', params: [new Uint8Array([1, 2, 3])] }],
  ];
  const received: Change[][] = [];
  for (const unit of units) encoder.add(unit);
  const first = encoder.take();
  decoder.unpack(structuredClone(first), received);
  encoder.add([
    { sql: 'C', params: [3] },
    { sql: 'B', params: [4] },
  ]);
  const second = encoder.take();
  decoder.unpack(structuredClone(second), received);
  expect(received).toEqual([
    ...units,
    [
      { sql: 'C', params: [3] },
      { sql: 'B', params: [4] },
    ],
  ]);
  expect([first.sql, second.sql]).toEqual([['A', 'B'], ['C']]);
});
