/** People: what an administrator does there, against a server that answers as the real one does. */
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
const row = (name: string) =>
  page.getByRole('row').filter({ has: page.getByText(`${name}@miller.local`, { exact: true }) });

async function choose(name: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('what can be done stands in one line beside the title, and one below', async () => {
  await page.setViewportSize({ width: 1200, height: 820 });
  const topOf = async (name: string) => (await page.getByRole('button', { name, exact: true }).boundingBox())?.y ?? 0;
  const titleAt = (await page.getByRole('heading', { name: 'People' }).boundingBox())?.y ?? 0;
  expect(await topOf('Add a person')).toBe(await topOf('Invite someone'));
  expect((await topOf('Invite someone')) - titleAt).toBeLessThan(40);
  const below = await Promise.all(['Tell everybody…', 'Groups…', 'Roles…'].map(topOf));
  expect(new Set(below).size).toBe(1);
});

test('a new person gets a password that is shown once', async () => {
  await page.getByRole('button', { name: 'Add a person' }).click();
  await dialog().getByLabel('Name').fill('max');
  await dialog().getByRole('button', { name: 'Add', exact: true }).click();
  await dialog().getByText('max can sign in now').waitFor();
  const password = await dialog().getByTestId('generated-password').textContent();
  expect(password).toBe('k7mwq-2vhdn-x9rtf-b4ycz');
  await dialog().getByRole('button', { name: 'Copy the password' }).click();
  await dialog().getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(password);
  await dialog().getByRole('button', { name: 'Done' }).click();
  await row('max').waitFor();
  expect(await page.content()).not.toContain(password);

  await page.getByRole('button', { name: 'Add a person' }).click();
  await dialog().getByText('Make a strong one').waitFor();
  expect(await dialog().textContent()).not.toContain(password);
});

test('a name that is taken or cannot be one is explained beside the field', async () => {
  await page.getByRole('button', { name: 'Add a person' }).click();
  const name = dialog().getByLabel('Name');
  await name.fill('anna');
  await name.press('Enter');
  await dialog().getByText('The name "anna" is taken.').waitFor();
  expect(await name.getAttribute('aria-invalid')).toBe('true');
  await name.fill('no spaces');
  await name.press('Enter');
  await dialog().getByText('"no spaces" cannot be the name of an account.').waitFor();
});

test('a password that is too weak is explained beside the password', async () => {
  await page.getByRole('button', { name: 'Add a person' }).click();
  await dialog().getByLabel('Name').fill('max');
  await dialog().getByText('Choose one').click();
  const password = dialog().getByLabel('The password');
  await password.fill('short');
  await password.press('Enter');
  await dialog().getByText('The password needs at least 8 characters.').waitFor();
  expect(await dialog().getByLabel('Name').getAttribute('aria-invalid')).not.toBe('true');
});

test('a reset gives a new password, shown once', async () => {
  await choose('ben', 'Reset password…');
  await dialog().getByRole('button', { name: 'Make a new password' }).click();
  await dialog().getByTestId('generated-password').waitFor();
  await dialog().getByRole('button', { name: 'Done' }).click();
  await dialog().waitFor({ state: 'detached' });
  await choose('ben', 'Reset password…');
  await dialog().getByRole('button', { name: 'Make a new password' }).waitFor();
});

test('who is disabled is told so, loses their devices, and can be enabled again', async () => {
  await choose('ben', 'Disable');
  await page.getByText('ben can no longer sign in.').waitFor();
  await row('ben').getByText('Disabled').waitFor();
  expect(await row('ben').getByRole('cell').nth(4).textContent()).toBe('0');
  await choose('ben', 'Enable');
  await row('ben').getByText('Allowed').waitFor();
});

test('the last administrator cannot be lost, and the server says why', async () => {
  await choose('anna', 'Change role…');
  await dialog().getByLabel('Member').check();
  await dialog().getByRole('button', { name: 'Change the role' }).click();
  await dialog().getByText('"anna" is the last administrator.').waitFor();
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
  await choose('anna', 'Disable');
  await page.getByRole('alert').getByText('"anna" is the last administrator.').waitFor();
});

test('a role changes at once', async () => {
  await choose('clara', 'Change role…');
  await dialog().getByLabel('Administrator').check();
  await dialog().getByRole('button', { name: 'Change the role' }).click();
  await row('clara').getByText('Administrator').waitFor();
});

test('nobody is removed before the consequence was typed', async () => {
  await choose('piet', 'Remove…');
  await dialog().getByLabel('Remove it for good at once').check();
  const remove = dialog().getByRole('button', { name: 'Remove for good' });
  expect(await remove.isDisabled()).toBe(true);
  await dialog().getByLabel('Type “remove piet” to confirm').fill('remove ben');
  expect(await remove.isDisabled()).toBe(true);
  await dialog().getByLabel('Type “remove piet” to confirm').fill('remove piet');
  await remove.click();
  await page.getByText('piet was removed.').waitFor();
  await row('piet').waitFor({ state: 'detached' });
});

test('a device is disconnected from the details of its person', async () => {
  await page.getByRole('button', { name: 'Details of anna' }).click();
  await dialog().getByText('Conversations 2.17.9').waitFor();
  await dialog().getByRole('button', { name: 'Disconnect Gajim 1.9.5' }).click();
  await page.getByText('Gajim 1.9.5 was disconnected.').waitFor();
  await dialog().getByText('anna@miller.local/desk').waitFor({ state: 'detached' });
  await dialog().getByRole('button', { name: 'Disconnect Conversations 2.17.9' }).click();
  await dialog().getByText('No device is online').waitFor();
});

test('the search finds people and says when there are none', async () => {
  await page.getByLabel('Find a person').fill('zo');
  await row('anna').waitFor({ state: 'detached' });
  await row('zoe').waitFor();
  await page.getByLabel('Find a person').fill('nobody');
  await page.getByText('Nobody matches “nobody”').waitFor();
  await page.getByRole('button', { name: 'Show everybody' }).last().click();
  await row('anna').waitFor();
});

test('a server without people says what to do first', async () => {
  control.removeEverybody();
  await page.getByText('No people yet').waitFor();
});
