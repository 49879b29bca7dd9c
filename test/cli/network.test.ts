/** `snug network` and `snug trust`, as whoever types them sees it. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../server/cli/program.ts';
import { createHandlers } from '../../server/control/handlers.ts';
import { type ControlSocket, openControlSocket } from '../../server/control/socket.ts';
import { createFakeServer, type FakeServer } from '../control/fake-deeds.ts';
import { aNetwork, aTrust, WORDS } from '../control/fake-network.ts';
import { createFakeTerminal } from './fake-terminal.ts';

let server: FakeServer;
let socket: ControlSocket;

beforeEach(async () => {
  server = createFakeServer();
  socket = await openControlSocket(server.directory, createHandlers(server, server.log), server.log);
});

afterEach(async () => {
  await socket.close();
  rmSync(server.directory, { recursive: true, force: true });
});

async function snug(line: string) {
  const terminal = createFakeTerminal();
  const words = [...line.split(' '), '--data', server.directory];
  const status = await runCommand(words, terminal, () => Promise.reject(new Error('no server is loaded for this')));
  return { status, output: terminal.output(), errors: terminal.errors() };
}

test('the network is names, ports with who has the wanted one, and interfaces with the reason', async () => {
  const { status, output } = await snug('network');
  expect(status).toBe(0);
  expect(output).toMatch(/Domain +miller\.local/);
  expect(output).toMatch(/mDNS +devices on this network find the server/);
  expect(output).toMatch(/41077 +pages for newcomers +5280 is used by prosody/);
  expect(output).toMatch(/closed +bridges/);
  expect(output).toMatch(/off +the window in a browser/);
  expect(output).toMatch(/docker0 +172\.17\.0\.1 +containers, virtual machines or a VPN/);
  expect(JSON.parse((await snug('network --json')).output)).toEqual(aNetwork);
});

test('a name is asked for before it is chosen', async () => {
  expect(await snug('network probe smith.local')).toMatchObject({
    status: 0,
    output: 'Nobody else is called smith.local.\n',
  });
});

test('trust is what people compare, and where this computer stands', async () => {
  const { status, output } = await snug('trust');
  expect(status).toBe(0);
  expect(output).toContain(WORDS);
  expect(output).toContain(aTrust.authority?.fingerprint);
  expect(output).toMatch(/Devices +open http:\/\/192\.168\.1\.5:41077\/trust/);
  expect(output).toMatch(/This computer +Chromium, Chrome and Edge: not trusted yet/);
  expect(output).toContain('sudo install');
  expect(server.done).toEqual([]);
});

test('this computer is told to trust, and not to', async () => {
  expect(await snug('trust --install')).toMatchObject({
    status: 0,
    output: expect.stringContaining('This computer trusts the server now.'),
  });
  expect((await snug('trust --remove')).output).toContain('does not trust the server any more');
  expect(server.done).toEqual(['certificates.trustHere', 'certificates.distrustHere']);
  expect(await snug('trust --install --remove')).toMatchObject({ status: 2 });
});

test('new certificates are made for who says so twice', async () => {
  expect(await snug('trust rotate')).toMatchObject({
    status: 2,
    errors: expect.stringContaining('Every device has to trust the server again'),
  });
  expect(server.done).toEqual([]);
  expect(await snug('trust rotate --yes')).toMatchObject({
    status: 0,
    output: expect.stringContaining('Tell people the new six words.'),
  });
  expect(server.done).toEqual(['certificates.rotate']);
});
