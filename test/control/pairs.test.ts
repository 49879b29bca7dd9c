/** Other Snug servers of the network through the control contract and the `snug` command. */
import { rmSync } from 'node:fs';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { thisComputer } from '../../server/administration/actor.ts';
import { runCommand } from '../../server/cli/program.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { openControlSocket } from '../../server/control/socket.ts';
import { createFakeTerminal } from '../cli/fake-terminal.ts';
import { createFakeServer, type FakeServer } from './fake-deeds.ts';
import { aNeighbour, type FakePairs, OTHER, SMITH } from './fake-pairs.ts';

let server: FakeServer;
let pairs: FakePairs;

beforeEach(() => {
  server = createFakeServer();
  pairs = server.pairs as FakePairs;
});
afterEach(() => rmSync(server.directory, { recursive: true }));

describe('the contract', () => {
  const open = () => {
    const context = { actor: thisComputer('command-line'), closing: new AbortController().signal };
    return createRouterClient(createHandlers(server, server.log), { context }).pairs;
  };

  test('asks, agrees and ends, and follows all of it', async () => {
    const client = open();
    const following = await client.follow();
    expect((await following.next()).value).toMatchObject({ servers: [{ domain: 'smith.local', state: 'found' }] });
    const smith = { domain: 'smith.local', fingerprint: SMITH };
    expect(await client.consent(smith)).toMatchObject({ servers: [{ state: 'asking' }] });
    expect((await following.next()).value).toMatchObject({ servers: [{ state: 'asking' }] });
    pairs.become({ ...aNeighbour, state: 'asked' });
    expect(await client.consent(smith)).toMatchObject({ servers: [{ state: 'paired' }] });
    await client.remove({ domain: 'smith.local' });
    expect(await client.list()).toMatchObject({ servers: [{ state: 'found' }] });
    await following.return?.();
  });

  test('agrees to no key but the one that was seen, and to nothing that is no key', async () => {
    const client = open();
    await expect(client.consent({ domain: 'smith.local', fingerprint: OTHER })).rejects.toMatchObject({
      code: 'REFUSED',
    });
    await expect(client.consent({ domain: 'smith.local', fingerprint: 'ab' })).rejects.toThrow();
    expect(server.done).toEqual([]);
  });
});

describe('the command', () => {
  async function snug(...words: readonly string[]) {
    const socket = await openControlSocket(server.directory, createHandlers(server, server.log), server.log);
    const terminal = createFakeTerminal();
    try {
      const status = await runCommand([...words, '--data', server.directory], terminal, () =>
        Promise.reject(new Error('no server is loaded for this')),
      );
      return { status, output: terminal.output(), errors: terminal.errors() };
    } finally {
      await socket.close();
    }
  }

  test('lists who is there with the words to compare, and who pretends to be somebody', async () => {
    pairs.become({ ...aNeighbour, state: 'paired', impostors: [{ address: '192.168.1.66', words: 'x' }] });
    const { output } = await snug('pair', 'list');
    expect(output).toContain(`The words of this server: ${pairs.overview().words}`);
    expect(output).toMatch(new RegExp(`smith\\.local +paired +192\\.168\\.1\\.40 +${aNeighbour.words}`));
    expect(output).toContain('Another computer (192.168.1.66) calls itself smith.local');
    pairs.become();
    expect((await snug('pair', 'list')).output).toContain('There are no other Snug servers');
  });

  test('asks only with the words of the other server, and shows what to compare without them', async () => {
    const without = await snug('pair', 'ask', 'smith.local');
    expect(without.status).toBe(1);
    expect(without.errors).toContain(pairs.overview().words);
    expect(without.errors).toContain(`--words "${aNeighbour.words}"`);
    const wrong = await snug('pair', 'ask', 'smith.local', '--words', 'one two three four five six');
    expect(wrong.errors).toContain('must not be trusted');
    expect(server.done).toEqual([]);
    const right = await snug('pair', 'ask', 'smith.local', '--words', ` ${aNeighbour.words.toUpperCase()} `);
    expect(right.output).toContain('smith.local is being asked.');
  });

  test('accepts only who asks, refuses and ends', async () => {
    expect((await snug('pair', 'accept', 'smith.local', '--words', aNeighbour.words)).errors).toContain('does not ask');
    expect((await snug('pair', 'accept', 'jones.local')).errors).toContain('There is no jones.local on this network');
    expect((await snug('pair', 'refuse', 'smith.local')).errors).toContain('does not ask');
    pairs.become({ ...aNeighbour, state: 'asked' });
    expect((await snug('pair', 'refuse', 'smith.local')).status).toBe(0);
    pairs.become({ ...aNeighbour, state: 'asked' });
    expect((await snug('pair', 'accept', 'smith.local', '--words', aNeighbour.words)).output).toContain('can chat now');
    expect((await snug('pair', 'remove', 'smith.local')).output).toContain('Nothing goes between here and smith.local');
    expect(server.done).toEqual([
      'refuse smith.local',
      `consent smith.local ${SMITH.slice(0, 8)}`,
      'remove smith.local',
    ]);
  });
});
