import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // A poll that is answered at once costs nothing; a busy machine may need seconds.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['default', './test/summary-reporter.ts'],
    // Every file has its own process: a test that kills servers must not share one with a test that counts.
    pool: 'forks',
    // Many tests wait for programs and networks: also a small computer has time for two at once.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // On another server all scenes share its accounts.
    fileParallelism: process.env.SCENE_TARGET === undefined,
    env: { NODE_NO_WARNINGS: '1' },
  },
});
