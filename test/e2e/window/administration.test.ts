/** Files, reports, the audit log and people's devices: what an administrator sees and does there. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { goTo } from './visit.ts';
import { visitEach } from './visit-each.ts';

let page: Page;
visitEach({}, (visited) => {
  ({ page } = visited);
});

const dialog = () => page.getByRole('dialog');
const rows = () => page.getByRole('row').filter({ has: page.getByRole('cell') });

test('files are listed with whose they are and how much they take, the newest first', async () => {
  await goTo(page, 'files');
  await page.getByText('4 files, 1.2 GB.').waitFor();
  expect(await rows().first().textContent()).toContain('voice-message.ogg');
  expect(await rows().first().textContent()).toContain('finn');
});

test('a search narrows the files, and says so when there is none', async () => {
  await goTo(page, 'files');
  await page.getByLabel('Find a file').fill('garden');
  await page.getByText('birthday.mp4').waitFor({ state: 'detached' });
  expect(await rows().count()).toBe(1);
  await page.getByLabel('Find a file').fill('nothing of the kind');
  await page.getByText('No file is called “nothing of the kind”').waitFor();
});

test('who shares how much is told, the most first, and shows the files of one person alone', async () => {
  await goTo(page, 'files');
  const usage = page.getByRole('region', { name: 'Space by person' });
  expect(await usage.getByRole('button').first().textContent()).toContain('anna');
  const ben = usage.getByRole('button', { name: 'ben 3.7 MB' });
  expect(await ben.getAttribute('title')).toBe('Show what ben shares: 3.7 MB in 1 file');
  await ben.click();
  await page.getByText('birthday.mp4').waitFor({ state: 'detached' });
  expect(await rows().count()).toBe(1);
  expect(await ben.getAttribute('aria-pressed')).toBe('true');
  await page.getByLabel('Find a file').fill('birthday');
  await page.getByText('ben shares no such file').waitFor();
  await page.getByLabel('Find a file').fill('');
  await ben.click();
  await page.getByText('birthday.mp4').waitFor();
});

test('the overview counts shared files among what is stored', async () => {
  await page.getByRole('link', { name: '1.2 GB in files' }).click();
  await page.getByRole('heading', { level: 1, name: 'Files' }).waitFor();
});

test('a file is deleted after one question, and gone from the list', async () => {
  await goTo(page, 'files');
  await page.getByRole('button', { name: 'Delete birthday.mp4' }).click();
  await dialog().getByText('shared by anna').waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await dialog().waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Delete birthday.mp4' }).click();
  await dialog().getByRole('button', { name: 'Delete the file' }).click();
  await page.getByText('birthday.mp4 is deleted.').waitFor();
  await page.getByRole('cell', { name: 'birthday.mp4' }).waitFor({ state: 'detached' });
  await page.getByText('3 files, 4.1 MB.').waitFor();
});

test('a report shows what was said, and is dealt with by one button', async () => {
  await goTo(page, 'reports');
  const report = page.getByRole('region', { name: 'prince@lottery.example' });
  await report.getByText('you are the lucky winner').waitFor();
  await report.getByText('A message that this server has not kept.').waitFor();
  await report.getByRole('button', { name: 'as dealt with' }).click();
  await page.getByText('The report is marked as dealt with.').waitFor();
  await report.getByText('Dealt with').waitFor();
});

test('the audit log says in words who did what, and why something was not done', async () => {
  await goTo(page, 'audit');
  const refused = rows().filter({ hasText: 'ben@miller.local' });
  await refused.getByText('Removed a person').waitFor();
  await refused.getByText('piet · Your role does not allow this.').waitFor();
  await refused.getByText('Not allowed').waitFor();
  await page.getByLabel('Find an entry').fill('zoe');
  await page.getByText('clara@miller.local/web.1').waitFor({ state: 'detached' });
  expect(await rows().count()).toBe(1);
});

test('a device that is away can be shut out', async () => {
  await goTo(page, 'people');
  await page.getByRole('button', { name: 'Details of anna' }).click();
  await dialog().getByText('Old laptop').waitFor();
  // Those that are connected stand above, with what disconnects them.
  expect(await dialog().getByText('Conversations on Pixel 8').count()).toBe(0);
  await dialog().getByRole('button', { name: 'Shut out Old laptop' }).click();
  await page.getByText('Old laptop is signed out. It knows the password, so reset that as well.').waitFor();
  await dialog().getByText('Old laptop').waitFor({ state: 'detached' });
});
