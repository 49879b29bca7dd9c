/** Roles of one’s own: made, changed, given to people and removed. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FakeControl } from './fake-control.ts';
import { visitEach } from './visit-each.ts';

let control: FakeControl;
let page: Page;
visitEach({ page: 'people' }, (visited) => {
  ({ control, page } = visited);
});

const dialog = () => page.getByRole('dialog');

async function openRoles(): Promise<void> {
  await page.getByRole('button', { name: 'Roles…' }).click();
  await dialog().getByText('Town crier').waitFor();
}

test('a role of one’s own is made, in words, and can be given to somebody', async () => {
  await openRoles();
  await dialog().getByRole('button', { name: 'New role' }).click();
  const name = dialog().getByLabel('Name');
  expect(await name.evaluate((field) => field === document.activeElement)).toBe(true);
  await name.fill('Librarian');
  await dialog().getByRole('group', { name: 'Files and reports' }).getByLabel('Delete files').check();
  await dialog().getByRole('button', { name: 'Make the role' }).click();
  await page.getByText('There is a role “Librarian” now.').waitFor();
  await dialog().getByRole('listitem').filter({ hasText: 'Librarian' }).getByText('nobody has it').waitFor();
  expect(control.administration.roles().find((role) => role.name === 'Librarian')?.permissions).toEqual([
    'files.write',
  ]);
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Actions for clara' }).click();
  await page.getByRole('menuitem', { name: 'Change role…' }).click();
  await dialog().getByLabel('Librarian').check();
  await dialog().getByRole('button', { name: 'Change the role' }).click();
  await page.getByRole('row').filter({ hasText: 'clara' }).getByText('Librarian').waitFor();
});

test('a name that is taken is explained beside the form, and nothing is lost', async () => {
  await openRoles();
  await dialog().getByRole('button', { name: 'New role' }).click();
  await dialog().getByLabel('Name').fill('helper');
  await dialog().getByLabel('Disconnect devices').check();
  await dialog().getByLabel('Name').press('Enter');
  await dialog().getByRole('alert').getByText('There is a role "helper" already.').waitFor();
  expect(await dialog().getByLabel('Disconnect devices').isChecked()).toBe(true);
});

test('a role is changed, permission by permission', async () => {
  await openRoles();
  await dialog().getByRole('button', { name: 'Change the role Helper' }).click();
  expect(await dialog().getByLabel('Delete files').isChecked()).toBe(true);
  await dialog().getByLabel('Delete files').uncheck();
  await dialog().getByLabel('Read the log', { exact: true }).check();
  await dialog().getByRole('button', { name: 'Save' }).click();
  await page.getByText('The role “Helper” is changed.').waitFor();
  const helper = control.administration.roles().find((role) => role.name === 'Helper');
  expect(helper?.permissions.toSorted()).toEqual([
    'files.read',
    'logs.read',
    'people.read',
    'reports.read',
    'sessions.end',
  ]);
});

test('a role that somebody has stays, and the server says why; one that nobody has goes after one question', async () => {
  await page.getByRole('button', { name: 'Add a person' }).click();
  await dialog().getByLabel('Name').fill('max');
  await dialog().getByLabel('Town crier').check();
  await dialog().getByRole('button', { name: 'Add', exact: true }).click();
  await dialog().getByRole('button', { name: 'Done' }).click();
  await dialog().waitFor({ state: 'detached' });

  await openRoles();
  await dialog().getByRole('button', { name: 'Change the role Town crier' }).click();
  await dialog().getByRole('button', { name: 'Remove the role…' }).click();
  await dialog().getByRole('button', { name: 'Remove the role' }).click();
  await dialog().getByRole('alert').getByText('Give another role there first.').waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();

  await dialog().getByRole('button', { name: 'Change the role Helper' }).click();
  await dialog().getByRole('button', { name: 'Remove the role…' }).click();
  await dialog().getByRole('button', { name: 'Remove the role' }).click();
  await page.getByText('The role “Helper” is removed.').waitFor();
  await dialog().getByRole('button', { name: 'Change the role Helper' }).waitFor({ state: 'detached' });
});

test('the roles of every server are shown, and cannot be changed', async () => {
  await openRoles();
  await dialog().getByRole('listitem').filter({ hasText: 'Administrator' }).getByText('1 person has it').waitFor();
  expect(
    await dialog()
      .getByRole('button', { name: /^Change the role/ })
      .count(),
  ).toBe(2);
});
