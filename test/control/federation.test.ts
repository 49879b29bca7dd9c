/** Federation through the control contract and the `snug` command. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { thisComputer } from '../../server/administration/actor.ts';
import { runCommand } from '../../server/cli/program.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { openControlSocket } from '../../server/control/socket.ts';
import { createFakeTerminal } from '../cli/fake-terminal.ts';
import { createFakeServer, type FakeServer } from './fake-deeds.ts';
import type { FakeFederation } from './fake-federation.ts';

let server: FakeServer;
let federation: FakeFederation;

beforeEach(() => {
  server = createFakeServer();
  federation = server.federation as FakeFederation;
});
afterEach(() => rmSync(server.directory, { recursive: true }));

function open() {
  const context = { actor: thisComputer('command-line'), closing: new AbortController().signal };
  return createRouterClient(createHandlers(server, server.log), { context }).federation;
}

describe('the contract', () => {
  test('switches it on and off, and follows it', async () => {
    const client = open();
    const following = await client.follow();
    expect((await following.next()).value).toMatchObject({ state: 'off', peers: [] });
    expect(await client.setEnabled({ isEnabled: true })).toMatchObject({ state: 'on', ports: { s2s: 5269 } });
    expect((await following.next()).value).toMatchObject({ state: 'on', peers: [{ domain: 'example.org' }, {}] });
    expect(await client.setEnabled({ isEnabled: false })).toMatchObject({ state: 'off' });
    await following.return?.();
  });

  test('keeps the lists entry by entry', async () => {
    const { lists } = open();
    expect(await lists.add({ list: 'deny', pattern: '*.EVIL.example' })).toMatchObject({ deny: ['*.evil.example'] });
    expect(await lists.add({ list: 'allow', pattern: 'good.example' })).toEqual({
      allow: ['good.example'],
      deny: ['*.evil.example'],
    });
    await expect(lists.add({ list: 'deny', pattern: '*.evil.example' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(lists.add({ list: 'deny', pattern: 'no domain' })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(lists.remove({ list: 'allow', pattern: 'evil.example' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await lists.remove({ list: 'deny', pattern: '*.evil.example' })).toMatchObject({ deny: [] });
  });

  test('pins, tries and disconnects', async () => {
    const client = open();
    await client.setEnabled({ isEnabled: true });
    const pin = { domain: 'example.org', fingerprint: 'ab'.repeat(32) };
    await client.pins.add(pin);
    expect(await client.pins.list()).toMatchObject([pin]);
    await client.pins.remove(pin);
    expect(await client.pins.list()).toEqual([]);
    expect(await client.test({ domain: 'gone.example' })).toMatchObject({ isReachable: false });
    await client.disconnect({ domain: 'example.org' });
    await expect(client.disconnect({ domain: 'example.org' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(server.done).toEqual([
      'federation.pin example.org',
      'federation.unpin example.org',
      'federation.test gone.example',
      'federation.disconnect example.org',
    ]);
  });
});

describe('snug federation', () => {
  async function snug(...words: readonly string[]) {
    const directory = mkdtempSync(join(tmpdir(), 'snug-cli-'));
    const socket = await openControlSocket(directory, createHandlers(server, server.log), server.log);
    const terminal = createFakeTerminal();
    const nothing = () => Promise.reject(new Error('no server is started here'));
    try {
      const status = await runCommand(['federation', ...words, '--data', directory], terminal, nothing);
      return { status, output: terminal.output(), errors: terminal.errors() };
    } finally {
      await socket.close();
      rmSync(directory, { recursive: true });
    }
  }

  test('on, status, test and off say what came of it', async () => {
    expect(await snug('on')).toMatchObject({
      status: 0,
      output: expect.stringMatching(/^Federation is on\.\n.*Port +5269/s),
    });
    const { output } = await snug('status');
    expect(output).toMatch(/example\.org +connected +certificate +0/);
    expect(output).toMatch(/gone\.example +waiting +2 +gone\.example has no server/);
    expect(await snug('test', 'example.org')).toMatchObject({
      status: 0,
      output: expect.stringContaining('example.org can be reached.'),
    });
    expect(await snug('test', 'gone.example')).toMatchObject({
      status: 1,
      errors: 'gone.example cannot be reached.\n',
    });
    expect(await snug('off')).toMatchObject({ status: 0, output: 'Federation is off.\n' });
    expect(await snug('status')).toMatchObject({ output: expect.stringMatching(/^Federation is off\./) });
  });

  test('on fails with the reason where it is not possible', async () => {
    federation.obstacle = 'Needs a domain of your own.';
    expect(await snug('on')).toMatchObject({ status: 1, output: '', errors: 'Needs a domain of your own.\n' });
  });
});
