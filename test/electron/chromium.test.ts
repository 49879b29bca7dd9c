/** The whole desktop app but Electron: the real shell, preload script, window and worker, seen in a real browser. */
import { existsSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SnugApi } from '../../server/control/contract.ts';
import { buildWindow } from '../e2e/window/build-window.ts';
import { type AppFolder, createAppFolder } from './app-folder.ts';
import { type DesktopInTest, PATIENTLY, startInTest } from './desktop-in-test.ts';
import { CHROMIUM, ChromiumPages } from './double/chromium-pages.ts';

const hasChromium = existsSync(CHROMIUM);
const NO_CHROMIUM = `there is no ${CHROMIUM}`;

let app: AppFolder;
beforeAll(async () => {
  app = await createAppFolder();
});
afterAll(() => app.remove());

async function startInChromium(): Promise<{ desktop: DesktopInTest; page: Page; pages: ChromiumPages }> {
  const pages = await ChromiumPages.open();
  onTestFinished(() => pages.close());
  const desktop = await startInTest({ appPath: app.path, pages });
  await vi.waitFor(() => expect(desktop.headline()).toMatch(/is running/), PATIENTLY);
  await vi.waitFor(() => expect(desktop.windows[0]?.isVisible).toBe(true), PATIENTLY);
  const [page] = pages.pages;
  if (page === undefined) throw new Error('no page was opened');
  return { desktop, page, pages };
}

declare const window: { readonly snug: SnugApi };

describe('the window in a browser', () => {
  test('reaches main process and server through the preload script, under the app’s own policy', async ({ skip }) => {
    if (!hasChromium) skip(NO_CHROMIUM);
    const { desktop, page } = await startInChromium();
    expect(await page.evaluate(() => window.snug.serverState())).toMatchObject({ kind: 'running', online: 0 });
    await page.evaluate(() => window.snug.copyText('miller.local'));
    expect(desktop.clipboard.text).toBe('miller.local');
    // The policy that the app's handler sends is in force: no requests, no script in the page.
    expect(await page.evaluate(() => fetch('/index.html').then(String, String))).toMatch(/Failed to fetch/);
    await page.evaluate(
      "document.head.append(Object.assign(document.createElement('script'), { text: 'window.bad = 1' }))",
    );
    expect(await page.evaluate('window.bad')).toBeUndefined();
    const answer = await page.evaluate(`new Promise((resolve) => {
      addEventListener('message', ({ data, ports: [port] }) => {
        if (data.type !== 'snug-port') return;
        port.onmessage = (message) => resolve(message.data);
        port.postMessage(JSON.stringify({ i: '1', p: { u: '/status/get' } }));
      });
      window.snug.connect();
    })`);
    expect(JSON.stringify(answer)).toContain('snug.local');
  });

  test('shows the real window with live facts, and follows the server through a restart', async ({ skip }) => {
    if (!hasChromium) skip(NO_CHROMIUM);
    await buildWindow();
    app.useRealWindow();
    const { desktop, page, pages } = await startInChromium();
    const pill = (kind: string) => page.locator(`[role=status][aria-label=Server][data-kind=${kind}]`).waitFor();
    await pill('running');
    await page.getByText('snug.local').first().waitFor();
    desktop.tray().choose('Pause server');
    await pill('stopped');
    desktop.tray().choose('Start server');
    await pill('running');
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByText('admin@snug.local').first().waitFor();
    expect(pages.complaints).toEqual([]);
  });
});
