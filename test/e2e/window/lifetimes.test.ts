/** People who come and go: guests, deleted accounts, and who waits to be let in. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FakeControl } from './fake-control.ts';
import { NOW, person } from './fake-household.ts';
import { type Visited, visitEach } from './visit-each.ts';

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(NOW.getTime() + hours * HOUR_MS).toISOString();

let page: Page;
let control: FakeControl;

visitEach({ page: 'people' }, (visited: Visited) => {
  ({ page, control } = visited);
});

const dialog = () => page.getByRole('dialog');
const row = (name: string) =>
  page.getByRole('row').filter({ has: page.getByText(`${name}@miller.local`, { exact: true }) });
const waiting = () => page.getByRole('region', { name: 'Waiting to be let in' });

async function choose(name: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Draws what is there in light and dark, where somebody wants to look at it. */
async function draws(name: string): Promise<void> {
  const folder = process.env.SNUG_SCREENSHOTS;
  if (folder === undefined) return;
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: join(folder, `${name}-${scheme}.png`), animations: 'disabled' });
  }
}

function peopleCome(): void {
  control.add(
    person('max', 'member', 0.1, { status: 'pending' }),
    person('leonie', 'member', 0.02, { status: 'pending' }),
    person('visitor', 'member', 1, { expiresAt: inHours(47) }),
    person('uncle', 'member', 90, { status: 'deleted', vanishesAt: inHours(100) }),
  );
}

test('who waits is let in or sent away on the first sight', async () => {
  peopleCome();
  await waiting().waitFor();
  expect(await row('max').count()).toBe(0);
  await draws('people-waiting');
  await waiting().getByRole('button', { name: 'Let max in' }).click();
  await page.getByText('max can sign in now.').waitFor();
  await row('max').getByText('Allowed').waitFor();
  await waiting().getByRole('button', { name: 'Send leonie away' }).click();
  await waiting().waitFor({ state: 'detached' });
  expect(await row('leonie').count()).toBe(0);
});

test('a guest is shown with the end, which can be moved or lifted in the details', async () => {
  peopleCome();
  await row('visitor').getByText('Guest until 16 March').waitFor();
  await page.getByRole('button', { name: 'Details of visitor' }).click();
  const section = dialog().getByRole('region', { name: 'How long this account lasts' });
  await section.getByText(/It ends by itself on/).waitFor();
  await draws('person-guest');
  await section.getByLabel('From now on').selectOption('A week');
  await section.getByRole('button', { name: 'Change the end' }).click();
  await row('visitor').getByText('Guest until 21 March').waitFor();
  await section.getByLabel('From now on').selectOption('For good');
  await section.getByRole('button', { name: 'Change the end' }).click();
  await section.getByText('It lasts until somebody removes it.').waitFor();
  expect(await row('visitor').getByText('Guest until').count()).toBe(0);
});

test('who is deleted can be restored from the details as well', async () => {
  peopleCome();
  await page.getByRole('button', { name: 'Details of uncle' }).click();
  await dialog().getByRole('region', { name: 'Deleted' }).getByRole('button', { name: 'Restore' }).click();
  await page.getByText('uncle is back, as before.').waitFor();
  await dialog().getByText('How long this account lasts').waitFor();
});

test('a guest can be made right when the person is added', async () => {
  await page.getByRole('button', { name: 'Add a person' }).click();
  await dialog().getByLabel('Name').fill('lodger');
  await dialog().getByLabel('How long').selectOption('A month');
  await draws('add-guest');
  await dialog().getByRole('button', { name: 'Add', exact: true }).click();
  await dialog().getByRole('button', { name: 'Done' }).click();
  await row('lodger').getByText('Guest until 13 April').waitFor();
});

test('who is deleted can be restored, and is removed for good only after the consequence was typed', async () => {
  await choose('finn', 'Remove…');
  await dialog().getByText('For 7 days you can restore it as it was').waitFor();
  await draws('delete-person');
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
  await row('finn').getByText('Gone for good in 7 days').waitFor();
  await draws('person-deleted');
  await choose('finn', 'Restore');
  await page.getByText('finn is back, as before.').waitFor();
  await row('finn').getByText('Allowed').waitFor();

  await choose('finn', 'Remove…');
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click();
  await row('finn').getByText('Deleted').waitFor();
  await choose('finn', 'Remove for good…');
  expect(await dialog().getByRole('button', { name: 'Remove for good' }).isDisabled()).toBe(true);
  await dialog().getByLabel('Type “remove finn” to confirm').fill('remove finn');
  await dialog().getByRole('button', { name: 'Remove for good' }).click();
  await row('finn').waitFor({ state: 'detached' });
});
