/** The window inside the desktop app: what it does with `window.snug`, here played by a script over the same doors. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser, openProfile, whyNoChromium } from './browser.ts';
import { buildWindow } from './build-window.ts';
import { FakeControl } from './fake-control.ts';

/** A shell that notes what it is asked to do, and whose port leads to the server. */
const SHELL = `
  const done = [];
  const listeners = new Set();
  let state = { kind: 'running', online: 5, address: 'miller.local' };
  let isAtLogin = false;
  const note = (name) => (...given) => { done.push([name, ...given].join(' ')); return Promise.resolve(); };
  window.shellDone = done;
  window.becomeState = (next) => { state = next; for (const listener of listeners) listener(next); };
  window.snug = {
    platform: 'linux',
    version: '0.1.0',
    connect() {
      const { port1, port2 } = new MessageChannel();
      const socket = new WebSocket('ws://' + location.host + '/control');
      const waiting = [];
      port2.onmessage = ({ data }) => socket.readyState === 1 ? socket.send(data) : waiting.push(data);
      socket.onopen = () => waiting.forEach((data) => socket.send(data));
      socket.onmessage = ({ data }) => port2.postMessage(data);
      socket.onclose = () => port2.close();
      window.postMessage({ type: 'snug-port' }, location.origin, [port1]);
    },
    copyText: note('copyText'),
    openLogsFolder: note('openLogsFolder'),
    startServer: note('startServer'),
    stopServer: note('stopServer'),
    restartServer: note('restartServer'),
    serverState: () => Promise.resolve(state),
    onServerState(listener) { listeners.add(listener); return () => listeners.delete(listener); },
    onOpenSheet(listener) { window.pressTray = listener; return () => undefined; },
    getLoginItem: () => Promise.resolve(isAtLogin),
    setLoginItem: (on) => { isAtLogin = on; return Promise.resolve(isAtLogin); },
  };`;

const reason = whyNoChromium();
let browser: Browser;
let control: FakeControl;
let page: Page;

beforeAll(async () => {
  if (reason !== undefined) return;
  await buildWindow();
  browser = await openBrowser();
});

afterAll(() => browser?.close());

beforeEach(async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  control = await FakeControl.open();
  const { context } = await openProfile(browser);
  page = await context.newPage();
  await page.goto(control.address());
  await page.getByRole('heading', { name: 'Snug is running' }).waitFor();
  await page.addInitScript(SHELL);
  await page.reload();
  await page.getByText('Gajim 1.9.5').first().waitFor();
});

afterEach(async () => {
  await page?.context().close();
  await control?.close();
});

const done = () => page.evaluate<string[]>('shellDone');

test('calls go over the message port, and live snapshots come back', async () => {
  control.signEverybodyOut();
  await page.getByText('Nobody is online', { exact: true }).waitFor();
});

test('the server can be restarted, and stopped after a question', async () => {
  await page.getByRole('button', { name: 'Restart' }).click();
  expect(await done()).toEqual(['restartServer']);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('dialog').getByText('5 people will be disconnected.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  expect(await done()).toEqual(['restartServer']);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Stop the server' }).click();
  await expect.poll(done).toEqual(['restartServer', 'stopServer']);
});

test('a server that was stopped on purpose is no failure, and can be started', async () => {
  await page.evaluate(`becomeState({ kind: 'stopped' })`);
  await control.goAway();
  await page.getByRole('heading', { name: 'Snug is stopped' }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  await page.getByRole('button', { name: 'Start' }).click();
  await expect.poll(done).toEqual(['startServer']);
});

test('before the first start the page says that nothing listens yet, and offers to start', async () => {
  await page.addInitScript(`window.snug.connect = () => undefined; becomeState({ kind: 'needs-setup' });`);
  await page.reload();
  await page.getByRole('heading', { name: 'Snug is not set up yet' }).waitFor();
  await page.getByText('Nothing listens on your network yet').waitFor();
  await page.getByRole('button', { name: 'Start' }).click();
  await expect.poll(done).toEqual(['startServer']);
});

test('a server that failed says why in the header and on the page', async () => {
  await page.evaluate(`becomeState({ kind: 'failed', reason: 'Port 5222 is taken by prosody.' })`);
  await page.getByLabel('Server').getByText('Port 5222 is taken by prosody.').waitFor();
  await page.getByRole('heading', { name: 'Snug is not running' }).waitFor();
});

test('copying goes through the shell', async () => {
  await page.getByRole('button', { name: 'Copy the address', exact: true }).click();
  await expect.poll(done).toEqual(['copyText miller.local']);
});

test('start at login shows what the system says', async () => {
  await page.getByRole('link', { name: 'Settings' }).click();
  const login = page.getByRole('switch', { name: 'Start at login' });
  await login.press(' ');
  await expect.poll(() => login.isChecked()).toBe(true);
});

test('the folder of the logs is one press away', async () => {
  await page.getByRole('link', { name: 'Logs' }).click();
  await page.getByRole('button', { name: 'Open the folder' }).click();
  await expect.poll(done).toEqual(['openLogsFolder']);
});

test('“Invite someone…” in the tray opens the sheet beside whatever page is open', async () => {
  await page.getByRole('link', { name: 'Logs' }).click();
  await page.evaluate(`pressTray('invite')`);
  await page.getByRole('dialog', { name: 'Invite someone' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('[data-page="logs"]').waitFor();
});
