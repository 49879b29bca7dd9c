/** Inviting somebody from the window: one press, codes that a camera reads, and what happens then, as it happens. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { WORDS } from '../../control/fake-network.ts';
import { readQrCode, whyNoZbar } from '../read-qr-code.ts';
import { NOW } from './fake-household.ts';
import { goTo } from './visit.ts';
import { type Visited, visitEach } from './visit-each.ts';

const LINK = 'http://192.168.1.5:5280/join#0123456789abcdef0123456789abcdef';
const AXE = readFileSync(join(import.meta.dirname, '../../../node_modules/axe-core/axe.min.js'), 'utf8');
let page: Page;
let control: Visited['control'];
let faults: readonly string[];
visitEach({}, (visited) => {
  ({ page, control, faults } = visited);
});

const dialog = (): Locator => page.getByRole('dialog');
const step = (text: string): Locator => page.getByTestId('invite-progress').getByText(text);

async function openForm(): Promise<void> {
  await page.getByRole('button', { name: 'Invite someone' }).click();
  await dialog().getByRole('button', { name: 'Make the invitation' }).waitFor();
}

async function makeOne(): Promise<void> {
  await openForm();
  await dialog().getByRole('button', { name: 'Make the invitation' }).click();
  await dialog().getByText('The invitation is ready').waitFor();
}

async function violations(): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return await page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html + n.failureSummary)))',
  );
}

describe('an invitation', () => {
  test('is made with one press, and both of its links can be copied', async () => {
    await makeOne();
    expect(control.invitations.wish).toMatchObject({ role: 'member', inviter: 'anna', maxUses: 1, groups: [] });
    expect(control.invitations.wish).not.toHaveProperty('lifetimeHours');
    await dialog().getByRole('button', { name: 'Copy the link of the join page' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(LINK);
    await dialog().getByRole('button', { name: 'Copy the link for chat apps' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'xmpp:anna@miller.local?roster;preauth=0123456789abcdef0123456789abcdef;ibr=y',
    );
    expect(faults).toEqual([]);
  });

  test.for(['light', 'dark'] as const)('has codes that a camera reads in the %s', async (scheme, { skip }) => {
    const missing = whyNoZbar();
    if (missing !== undefined) skip(missing);
    await page.emulateMedia({ colorScheme: scheme });
    await makeOne();
    const read = async (name: string) => readQrCode(await dialog().getByRole('img', { name }).screenshot());
    expect(await read('QR code of the join page')).toBe(LINK);
    expect(await read('QR code for chat apps')).toMatch(/^xmpp:anna@miller\.local\?roster;preauth=[0-9a-f]{32};ibr=y$/);
  });

  test('is followed from the opened link to the first sign-in', async () => {
    await makeOne();
    await step('Waiting for the link to be opened').waitFor();
    control.invitations.become({ openedAtMs: NOW.getTime() });
    await step('Link opened').waitFor();
    const use = { jid: 'maria@miller.local', atMs: NOW.getTime() };
    control.invitations.become({ usesLeft: 0, state: 'used', uses: [{ ...use, signedInAtMs: undefined }] });
    await step('Account made: maria').waitFor();
    control.invitations.become({ uses: [{ ...use, signedInAtMs: NOW.getTime() }] });
    await step('maria signed in for the first time').waitFor();
    await dialog().getByRole('status').filter({ hasText: 'maria signed in for the first time' }).waitFor();
  });

  test('that is opened in an app at once does not pretend that its page was seen', async () => {
    await makeOne();
    const use = { jid: 'maria@miller.local', atMs: NOW.getTime(), signedInAtMs: undefined };
    control.invitations.become({ usesLeft: 0, state: 'used', uses: [use] });
    await step('Account made: maria').waitFor();
    await step('The link was opened in an app, or in a browser that does not tell').waitFor();
  });

  test('is what was chosen: a name, several people, a role, groups, a guest', async () => {
    await openForm();
    await dialog().getByLabel('For whom').fill('maria');
    await dialog().getByLabel('Becomes a contact of').selectOption('Nobody');
    await dialog().getByRole('button', { name: 'Make the invitation' }).click();
    await dialog().getByText('There is an open invitation for “maria” already.').waitFor();
    expect(await dialog().getByLabel('For whom').getAttribute('aria-invalid')).toBe('true');

    await dialog().getByLabel('For whom').fill('');
    await dialog().getByRole('button', { name: 'More choices' }).click();
    await dialog().getByLabel('How many people may use it').fill('12');
    await dialog().getByLabel('The link is good for').selectOption('30 days');
    await dialog().getByLabel('Limited').check();
    await dialog().getByLabel('Garden').check();
    await dialog().getByLabel('The account lasts').selectOption('2 days');
    await dialog().getByRole('button', { name: 'Make the invitation' }).click();
    await dialog().getByText('Good for 12 people').waitFor();
    await dialog().getByText('The account ends 2 days after it was made.').waitFor();
    expect(control.invitations.wish).toMatchObject({
      maxUses: 12,
      role: 'limited',
      groups: ['Garden'],
      lifetimeHours: 720,
      accountLifetimeHours: 48,
    });
    expect(control.invitations.wish).not.toHaveProperty('inviter');
    expect(await dialog().getByRole('button', { name: 'Copy the link for chat apps' }).count()).toBe(1);
    const uses = [{ jid: 'maria@miller.local', atMs: NOW.getTime(), signedInAtMs: undefined }];
    control.invitations.become({ usesLeft: 11, uses });
    await dialog().getByText('1 of 12 people came in: maria').waitFor();
  });

  test('says so when there is no page for newcomers', async () => {
    control.invitations.page = undefined;
    await makeOne();
    await dialog().getByRole('alert').getByText('The join page is switched off').waitFor();
    expect(await dialog().getByRole('img', { name: 'QR code of the join page' }).count()).toBe(0);
    await dialog().getByRole('img', { name: 'QR code for chat apps' }).waitFor();
  });

  test('is taken back from the list, which shows how far each has come', async () => {
    await openForm();
    const item = (name: string) => dialog().getByRole('listitem').filter({ hasText: name });
    await item('7 of 10 people left').getByText('Open, and its page was looked at').waitFor();
    await item('joined: zoe').getByText('Used').waitFor();
    await dialog().getByRole('button', { name: 'Take back: maria' }).click();
    await item('maria').getByText('Taken back').waitFor();
  });

  test('leaves nothing of its link behind when the sheet is closed', async () => {
    await makeOne();
    await dialog().getByRole('button', { name: 'Done' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain('0123456789abcdef');
    await page.getByRole('button', { name: 'Invite someone' }).and(page.locator(':focus')).waitFor();
    await openForm();
    expect(await page.content()).not.toContain('0123456789abcdef');
  });
});

test('the sheet is made by keyboard alone, and the way back leads to where one was', async () => {
  await goTo(page, 'people');
  await page.getByRole('button', { name: 'Invite someone' }).focus();
  await page.keyboard.press('Enter');
  await dialog().getByLabel('For whom').and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await dialog().getByText('The invitation is ready').waitFor();
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Invite someone' }).and(page.locator(':focus')).waitFor();
  expect(page.url()).toContain('#/people');
});

test('a link for a new password has a code as well, beside the person whom it is for', async ({ skip }) => {
  const missing = whyNoZbar();
  if (missing !== undefined) skip(missing);
  await goTo(page, 'people');
  await page.getByRole('button', { name: 'Details of ben' }).click();
  await dialog().getByRole('button', { name: 'Make a link' }).click();
  const code = dialog().getByRole('img', { name: 'QR code of the link for a new password' });
  await code.scrollIntoViewIfNeeded();
  expect(readQrCode(await code.screenshot())).toBe(LINK);
  expect(control.invitations.wish).toMatchObject({ purpose: 'password', localpart: 'ben' });
  const use = { jid: 'ben@miller.local', atMs: NOW.getTime(), signedInAtMs: undefined };
  control.invitations.become({ openedAtMs: NOW.getTime(), usesLeft: 0, state: 'used', uses: [use] });
  await step('New password chosen').waitFor();
  expect(await violations()).toEqual([]);
});

test('one card is printed: the code, whose server it is, its six words and fingerprint, three steps, and nothing else', async ({
  skip,
}) => {
  const missing = whyNoZbar();
  if (missing !== undefined) skip(missing);
  await page.emulateMedia({ colorScheme: 'dark' });
  await makeOne();
  await page.evaluate('window.print = () => { window.printed = true; }');
  await dialog().getByRole('button', { name: 'Print a card' }).click();
  expect(await page.evaluate('window.printed')).toBe(true);
  const printed = (await page.pdf({ format: 'A5' })).toString('latin1');
  expect(printed.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const card = page.locator('[data-print="card"]');
  for (const text of ['Chat with us at miller.local', 'http://192.168.1.5:5280/join', WORDS, '3F9A 1C77']) {
    await card.getByText(text).waitFor();
  }
  expect(await card.getByRole('listitem').count()).toBe(3);
  expect(await page.locator('#root').isVisible()).toBe(false);
  expect(readQrCode(await card.getByRole('img').screenshot())).toBe(LINK);
  const folder = process.env.SNUG_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: join(folder, 'invite-card.png') });
});

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing wrong with the sheet in the ${scheme}, nor is it wider than a small window`, async () => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 800, height: 600 });
    const picture = async (name: string) => {
      const folder = process.env.SNUG_SCREENSHOTS;
      if (folder !== undefined) await page.screenshot({ path: join(folder, `invite-${name}-${scheme}.png`) });
    };
    await openForm();
    expect(await violations(), 'form').toEqual([]);
    await picture('form');
    await dialog().getByRole('button', { name: 'More choices' }).click();
    await dialog().getByLabel('The account lasts').scrollIntoViewIfNeeded();
    expect(await violations(), 'more').toEqual([]);
    await picture('more');
    await dialog().getByRole('button', { name: 'Make the invitation' }).click();
    await dialog().getByText('The invitation is ready').waitFor();
    control.invitations.become({ openedAtMs: NOW.getTime() });
    await step('Link opened').waitFor();
    expect(await violations(), 'made').toEqual([]);
    await picture('made');
    await dialog().getByRole('button', { name: 'Print a card' }).scrollIntoViewIfNeeded();
    await picture('progress');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(800);
    expect(faults).toEqual([]);
  });
}
