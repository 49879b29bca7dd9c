/** The window on the screen of a telephone, as who looks after a headless server from the sofa has it. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { goTo } from './visit.ts';
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
