/** Groups in the window: who is in them, who sees them, and their rooms. */
import { expect, test } from 'vitest';
import type { Visited } from './visit-each.ts';
import { visitEach } from './visit-each.ts';

let page: Visited['page'];
let control: Visited['control'];
visitEach({ page: 'people' }, (visited) => ({ page, control } = visited));

const dialog = () => page.getByRole('dialog');
const group = (name: string) => control.groups.list().find((one) => one.name === name);

async function openGroups(): Promise<void> {
  await page.getByRole('button', { name: 'Groups…' }).click();
  await dialog().getByRole('button', { name: 'New group' }).waitFor();
}

test('the groups are shown with their people and rooms, everyone first', async () => {
  await openGroups();
  const entries = dialog().getByRole('listitem');
  expect(await entries.count()).toBe(3);
  await entries.first().getByText('Room everyone@rooms.miller.local').waitFor();
  await entries.filter({ hasText: 'Garden' }).getByText('3 people').waitFor();
});

test('a new group has the people and the room that were chosen', async () => {
  await openGroups();
  await dialog().getByRole('button', { name: 'New group' }).click();
  await dialog().getByLabel('Name').fill('Kitchen');
  await dialog().getByRole('switch', { name: 'A room of its own' }).press(' ');
  await dialog().getByLabel('ben', { exact: true }).check();
  await dialog().getByLabel('clara', { exact: true }).check();
  await dialog().getByRole('button', { name: 'Make the group' }).click();
  await page.getByText('There is a group “Kitchen” now.').waitFor();
  expect(group('Kitchen')).toMatchObject({
    isShared: true,
    seenBy: [],
    members: ['ben', 'clara'],
    room: 'kitchen@rooms.miller.local',
  });
});

test('a group is called otherwise, and people are put in and taken out', async () => {
  await openGroups();
  await dialog().getByRole('button', { name: 'Change the group Garden' }).click();
  await dialog().getByLabel('Name').fill('Orchard');
  await dialog().getByLabel('oma', { exact: true }).uncheck();
  await dialog().getByLabel('zoe', { exact: true }).check();
  await dialog().getByLabel('Everyone', { exact: true }).check();
  await dialog().getByRole('button', { name: 'Save' }).click();
  await page.getByText('The group “Orchard” is changed.').waitFor();
  expect(group('Orchard')).toMatchObject({ members: ['anna', 'ben', 'zoe'], seenBy: ['everyone'] });
});

test('everyone can be called otherwise and go without a room, but nobody is chosen for it and it stays', async () => {
  await openGroups();
  await dialog().getByRole('button', { name: 'Change the group Everyone' }).click();
  expect(await dialog().getByLabel('ben', { exact: true }).count()).toBe(0);
  expect(await dialog().getByRole('button', { name: 'Remove the group…' }).count()).toBe(0);
  await dialog().getByLabel('Name').fill('Millers');
  await dialog().getByRole('switch', { name: 'A room of its own' }).press(' ');
  await dialog().getByText('nothing that was said there is lost').waitFor();
  await dialog().getByRole('button', { name: 'Save' }).click();
  await page.getByText('The group “Millers” is changed.').waitFor();
  expect(group('Millers')).toMatchObject({ isEveryone: true, room: undefined });
});

test('a name that is taken is refused in the server’s words, and nothing typed is lost', async () => {
  await openGroups();
  await dialog().getByRole('button', { name: 'New group' }).click();
  await dialog().getByLabel('Name').fill('garden');
  await dialog().getByRole('button', { name: 'Make the group' }).click();
  await dialog().getByRole('alert').getByText('There is a group called “garden” already.').waitFor();
  expect(await dialog().getByLabel('Name').inputValue()).toBe('garden');
});

test('a group is removed after one question, which says what happens to its room', async () => {
  await openGroups();
  await dialog().getByRole('button', { name: 'Change the group Garden' }).click();
  await dialog().getByRole('button', { name: 'Remove the group…' }).click();
  await dialog().getByText('garden@rooms.miller.local is closed').waitFor();
  await dialog().getByRole('button', { name: 'Remove the group' }).click();
  await page.getByText('The group “Garden” is removed.').waitFor();
  expect(group('Garden')).toBeUndefined();
});

test('the details of a person tell in which groups they are', async () => {
  await page.getByRole('button', { name: 'Details of oma' }).click();
  await dialog().getByText('Everyone, Garden').waitFor();
});
