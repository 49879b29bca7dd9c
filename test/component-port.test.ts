/** The port for components on a real socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ComponentPort } from '../server/component-port.ts';
import { Config } from '../server/config/config.ts';
import type { ServerTls } from '../server/listeners/tls.ts';
import { createLogger } from '../server/log/log.ts';
import { RecentLines } from '../server/log/recent-lines.ts';
import { componentsSettings } from '../server/modules/components/settings.ts';
import type { Transport } from '../server/stream/transport.ts';

/** A port that takes connections and does nothing with them. */
function createPort(port: number | 'off') {
  const directory = mkdtempSync(join(tmpdir(), 'snug-component-port-'));
  const config = Config.load({
    path: join(directory, 'settings.json'),
    groups: { components: componentsSettings },
    overrides: [`components.port=${port}`],
  });
  const accepted = Promise.withResolvers<Transport>();
  const components = { accept: accepted.resolve };
  const tls = (): ServerTls => ({}) as ServerTls;
  const made = new ComponentPort({ config, components, tls, log: createLogger('silent', new RecentLines()) });
  return {
    port: made,
    accepted: accepted.promise,
    [Symbol.dispose]() {
      made.close();
      rmSync(directory, { recursive: true });
    },
  };
}

test('connections on loopback come to whoever takes them', async () => {
  using opened = createPort(0);
  expect(opened.port.port).toBeNull();
  await Promise.all([opened.port.open(), opened.port.open()]);
  const socket = connect({ host: '127.0.0.1', port: opened.port.port ?? 0 });
  const transport = await opened.accepted;
  expect(transport.remoteAddress).toBe('127.0.0.1');
  transport.destroy();
  socket.destroy();
});

test('it can be shut and opened again', async () => {
  using opened = createPort(0);
  await opened.port.open();
  opened.port.close();
  expect(opened.port.port).toBeNull();
  await opened.port.open();
  expect(opened.port.port).toBeGreaterThan(0);
});

test('switched off it stays shut', async () => {
  using opened = createPort('off');
  await opened.port.open();
  expect(opened.port.port).toBeNull();
});

test('a port that is taken is told with the setting that chooses another one', async () => {
  const other = createServer().listen({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { readonly port: number };
  using opened = createPort(port);
  await expect(opened.port.open()).rejects.toMatchObject({
    code: 'port-in-use',
    message: expect.stringContaining('components.port'),
  });
  other.close();
});
