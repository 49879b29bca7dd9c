/** The window on the screen of a telephone, as who looks after a headless server from the sofa has it. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { goTo, pages } from './visit.ts';
import { visitEach } from './visit-each.ts';

const SIZE = { width: 480, height: 800 };
let page: Page;
visitEach({}, (visited) => {
  ({ page } = visited);
});

test('the figures of the overview do not run into each other', async () => {
  await page.setViewportSize(SIZE);
  const figures = page.locator('dl dd');
  await figures.first().waitFor();
  const overflowing = await page.evaluate<readonly string[]>(
    '[...document.querySelectorAll("dl dd")].filter((d) => d.scrollWidth > d.clientWidth).map((d) => d.textContent)',
  );
  expect(overflowing).toEqual([]);
});

test('people have names, and what can be done for them is reached by moving the table', async () => {
  await page.setViewportSize(SIZE);
  await goTo(page, 'people');
  const name = page.getByRole('button', { name: /^Details of / }).first();
  await name.waitFor();
  expect((await name.boundingBox())?.width).toBeGreaterThan(20);
  await page
    .getByRole('button', { name: /^Actions for / })
    .first()
    .click();
  await page.getByRole('menuitem').first().waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(SIZE.width);
});

test('a setting has the width of the page for its words, and its control below them', async () => {
  await page.setViewportSize(SIZE);
  await goTo(page, 'settings');
  const row = page.locator('[data-setting="lan.mdns"]');
  const words = await row.getByText('Whether the server shows itself').boundingBox();
  const control = await row.getByRole('switch').boundingBox();
  expect(words?.width).toBeGreaterThan(250);
  expect(control?.y).toBeGreaterThan((words?.y ?? 0) + (words?.height ?? 0));
});

test('every page stays within the screen, and the way to each can be reached', async () => {
  await page.setViewportSize(SIZE);
  for (const name of pages) {
    await goTo(page, name);
    expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, SIZE.width]);
  }
  await page.setViewportSize({ width: 800, height: 600 });
  const last = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').last().boundingBox();
  expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(600);
});
