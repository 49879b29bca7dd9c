/** What pages are refused, whoever has written them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PageCall } from '../../electron/electron-objects.ts';
import { channels } from '../../electron/window-channels.ts';
import { type AppFolder, createAppFolder } from './app-folder.ts';
import { type DesktopInTest, startInTest } from './desktop-in-test.ts';

/** A worker that only lives: none of this reaches it. */
const IDLE_WORKER = `process.parentPort.on('message', ({ data }) => { if (data.type === 'stop') process.exit(0); });`;

let app: AppFolder;
beforeAll(async () => {
  app = await createAppFolder();
  app.useWorker(IDLE_WORKER);
});
afterAll(() => app.remove());

const start = (): Promise<DesktopInTest> => startInTest({ appPath: app.path });

function windowOf(desktop: DesktopInTest) {
  const [window] = desktop.windows;
  if (window === undefined) throw new Error('there is no window');
  return window;
}

/** Whether an event of the page's contents was prevented. */
function isRefused(desktop: DesktopInTest, event: string): boolean {
  let isPrevented = false;
  windowOf(desktop).webContents.emit(event, {
    preventDefault: () => {
      isPrevented = true;
    },
  });
  return isPrevented;
}

describe('a page', () => {
  test('goes nowhere and opens nothing', async () => {
    const desktop = await start();
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      expect([event, isRefused(desktop, event)]).toEqual([event, true]);
    }
    const { openHandler } = windowOf(desktop).webContents;
    const details = { url: 'https://example.org/' } as Parameters<typeof openHandler>[0];
    expect(openHandler(details)).toEqual({ action: 'deny' });
    expect(desktop.logLines().filter(({ msg }) => msg === 'page was refused something')).toHaveLength(5);
  });

  test('gets no permission, in no session', async () => {
    const desktop = await start();
    const { request, check, device } = desktop.session.handlers;
    const answers: boolean[] = [];
    type Request = Parameters<NonNullable<typeof request>>;
    for (const permission of ['media', 'notifications', 'geolocation', 'clipboard-read', 'openExternal'] as const) {
      request?.(null as unknown as Request[0], permission, (granted) => answers.push(granted), {} as Request[3]);
      expect(check?.(null, permission, 'app://snug', {} as never)).toBe(false);
    }
    expect(answers).toEqual([false, false, false, false, false]);
    expect(device?.({} as never)).toBe(false);
  });

  test('runs isolated, sandboxed and without Node', async () => {
    const desktop = await start();
    expect(windowOf(desktop).options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      preload: join(app.path, '.vite/build/preload.cjs'),
    });
    expect(desktop.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
  });

  test('sees named functions and no way to send anything else', async () => {
    const desktop = await start();
    await vi.waitFor(() => expect(desktop.pages).toHaveLength(1));
    const { api } = desktop.page();
    expect(Object.keys(api).sort()).toEqual([
      'connect',
      'copyText',
      'getLoginItem',
      'onOpenSheet',
      'onServerState',
      'openLogsFolder',
      'platform',
      'restartServer',
      'serverState',
      'setLoginItem',
      'startServer',
      'stopServer',
      'version',
    ]);
    const passed: unknown[][] = [];
    api.onServerState((...values) => passed.push(values));
    windowOf(desktop).webContents.send(channels.serverStateChanged, { kind: 'stopped' });
    expect(passed).toEqual([[{ kind: 'stopped' }]]);
  });

  test('that ends unexpectedly takes its window with it, and the next window works', async () => {
    const desktop = await start();
    await vi.waitFor(() => expect(desktop.pages).toHaveLength(1));
    windowOf(desktop).webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 });
    expect(desktop.windows).toEqual([]);
    desktop.tray().choose('Open Snug…');
    await vi.waitFor(() => expect(desktop.pages).toHaveLength(2));
    expect(await desktop.page().api.serverState()).toMatchObject({ kind: 'starting' });
  });
});

describe('a call', () => {
  const everyChannel = [
    channels.connect,
    channels.copyText,
    channels.openLogsFolder,
    channels.startServer,
    channels.stopServer,
    channels.restartServer,
    channels.serverState,
    channels.getLoginItem,
    channels.setLoginItem,
  ];

  test.each(everyChannel)('%s from elsewhere is refused and changes nothing', async (channel) => {
    const desktop = await start();
    const { id } = windowOf(desktop).webContents;
    const ours = { url: 'app://snug/index.html', parent: null };
    const foreign: Record<string, PageCall> = {
      'another page': { sender: { id }, senderFrame: { url: 'https://example.org/', parent: null } },
      'a look-alike': { sender: { id }, senderFrame: { url: 'app://snug.example.org/', parent: null } },
      'a frame inside the page': { sender: { id }, senderFrame: { ...ours, parent: ours } },
      'a frame that has gone': { sender: { id }, senderFrame: null },
      'another window': { sender: { id: id + 1000 }, senderFrame: ours },
    };
    for (const [who, event] of Object.entries(foreign)) {
      await expect(desktop.call(channel, event, []), who).rejects.toThrow('refused');
    }
    expect(desktop.clipboard.text).toBe('');
    expect(desktop.openedPaths).toEqual([]);
    expect(desktop.processes.newest.pid).toBeDefined();
    expect(desktop.processes.started).toHaveLength(1);
    expect(desktop.logLines().filter(({ msg }) => msg === 'call from a foreign page refused')).toHaveLength(5);
  });

  test.each([
    [channels.copyText, []],
    [channels.copyText, [7]],
    [channels.copyText, ['x'.repeat(100_001)]],
    [channels.copyText, ['one', 'two']],
    [channels.setLoginItem, ['yes']],
    [channels.setLoginItem, [{ openAtLogin: true, path: '/bin/sh' }]],
    [channels.startServer, [{ dataDir: '/etc' }]],
    [channels.openLogsFolder, ['/']],
  ])('%s with wrong arguments is refused', async (channel, values) => {
    const desktop = await start();
    const { id } = windowOf(desktop).webContents;
    const event = { sender: { id }, senderFrame: { url: 'app://snug/index.html', parent: null } };
    await expect(desktop.call(channel, event, values)).rejects.toThrow('wrong arguments');
    expect(desktop.clipboard.text).toBe('');
    expect(desktop.openedPaths).toEqual([]);
    // What was refused may be a password; it is not in the log.
    expect(readFileSync(join(desktop.dataDir, 'logs/desktop.log'), 'utf8')).not.toContain('xxx');
  });

  test('after the window has closed is refused', async () => {
    const desktop = await start();
    const { id } = windowOf(desktop).webContents;
    windowOf(desktop).close();
    const event = { sender: { id }, senderFrame: { url: 'app://snug/index.html', parent: null } };
    await expect(desktop.call(channels.serverState, event, [])).rejects.toThrow('refused');
  });
});
