/** The desktop app with the real worker: started, watched from the tray, talked to from the window, ended. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { contract, ServerState } from '../../server/control/contract.ts';
import { ChatClient } from '../e2e/chat-client.ts';
import { type AppFolder, createAppFolder } from './app-folder.ts';
import { type DesktopInTest, type DesktopOptions, PATIENTLY, startInTest } from './desktop-in-test.ts';
import { SingleInstance } from './double/app.ts';

type Client = ContractRouterClient<typeof contract>;

let app: AppFolder;
beforeAll(async () => {
  app = await createAppFolder();
});
afterAll(() => app.remove());

const start = (options: Partial<DesktopOptions> = {}) => startInTest({ appPath: app.path, ...options });
const headlineIs = (desktop: DesktopInTest, wanted: RegExp) =>
  vi.waitFor(() => expect(desktop.headline()).toMatch(wanted), PATIENTLY);

async function started(options: Partial<DesktopOptions> = {}): Promise<DesktopInTest> {
  const desktop = await start(options);
  await headlineIs(desktop, /is running/);
  return desktop;
}

/** A client on the port that the page asks the main process for. */
async function dial(desktop: DesktopInTest): Promise<Client> {
  const port = desktop.page().nextPort();
  desktop.page().api.connect();
  return createORPCClient<Client>(new RPCLink({ port: await port }));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the desktop app', () => {
  test('starts the server, shows it in the tray, and its page reaches the server', async () => {
    const begunAt = performance.now();
    const desktop = await started();
    process.stdout.write(`the worker was ready ${Math.round(performance.now() - begunAt)} ms after the app began\n`);
    expect(desktop.app.isSandboxed).toBe(true);
    await vi.waitFor(() => expect(desktop.tray().rows.join()).toContain('other servers'), PATIENTLY);
    expect(desktop.tray().rows).toEqual([
      '(● Snug is running — nobody online)',
      'snug.local',
      '──',
      'Invite someone…',
      'Open Snug…',
      '──',
      '(☐ Allow chatting with other servers — Needs a domain of your own: snug.local is known on this network only.)',
      '☐ Visible on this network',
      'Pause server',
      'Restart server',
      '──',
      '☐ Start at login',
      'View logs',
      '──',
      'Quit Snug (people will be disconnected)',
    ]);
    const { api } = desktop.page();
    expect(api.version).toBe('0.0.0-double');
    expect(await api.serverState()).toEqual({ kind: 'running', address: 'snug.local', online: 0 });
    const client = await dial(desktop);
    expect(await client.status.get()).toMatchObject({ domain: 'snug.local', state: 'running', accounts: 1 });
    expect(desktop.page().posted[0]).toMatchObject({ data: { type: 'snug-port' }, origin: 'app://snug' });
  });

  test('counts in the tray and in the window who comes online', async () => {
    const desktop = await started();
    const states: ServerState[] = [];
    const forget = desktop.page().api.onServerState((state) => states.push(state));
    const { port, password } = await anAccount(desktop, 'ben');
    const ben = new ChatClient({ port, domain: 'snug.local', localpart: 'ben', password, resource: 'phone' });
    await ben.login();
    await headlineIs(desktop, /1 person online/);
    expect(states.at(-1)).toEqual({ kind: 'running', address: 'snug.local', online: 1 });
    forget();
    ben.send('</stream:stream>');
    await headlineIs(desktop, /nobody online/);
    expect(states.at(-1)).toMatchObject({ online: 1 });
  });

  test('pauses, starts and restarts the server from the tray', async () => {
    const desktop = await started();
    const { pid: first = 0 } = desktop.processes.newest;
    desktop.tray().choose('Restart server');
    await vi.waitFor(() => expect(desktop.processes.started).toHaveLength(2), PATIENTLY);
    await headlineIs(desktop, /is running/);
    expect(isAlive(first)).toBe(false);

    desktop.tray().choose('Pause server');
    await headlineIs(desktop, /is stopped/);
    expect(desktop.tray().rows).toContain('Start server');
    expect(desktop.tray().rows).toContain('(Restart server)');
    expect(desktop.tray().rows).toContain('Quit Snug');
    expect(desktop.tray().imagePath).toMatch(/tray\/stopped\.png$/);

    desktop.tray().choose('Start server');
    await headlineIs(desktop, /is running/);
    expect(desktop.notifications).toEqual([]);
  });

  test('copies the address, opens the logs and starts at login from the tray', async () => {
    const desktop = await started();
    desktop.tray().choose('snug.local');
    await vi.waitFor(() => expect(desktop.clipboard.text).toBe('snug.local'));
    desktop.tray().choose('View logs');
    expect(desktop.openedPaths).toEqual([join(desktop.dataDir, 'logs')]);
    desktop.tray().choose('Start at login');
    expect(desktop.tray().rows).toContain('✓ Start at login');
    const entry = join(desktop.homeDirectory, '.config', 'autostart', 'snug.desktop');
    expect(readFileSync(entry, 'utf8')).toContain(`Exec="/opt/Snug/snug" "${app.path}" "--hidden"`);
    expect(await desktop.page().api.getLoginItem()).toBe(true);
    expect(await desktop.page().api.setLoginItem(false)).toBe(false);
    expect(existsSync(entry)).toBe(false);
    expect(desktop.tray().rows).toContain('☐ Start at login');
  });

  test('does for the window what it asks for', async () => {
    const desktop = await started();
    const { api } = desktop.page();
    await api.copyText('a fingerprint');
    expect(desktop.clipboard.text).toBe('a fingerprint');
    await api.openLogsFolder();
    expect(desktop.openedPaths).toEqual([join(desktop.dataDir, 'logs')]);
    await api.stopServer();
    expect(await api.serverState()).toEqual({ kind: 'stopped', address: 'snug.local' });
    await api.startServer();
    await headlineIs(desktop, /is running/);
    await api.restartServer();
    await headlineIs(desktop, /is running/);
    expect(desktop.processes.started).toHaveLength(3);
  });

  test('keeps the server running when the window is closed, and opens it again as large as it was', async () => {
    const desktop = await started();
    const [window] = desktop.windows;
    expect(window?.isVisible).toBe(true);
    if (window !== undefined) window.size = { width: 900, height: 700 };
    window?.close();
    expect(desktop.windows).toEqual([]);
    expect(desktop.dialogs.filter(({ options }) => options.type === 'question')).toEqual([]);
    expect(desktop.headline()).toMatch(/is running/);

    desktop.tray().choose('Open Snug…');
    expect(desktop.windows[0]?.options).toMatchObject({ width: 900, height: 700 });
    await vi.waitFor(() => expect(desktop.windows[0]?.isVisible).toBe(true));
    desktop.tray().emit('click');
    expect(desktop.windows).toHaveLength(1);
    expect(desktop.windows[0]?.focusCount).toBe(1);
  });

  test('opens its window with the sheet for invitations, or that sheet in the window that is open', async () => {
    const desktop = await started({ argv: ['--hidden'] });
    expect(desktop.windows).toEqual([]);
    desktop.tray().choose('Invite someone…');
    await vi.waitFor(() => expect(desktop.windows[0]?.webContents.url).toBe('app://snug/index.html#/overview/invite'));
    await vi.waitFor(() => expect(desktop.windows[0]?.isVisible).toBe(true));
    const asked: unknown[] = [];
    const stop = desktop.page().api.onOpenSheet((sheet) => asked.push(sheet));
    desktop.tray().choose('Invite someone…');
    expect(desktop.windows).toHaveLength(1);
    await vi.waitFor(() => expect(asked).toEqual(['invite']));
    stop();
    desktop.tray().choose('Invite someone…');
    desktop.tray().choose('Open Snug…');
    expect(asked).toEqual(['invite']);
  });

  test('gives a window that asks while the server is stopped its port once the server runs', async () => {
    const desktop = await started();
    await desktop.page().api.stopServer();
    const client = dial(desktop);
    await desktop.page().api.startServer();
    expect(await (await client).status.get()).toMatchObject({ domain: 'snug.local' });
  });

  test('shows the window of the running one when it is started a second time', async () => {
    const singleInstance = new SingleInstance();
    const first = await started({ argv: ['--hidden'], singleInstance });
    expect(first.windows).toEqual([]);

    const silent = await startInTest({ appPath: app.path, singleInstance, hasTrayHost: false, argv: ['--hidden'] });
    expect(await silent.app.ended.promise).toBe(0);
    expect(first.windows).toEqual([]);

    const second = await startInTest({ appPath: app.path, singleInstance, hasTrayHost: false });
    expect(await second.app.ended.promise).toBe(0);
    expect(second.processes.started).toEqual([]);
    expect(first.windows).toHaveLength(1);
  });

  test('starts nothing in a fresh directory before somebody has said so, and then tells the first account once', async () => {
    const desktop = await start({ isSetUp: false });
    expect(desktop.tray().rows).toEqual(['(○ Snug is not set up yet)', '──', 'Finish setup…', '──', 'Quit Snug']);
    await vi.waitFor(() => expect(desktop.pages).toHaveLength(1));
    expect(await desktop.page().api.serverState()).toEqual({ kind: 'needs-setup' });
    desktop.tray().choose('Finish setup…');
    expect(desktop.dialogs.map(({ options }) => options.message)).toEqual([
      'Start your own chat server on this computer?',
    ]);
    desktop.dialogs[0]?.answer('Not now');
    await vi.waitFor(() => {
      desktop.tray().choose('Finish setup…');
      expect(desktop.dialogs).toHaveLength(2);
    });
    expect(desktop.processes.started).toEqual([]);
    desktop.dialogs[1]?.answer('Start server');

    await headlineIs(desktop, /is running/);
    await vi.waitFor(() => expect(desktop.dialogs).toHaveLength(3));
    const told = desktop.dialogs[2]?.options.detail ?? '';
    const password = /Password: (\S+)/.exec(told)?.[1];
    expect(told).toContain('admin@snug.local');
    desktop.dialogs[2]?.answer('Copy password');
    await vi.waitFor(() => expect(desktop.clipboard.text).toBe(password));
    expect(JSON.stringify(desktop.logLines())).not.toContain(password);
  });

  test('asks nobody at login, and can be set up from the window as well', async () => {
    const desktop = await start({ isSetUp: false, argv: ['--hidden'] });
    expect(desktop.windows).toEqual([]);
    expect(desktop.dialogs).toEqual([]);
    desktop.app.emit('second-instance', {}, ['electron'], '/');
    await vi.waitFor(() => expect(desktop.pages).toHaveLength(1));
    await desktop.page().api.startServer();
    await headlineIs(desktop, /is running/);
  });

  test('says in the first row which program holds the port, and starts again when asked', async () => {
    const other = await started();
    const { port } = await anAccount(other, 'ben');
    const desktop = await start({ settings: { 'c2s.directTlsPort': port } });
    await headlineIs(
      desktop,
      new RegExp(
        `could not run: Port ${port} is in use by the program node \\(process ${other.processes.newest.pid}\\)`,
      ),
    );
    expect(desktop.processes.started).toHaveLength(1);
    expect(desktop.tray().imagePath).toMatch(/failed\.png$/);
    expect(desktop.notifications.map(({ options }) => options.title)).toEqual(['Snug is not running']);

    await other.page().api.stopServer();
    desktop.tray().choose('Start again');
    await headlineIs(desktop, /is running/);
  });

  test('goes on after sleep', async () => {
    const desktop = await started();
    desktop.powerMonitor.emit('suspend');
    desktop.powerMonitor.emit('resume');
    const client = await dial(desktop);
    expect(await client.status.get()).toMatchObject({ state: 'running' });
    expect(desktop.processes.started).toHaveLength(1);
  });

  test('quits within five seconds while people are connected, and they are told', async () => {
    const desktop = await started();
    const { port, password } = await anAccount(desktop, 'ben');
    const clients = ['phone', 'laptop', 'tablet'].map(
      (resource) => new ChatClient({ port, domain: 'snug.local', localpart: 'ben', password, resource }),
    );
    for (const client of clients) await client.login();
    const { pid = 0 } = desktop.processes.newest;
    const beganAt = performance.now();
    desktop.tray().choose('Quit Snug (people will be disconnected)');
    expect(await desktop.app.ended.promise).toBe(0);
    expect(performance.now() - beganAt).toBeLessThan(5_000);
    expect(isAlive(pid)).toBe(false);
    expect(desktop.windows).toEqual([]);
    expect(desktop.tray().isDestroyed).toBe(true);
    await vi.waitFor(() => expect(clients.every(({ isClosedByServer }) => isClosedByServer)).toBe(true));
  });

  test('stops the server when the system or a terminal ends the app', async () => {
    for (const end of [
      (desktop: DesktopInTest) => desktop.interrupt(),
      (desktop: DesktopInTest) => desktop.powerMonitor.emit('shutdown'),
      (desktop: DesktopInTest) => desktop.app.quit(),
      (desktop: DesktopInTest) => desktop.windows[0]?.emit('session-end'),
    ]) {
      const desktop = await started();
      const { pid = 0 } = desktop.processes.newest;
      end(desktop);
      expect(await desktop.app.ended.promise).toBe(0);
      expect(isAlive(pid)).toBe(false);
    }
  });

  test('quits while the server is still starting', async () => {
    const desktop = await start();
    const { pid = 0 } = desktop.processes.newest;
    desktop.app.quit();
    expect(await desktop.app.ended.promise).toBe(0);
    expect(isAlive(pid)).toBe(false);
  });
});

