/** Pictures of every page for the documents, and for people who look whether they are good. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openBrowser, whyNoChromium } from './browser.ts';
import { buildWindow } from './build-window.ts';
import { FakeControl } from './fake-control.ts';
import { goTo, pages, visit } from './visit.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/screenshots');
const sizes = [
  { width: 800, height: 600 },
  { width: 1440, height: 900 },
] as const;

const reason = whyNoChromium();
let browser: Browser;
let control: FakeControl;

beforeAll(async () => {
  if (reason !== undefined) return;
  mkdirSync(FOLDER, { recursive: true });
  await buildWindow();
  control = await FakeControl.open(['c2s.maxSessionsPerAccount=12']);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await control?.close();
});

beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

for (const scheme of ['light', 'dark'] as const) {
  for (const size of sizes) {
    test(`every page is drawn ${scheme} at ${size.width}×${size.height} without an error`, async () => {
      const { context, page, faults } = await visit(browser, control, { scheme, size });
      for (const name of pages) {
        await goTo(page, name);
        const picture = await takePicture(page, `${name}-${scheme}-${size.width}x${size.height}`);
        expect(picture.byteLength).toBeGreaterThan(10_000);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(size.width);
      }
      expect(faults).toEqual([]);
      await context.close();
    });
  }
}

for (const scheme of ['light', 'dark'] as const) {
  test(`a domain of one’s own is drawn ${scheme}, wide and narrow`, async () => {
    const own = await FakeControl.open();
    own.liveAt();
    own.federation.enable(true);
    for (const size of sizes) {
      const { context, page, faults } = await visit(browser, own, { scheme, size });
      await goTo(page, 'federation');
      await page.getByRole('table', { name: 'DNS records' }).waitFor();
      const name = `own-domain-${scheme}-${size.width}x${size.height}`;
      expect((await takePicture(page, name)).byteLength).toBeGreaterThan(10_000);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(size.width);
      expect(faults).toEqual([]);
      await context.close();
    }
    await own.close();
  });
}

async function takePicture(page: Page, name: string): Promise<Buffer> {
  await page.evaluate('document.fonts.ready');
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  return await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
}
