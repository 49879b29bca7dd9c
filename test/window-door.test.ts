import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHandlers } from '../server/control/handlers.ts';
import type { WebDoor } from '../server/control/web-door.ts';
import { openWindowDoor } from '../server/window-door.ts';
import { createFakeServer, type FakeServer } from './control/fake-deeds.ts';

let server: FakeServer;
let closing: (() => Promise<unknown>)[];

beforeEach(() => {
  server = createFakeServer();
  closing = [];
});

afterEach(async () => {
  for (const close of closing) await close();
  rmSync(server.directory, { recursive: true });
});

async function open(settings: Readonly<Record<string, unknown>>): Promise<WebDoor | undefined> {
  for (const [key, value] of Object.entries(settings)) await server.config.set(key, value);
  const door = await openWindowDoor(server.config, createHandlers(server, server.log), server.log);
  if (door !== undefined) closing.push(() => door.close());
  return door;
}

test('the window is not shown where it is switched off', async () => {
  expect(await open({ 'window.enabled': false })).toBeUndefined();
});

test('a port that another program has costs nobody the chat: the window takes a free one and the log says so', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => other.close(resolve)));
  const { port } = other.address() as { port: number };
  const door = await open({ 'window.port': port });
  expect(door?.port).toBeGreaterThan(0);
  expect(door?.port).not.toBe(port);
  expect(door?.newAddress()).toContain(`:${door?.port}/`);
  const warning = server.logs.recent(10).find(({ level }) => level === 'warn');
  expect(warning?.fields).toMatchObject({ port, code: 'EADDRINUSE' });
});
