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
    expect(await client.status.get()).toEqual(aStatus);
    expect(await client.sessions.list()).toEqual([aSession]);
    expect(await client.accounts.list()).toEqual([anAccount]);
  });

  test('accounts are created, changed and enabled', async () => {
    expect(await client.accounts.add({ localpart: 'bob', password: 'long enough' })).toMatchObject({ role: 'member' });
    await client.accounts.setPassword({ localpart: 'bob', password: 'another one' });
    await client.accounts.setRole({ localpart: 'bob', role: 'admin' });
    await client.accounts.enable({ localpart: 'bob' });
    expect(server.done).toEqual([
      'accounts.create bob long enough member',
      'accounts.setPassword bob another one',
      'accounts.setRole bob admin',
      'accounts.enable bob',
    ]);
  });

  test('an account without a given password gets one, told in the answer and nowhere else', async () => {
    const answer = await client.accounts.add({ localpart: 'eve' });
    expect(answer).toMatchObject({ localpart: 'eve', generatedPassword: 'made-up-password' });
    expect(await client.accounts.add({ localpart: 'bob', password: 'long enough' })).not.toHaveProperty(
      'generatedPassword',
    );
    expect(await client.accounts.resetPassword({ localpart: 'bob' })).toEqual({
      generatedPassword: 'made-up-password',
    });
    expect(server.done.at(-1)).toBe('accounts.setPassword bob made-up-password');
    expect(JSON.stringify(server.logs.recent(100))).not.toContain('made-up-password');
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
    expect(server.done).toEqual(['server.stop 0']);
  });
});

describe('what is followed', () => {
  test('comes at once and again when it changes', async () => {
    const statuses = await client.status.follow();
    expect((await statuses.next()).value).toEqual(aStatus);
    server.become({ onlineAccounts: 5 });
    expect((await statuses.next()).value).toEqual({ ...aStatus, onlineAccounts: 5 });
    await statuses.return?.();
  });

  test('sessions and accounts come as whole lists', async () => {
    const sessions = await client.sessions.follow();
    expect((await sessions.next()).value).toEqual([aSession]);
    const accounts = await client.accounts.follow();
    expect((await accounts.next()).value).toEqual([anAccount]);
    await Promise.all([sessions.return?.(), accounts.return?.()]);
  });

  test('is no longer listened to once the follower has gone', async () => {
    const statuses = await client.status.follow();
    await statuses.next();
    expect(server.followers()).toBe(1);
    await statuses.return?.();
    await expect.poll(() => server.followers()).toBe(0);
  });
});

describe('the window in a browser', () => {
  test('has a fresh address for whoever may use the socket', async () => {
    expect(await client.window.open()).toEqual({ address: 'http://127.0.0.1:5282/#token=fresh' });
  });

  test('is refused with a sentence where the server shows none', async () => {
    server.windowAddress = () => undefined;
    await expect(client.window.open()).rejects.toMatchObject({
      code: 'REFUSED',
      message: expect.stringContaining('window.enabled'),
    });
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
    await expect(client.accounts.remove({ localpart: 'ann', isImmediate: true })).rejects.toMatchObject({
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
