import { rmSync } from 'node:fs';
import { createRouterClient, getRouter, isProcedure } from '@orpc/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contract } from '../../server/control/contract.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { createFakeServer, type FakeServer } from './fake-deeds.ts';

let server: FakeServer;

beforeEach(() => {
  server = createFakeServer();
});

afterEach(() => {
  rmSync(server.directory, { recursive: true });
});

/** The paths of all procedures of the contract. */
function pathsOf(router: object, path: readonly string[] = []): string[][] {
  return Object.entries(router).flatMap(([name, entry]) =>
    '~orpc' in entry ? [[...path, name]] : pathsOf(entry, [...path, name]),
  );
}

test.each(['limited', 'member'] as const)(
  'a %s is refused every procedure, before the input is looked at',
  async (role) => {
    const closing = new AbortController().signal;
    const router = createHandlers(server, server.log);
    const client: unknown = createRouterClient(router, { context: { role, closing } });
    const paths = pathsOf(contract);
    expect(paths.length).toBeGreaterThan(12);
    for (const path of paths) {
      expect(isProcedure(getRouter(router, path)), path.join('.')).toBe(true);
      const call = path.reduce((at: unknown, step) => (at as Record<string, unknown>)[step], client);
      await expect(
        (call as (input: unknown) => Promise<unknown>)({ wrong: true }),
        path.join('.'),
      ).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
    }
    expect(server.done).toEqual([]);
  },
);
