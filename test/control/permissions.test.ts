import { rmSync } from 'node:fs';
import { createRouterClient, getRouter, isProcedure } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EVERYTHING, PERMISSIONS, type Permission } from '../../server/accounts/permissions.ts';
import type { Actor } from '../../server/administration/actor.ts';
import { contract, permissions } from '../../server/control/contract.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { createFakeServer, type FakeServer } from './fake-deeds.ts';

let server: FakeServer;

beforeEach(() => {
  server = createFakeServer();
});

afterEach(() => {
  rmSync(server.directory, { recursive: true });
});

interface Procedure {
  readonly '~orpc': { readonly meta: { readonly permission?: Permission | 'everything' } };
}

/** The paths of all procedures of the contract, with what each needs. */
function proceduresOf(router: object, path: readonly string[] = []): [string[], Permission | 'everything'][] {
  return Object.entries(router).flatMap(([name, entry]: [string, object]) =>
    '~orpc' in entry
      ? [[[...path, name], (entry as Procedure)['~orpc'].meta.permission ?? 'everything']]
      : proceduresOf(entry, [...path, name]),
  );
}

const procedures = proceduresOf(contract);

function callerOf(allowed: Iterable<Permission>) {
  const actor: Actor = { name: 'bob@miller.local', door: 'rest', permissions: new Set(allowed) };
  const router = createHandlers(server, server.log);
  const client: unknown = createRouterClient(router, { context: { actor, closing: new AbortController().signal } });
  return {
    router,
    call: (path: readonly string[], input: unknown): Promise<unknown> => {
      const procedure = path.reduce((at: unknown, step) => (at as Record<string, unknown>)[step], client);
      return (procedure as (given: unknown) => Promise<unknown>)(input);
    },
  };
}

test('the contract knows the permissions of the server, and each of them opens something', () => {
  expect(permissions).toEqual(PERMISSIONS);
  expect(new Set(procedures.map(([, needed]) => needed))).toEqual(new Set([...PERMISSIONS, 'everything']));
});

test('who has no permission is refused every procedure, before the input is looked at', async () => {
  const { router, call } = callerOf([]);
  expect(procedures.length).toBeGreaterThan(40);
  for (const [path] of procedures) {
    expect(isProcedure(getRouter(router, path)), path.join('.')).toBe(true);
    await expect(call(path, { wrong: true }), path.join('.')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  }
  expect(server.done).toEqual([]);
});

describe('whoever lacks one permission', () => {
  test.each(PERMISSIONS)('%s is refused what needs it, and the rest is not', async (missing) => {
    const { call } = callerOf([...EVERYTHING].filter((permission) => permission !== missing));
    for (const [path, needed] of procedures) {
      const refusal = call(path, 'nothing that any procedure takes').then(
        () => undefined,
        (error: { code: string }) => error.code,
      );
      const isRefused = needed === missing || needed === 'everything';
      expect(await refusal, path.join('.')).toBe(isRefused ? 'FORBIDDEN' : 'INVALID');
    }
  });
});
