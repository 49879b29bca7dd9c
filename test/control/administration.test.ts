/** Roles, audit log, announcements, files, reports and devices over the control socket. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ControlClient, connectControl } from '../../server/control/client.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { type ControlSocket, openControlSocket } from '../../server/control/socket.ts';
import { aDevice, anEntry, aReport, aRole, createFakeServer, type FakeServer, files } from './fake-deeds.ts';

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

test('what is there is told as the server gives it', async () => {
  expect(await client.roles.list()).toEqual([aRole]);
  expect(await client.audit.list({})).toEqual([anEntry]);
  expect(await client.reports.list()).toEqual([aReport]);
  expect(await client.clients.list({ localpart: 'ann' })).toEqual([aDevice]);
  expect(await client.messages.motd.get()).toEqual({ text: 'Tea at five.' });
  expect(await client.messages.welcome.get()).toEqual({ text: null });
});

test('audit log and reports are followed', async () => {
  const entries = await client.audit.follow({});
  expect((await entries.next()).value).toEqual([anEntry]);
  const reports = await client.reports.follow();
  expect((await reports.next()).value).toEqual([aReport]);
  await Promise.all([entries.return?.(), reports.return?.()]);
});

test('each change becomes the deed of that name', async () => {
  await client.roles.create({ name: 'host', permissions: ['people.read'] });
  await client.roles.update({ name: 'host', permissions: [] });
  await client.roles.remove({ name: 'host' });
  expect(await client.announcements.send({ text: ' Tea! ' })).toEqual({ accounts: 3 });
  await client.messages.motd.set({ text: 'One' });
  await client.messages.motd.set({ text: 'Two', isCorrection: true });
  await client.messages.motd.remove();
  await client.messages.welcome.set({ text: 'Hello' });
  await client.messages.welcome.remove();
  await client.files.remove({ id: '1' });
  await client.reports.resolve({ id: 'r1' });
  expect(await client.clients.revoke({ localpart: 'ann', id: 'd1', signOut: true })).toEqual({ canComeBack: true });
  await client.server.restart({ delaySeconds: 60, announcement: 'Back soon' });
  expect(server.done).toEqual([
    'roles.create host people.read',
    'roles.update host',
    'roles.remove host',
    'announcements.send Tea!',
    'motd.set One',
    'motd.edit Two',
    'motd.remove',
    'welcome.set Hello',
    'welcome.remove',
    'files.remove 1',
    'reports.resolve r1',
    'clients.revoke ann d1 true',
    'server.restart 60 Back soon',
  ]);
});

describe('files', () => {
  const idsOf = async (filter: object) => (await client.files.list(filter)).files.map(({ id }) => id);

  test('are listed the newest first, page by page', async () => {
    expect(await client.files.list({})).toEqual({ files: [...files].reverse(), total: 3 });
    expect(await client.files.list({ offset: 1, limit: 1 })).toMatchObject({ files: [{ id: '2' }], total: 3 });
    expect(await idsOf({ account: 'ann' })).toEqual(['3', '1']);
    expect(await idsOf({ text: 'GARDEN' })).toEqual(['3', '1']);
  });

  test('are counted by account, the largest first', async () => {
    expect(await client.files.usage()).toEqual({
      bytes: 1300,
      files: 3,
      accounts: [
        { account: 'bob', bytes: 900, files: 1 },
        { account: 'ann', bytes: 400, files: 2 },
      ],
    });
  });
});

test.each([
  ['an announcement without words', () => client.announcements.send({ text: '  ' })],
  ['a permission that there is not', () => client.roles.create({ name: 'x', permissions: ['people.eat' as never] })],
  ['a page without end', () => client.audit.list({ limit: 501 })],
  ['a delay of more than a day', () => client.server.stop({ delaySeconds: 86_401 })],
])('%s is refused with a sentence', async (_what, call) => {
  await expect(call()).rejects.toMatchObject({ code: 'INVALID', defined: true });
});
