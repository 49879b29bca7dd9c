import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlClient, connectControl, NotRunningError } from '../../server/control/client.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { type ControlSocket, openControlSocket } from '../../server/control/socket.ts';
import { anAccount, aSession, aStatus, createFakeServer, type FakeServer } from './fake-deeds.ts';

let server: FakeServer;
let socket: ControlSocket;
let client: ControlClient;

beforeEach(async () => {
  server = createFakeServer();
  socket = await openControlSocket(server.directory, createHandlers(server, server.log), server.log);
  client = await connectControl(server.directory);
});

afterEach(async () => {
  await socket.close();
  rmSync(server.directory, { recursive: true });
});

describe('calls over the socket', () => {
  test('status, sessions and accounts arrive as the server gave them', async () => {
    expect(await client.status()).toEqual(aStatus);
    expect(await client.sessions.list()).toEqual([aSession]);
    expect(await client.accounts.list()).toEqual([anAccount]);
  });

  test('accounts are created, changed and enabled', async () => {
    expect(await client.accounts.add({ localpart: 'bob', password: 'long enough' })).toMatchObject({ role: 'member' });
    await client.accounts.setPassword({ localpart: 'bob', password: 'another one' });
    await client.accounts.setRole({ localpart: 'bob', role: 'admin' });
    await client.accounts.enable({ localpart: 'bob' });
    expect(server.done).toEqual([
      'create bob long enough member',
      'setPassword bob another one',
      'setRole bob admin',
      'enable bob',
    ]);
  });

  test('a session is ended by its full JID', async () => {
    await client.sessions.end({ jid: aSession.jid });
    await expect(client.sessions.end({ jid: 'ann@miller.local/none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      defined: true,
      message: 'There is no session ann@miller.local/none.',
    });
  });

  test('settings are described, changed and refused with a sentence', async () => {
    await client.settings.set({ key: 'log.level', value: 'debug' });
    const level = (await client.settings.list()).find(({ key }) => key === 'log.level');
    expect(level).toMatchObject({
      value: 'debug',
      default: 'info',
      allowed: 'one of debug, info, warn, error, silent',
    });
    await expect(client.settings.set({ key: 'log.level', value: 'loud' })).rejects.toMatchObject({
      code: 'INVALID',
      message: 'the new value: log.level is "loud", but allowed is one of debug, info, warn, error, silent.',
    });
    await expect(client.settings.set({ key: 'log.leve', value: 'debug' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('stopping is answered before the server stops', async () => {
    expect(await client.server.stop()).toEqual({});
    expect(server.done).toEqual(['stop']);
  });
});

describe('the log', () => {
  test('recent lines are given oldest first', async () => {
    server.log.info({}, 'one');
    server.log.info({ n: 2 }, 'two');
    const lines = await client.logs.recent({ lines: 2 });
    expect(lines.map(({ message }) => message)).toEqual(['one', 'two']);
    expect(lines[1]?.fields).toEqual({ n: 2 });
  });

  test('a follower gets the newest lines and then each one as it is written', async () => {
    server.log.info({}, 'before');
    const lines = await client.logs.follow({ lines: 1 });
    expect((await lines.next()).value).toMatchObject({ message: 'before' });
    server.log.info({}, 'after');
    expect((await lines.next()).value).toMatchObject({ message: 'after' });
    await lines.return?.();
  });

  test('a follower ends when the socket closes, and the close does not wait for it', async () => {
    server.log.info({}, 'before');
    const lines = await client.logs.follow({ lines: 1 });
    await lines.next();
    await socket.close();
    expect(await lines.next()).toMatchObject({ done: true });
  });
});

describe('failures are the contract’s own', () => {
  test('an account error keeps its sentence', async () => {
    await expect(client.accounts.add({ localpart: 'ann', password: 'long enough' })).rejects.toMatchObject({
      code: 'CONFLICT',
      defined: true,
      message: 'The name ann is taken.',
    });
    await expect(client.accounts.disable({ localpart: 'ann' })).rejects.toMatchObject({ code: 'REFUSED' });
  });

  test('input that the contract does not allow never reaches the server', async () => {
    await expect(client.accounts.add({ localpart: '', password: 'x', role: 'admin' })).rejects.toMatchObject({
      code: 'INVALID',
      defined: true,
      message: expect.stringMatching(/^The request is not valid \(localpart: .+\)\.$/),
    });
    expect(server.done).toEqual([]);
  });

  test('a bug is hidden from the caller and written to the log', async () => {
    await expect(client.accounts.remove({ localpart: 'ann' })).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'The server met a bug; its log says more.',
    });
    const [line] = server.logs.recent(1);
    expect(line).toMatchObject({ level: 'error', message: 'control call failed' });
    expect(JSON.stringify(line?.fields)).toContain('secret');
  });

  test('without a server the client says that none is running', async () => {
    await socket.close();
    await expect(connectControl(server.directory)).rejects.toBeInstanceOf(NotRunningError);
  });
});
