/** What everybody is told: now, once a day, and when they are new. */
import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import type { FakeControl } from './fake-control.ts';
import { visitEach } from './visit-each.ts';

let control: FakeControl;
let page: Page;
visitEach({ page: 'people' }, (visited) => {
  ({ control, page } = visited);
});

const dialog = () => page.getByRole('dialog');

beforeEach(async () => {
  await page.getByRole('button', { name: 'Tell everybody…' }).click();
  await dialog().getByLabel('Message of the day', { exact: true }).waitFor();
});

test('who is online hears it at once, and the window says how many they were', async () => {
  const send = dialog().getByRole('button', { name: 'Send' });
  expect(await send.isDisabled()).toBe(true);
  await dialog().getByLabel('What everybody should know').fill('Dinner is ready.');
  await send.click();
  await dialog().getByText('Sent to 5 people online.').waitFor();
  expect(control.done).toEqual(['announce: Dinner is ready.']);
  expect(await dialog().getByLabel('What everybody should know').inputValue()).toBe('');
});

test('nobody online is said as well', async () => {
  control.signEverybodyOut();
  await dialog().getByLabel('What everybody should know').fill('Is anybody there?');
  await dialog().getByRole('button', { name: 'Send' }).click();
  await dialog().getByText('Nobody was online.').waitFor();
});

test('the message of the day is set anew, corrected and removed', async () => {
  const motd = dialog().getByLabel('Message of the day', { exact: true });
  const save = dialog().getByRole('button', { name: 'Save: Message of the day' });
  expect(await motd.inputValue()).toBe('The cake sale is on Saturday, in the garden.');
  expect(await save.isDisabled()).toBe(true);
  await motd.fill('The cake sale is on Saturday, in the hall.');
  await dialog().getByLabel('Only correct it').check();
  await save.click();
  await dialog().getByText('Saved').waitFor();
  await motd.fill('The cake is gone.');
  expect(await dialog().getByLabel('Only correct it').isChecked()).toBe(false);
  await save.click();
  await expect.poll(() => control.administration.messages().motd).toBe('The cake is gone.');
  expect(control.done).toEqual(['motd.edit', 'motd.set']);
  await dialog().getByRole('button', { name: 'Remove: Message of the day' }).click();
  await dialog().getByText('Removed').waitFor();
  await expect.poll(() => motd.inputValue()).toBe('');
  expect(control.administration.messages().motd).toBe(null);
});

test('a welcome message is kept for whoever comes', async () => {
  await dialog().getByLabel('Welcome message', { exact: true }).fill('Hello!');
  await dialog().getByRole('button', { name: 'Save: Welcome message' }).click();
  await dialog().getByText('Saved').waitFor();
  expect(control.administration.messages()).toEqual({
    motd: 'The cake sale is on Saturday, in the garden.',
    welcome: 'Hello!',
  });
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Tell everybody…' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => dialog().getByLabel('Welcome message', { exact: true }).inputValue()).toBe('Hello!');
});
