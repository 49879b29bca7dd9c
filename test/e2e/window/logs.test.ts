/** Logs: live, filtered, paused. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FakeControl } from './fake-control.ts';
import { line } from './fake-household.ts';
import { visitEach } from './visit-each.ts';

let control: FakeControl;
let page: Page;
visitEach({ page: 'logs' }, (visited) => {
  ({ control, page } = visited);
});

const log = () => page.getByRole('log');

test('a line appears as it is written, and the end stays in sight', async () => {
  for (let n = 0; n < 60; n++) control.lines.write(line(0, 'info', 'session', `line number ${n}`, {}));
  await log().getByText('line number 59').waitFor();
  await expect.poll(() => distanceToEnd()).toBeLessThan(24);
});

test('who has scrolled up is left in peace until they want to go to the newest', async () => {
  for (let n = 0; n < 80; n++) control.lines.write(line(0, 'info', 'session', `line number ${n}`, {}));
  await log().getByText('line number 79').waitFor();
  await expect.poll(() => distanceToEnd()).toBeLessThan(24);
  await log().hover();
  await page.mouse.wheel(0, -900);
  await page.getByRole('button', { name: 'To the newest' }).waitFor();
  control.lines.write(line(0, 'info', 'session', 'one more', {}));
  await page.getByText('97 lines').waitFor();
  expect(await distanceToEnd()).toBeGreaterThan(100);
  await page.getByRole('button', { name: 'To the newest' }).click();
  await expect.poll(() => distanceToEnd()).toBeLessThan(24);
});

test('level and text filter together', async () => {
  await page.getByLabel('Level').selectOption('Problems only');
  await page.getByText('4 of 16 lines').waitFor();
  await page.getByLabel('Filter by text').fill('wlan0 warn');
  await page.getByText('1 of 16 lines').waitFor();
  await log().getByText('an address changed; announcing again').waitFor();
  await page.getByLabel('Filter by text').fill('nothing like it');
  await page.getByText('No line matches').waitFor();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await page.getByText('16 lines').waitFor();
});

test('a pause holds the view and counts what waits', async () => {
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Paused').waitFor();
  control.lines.write(line(0, 'error', 'store', 'the disk is full', {}));
  control.lines.write(line(0, 'error', 'store', 'the disk is full still', {}));
  await page.getByText('Paused, 2 new lines waiting').waitFor();
  expect(await log().getByText('the disk is full').count()).toBe(0);
  await page.getByRole('button', { name: 'Resume' }).click();
  await log().getByText('the disk is full still').waitFor();
});

test('the lines that are shown can be copied', async () => {
  await page.getByLabel('Level').selectOption('Errors only');
  await page.getByText('1 of 16 lines').waitFor();
  await page.getByRole('button', { name: 'Copy the lines shown' }).click();
  await page.getByRole('button', { name: 'Copy the lines shown' }).getByText('Copied').waitFor();
  const copied = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(copied).toMatch(/^2026-03-14T\S+ error certificates: certificate file could not be read.* code="EACCES"$/);
});

test('no more than two thousand lines are kept', async () => {
  for (let n = 0; n < 2100; n++) control.lines.write(line(0, 'debug', 'router', `line number ${n}`, {}));
  await log().getByText('line number 2099').waitFor();
  await page.getByText('2000 lines').waitFor();
  expect(await log().locator('[data-level]').count()).toBe(2000);
});

function distanceToEnd(): Promise<number> {
  return page.evaluate(
    '(() => { const box = document.querySelector("[role=log]"); return box.scrollHeight - box.scrollTop - box.clientHeight; })()',
  );
}