describe('where no panel shows tray icons', () => {
  const windowed = async (): Promise<DesktopInTest> => {
    const desktop = await start({ hasTrayHost: false });
    await vi.waitFor(async () => {
      expect(await desktop.page().api.serverState()).toMatchObject({ kind: 'running' });
    }, PATIENTLY);
    return desktop;
  };
  const question = (desktop: DesktopInTest) =>
    desktop.dialogs.filter(({ options }) => options.type === 'question').at(-1);

  test('the app has no icon, asks once what closing means, and goes on in the background', async () => {
    const desktop = await windowed();
    expect(desktop.trays).toEqual([]);
    desktop.windows[0]?.close();
    expect(desktop.windows).toHaveLength(1);
    question(desktop)?.answer('Keep running');
    await vi.waitFor(() => expect(desktop.windows).toEqual([]));
    expect(desktop.processes.newest.pid).toBeDefined();

    desktop.app.emit('second-instance', {}, ['electron'], '/');
    expect(desktop.windows).toHaveLength(1);
    const asked = desktop.dialogs.length;
    desktop.windows[0]?.close();
    expect(desktop.windows).toEqual([]);
    expect(desktop.dialogs).toHaveLength(asked);
  });

  test('the answer can be to quit, or to leave the window open', async () => {
    const desktop = await windowed();
    desktop.windows[0]?.close();
    question(desktop)?.answer('Cancel');
    expect(desktop.windows).toHaveLength(1);
    desktop.windows[0]?.close();
    question(desktop)?.answer('Quit');
    expect(await desktop.app.ended.promise).toBe(0);
    expect(desktop.processes.newest.pid).toBeUndefined();
  });
});

/** Adds an account through the window's own port. */
async function anAccount(desktop: DesktopInTest, localpart: string): Promise<{ port: number; password: string }> {
  const client = await dial(desktop);
  const { generatedPassword = '' } = await client.accounts.add({ localpart });
  const { ports } = await client.status.get();
  return { port: ports.c2sTls ?? 0, password: generatedPassword };
}
