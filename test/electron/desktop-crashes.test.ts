/** The desktop app when its worker dies, hangs or never comes up: real processes, and a clock that the test turns. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { contract } from '../../server/control/contract.ts';
import { FakeClock } from '../scene/fake-clock.ts';
import { type AppFolder, createAppFolder } from './app-folder.ts';
import { type DesktopInTest, PATIENTLY, startInTest } from './desktop-in-test.ts';

let app: AppFolder;
beforeEach(async () => {
  app = await createAppFolder();
});
afterEach(() => app.remove());

const headlineIs = (desktop: DesktopInTest, wanted: RegExp) =>
  vi.waitFor(() => expect(desktop.headline()).toMatch(wanted), PATIENTLY);

async function dial(desktop: DesktopInTest): Promise<ContractRouterClient<typeof contract>> {
  const port = desktop.page().nextPort();
  desktop.page().api.connect();
  return createORPCClient(new RPCLink({ port: await port }));
}

describe('a worker that is killed', () => {
  test('is started again after a moment, people are told, and the window gets a new port', async () => {
    const clock = new FakeClock();
    const desktop = await startInTest({ appPath: app.path, clock });
    await headlineIs(desktop, /is running/);
    const closed = new Promise((resolve) => {
      const port = desktop.page().nextPort();
      void port.then((given) => given.once('close', resolve));
    });
    desktop.page().api.connect();
    await vi.waitFor(() => expect(desktop.page().posted).toHaveLength(1));

    desktop.processes.newest.child.kill('SIGKILL');
    await headlineIs(desktop, /ended unexpectedly and starts again in 1 second/);
    expect(desktop.tray().imagePath).toMatch(/starting\.png$/);
    await closed;
    expect(desktop.notifications).toEqual([]);

    clock.advance(1_000);
    await headlineIs(desktop, /is running/);
    expect(desktop.notifications.map(({ options }) => options.title)).toEqual(['Snug was started again']);
    expect(await (await dial(desktop)).status.get()).toMatchObject({ state: 'running' });

    desktop.windows[0]?.close();
    desktop.notifications[0]?.emit('click');
    expect(desktop.windows).toHaveLength(1);
  });
});

describe('a worker that hangs', () => {
  test('is ended although it hears nothing, and started again', async () => {
    const clock = new FakeClock();
    const desktop = await startInTest({ appPath: app.path, clock });
    await headlineIs(desktop, /is running/);
    const { child } = desktop.processes.newest;
    const exited = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
    child.kill('SIGSTOP');
    clock.advance(120_000);
    expect(await exited).toBe('SIGKILL');
    await headlineIs(desktop, /starts again/);
  });

  test('does not keep the app from quitting', async () => {
    const clock = new FakeClock();
    const desktop = await startInTest({ appPath: app.path, clock });
    await headlineIs(desktop, /is running/);
    desktop.processes.newest.child.kill('SIGSTOP');
    desktop.app.quit();
    clock.advance(4_500);
    expect(await desktop.app.ended.promise).toBe(0);
    expect(desktop.processes.newest.child.signalCode).toBe('SIGKILL');
  });
});

describe('a worker that never comes up', () => {
  test('is tried five times, then the tray says that it failed and nothing more happens', async () => {
    app.useWorker('process.stderr.write("no such module\\n", () => process.exit(7));');
    const clock = new FakeClock();
    const desktop = await startInTest({ appPath: app.path, clock });
    for (const seconds of ['1 second', '2 seconds', '4 seconds', '8 seconds']) {
      await headlineIs(desktop, new RegExp(`starts again in ${seconds}`));
      clock.advance(8_000);
    }
    await headlineIs(desktop, /could not run: The server ended unexpectedly again and again/);
    expect(desktop.tray().rows).toContain('Start again');
    expect(desktop.notifications.map(({ options }) => options.title)).toEqual(['Snug is not running']);
    clock.advance(3_600_000);
    expect(desktop.processes.started).toHaveLength(5);
    expect(desktop.logLines()).toContainEqual(expect.objectContaining({ line: 'no such module' }));
  });
});
