/** From an invitation to an account, in a browser as a newcomer has it: on a phone, by IP address, trusting nobody yet. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ServerInTest } from '../server-in-test.ts';
import { runSnug } from '../snug-command.ts';
import { openChromium, openProfile } from '../web-chat/chromium.ts';
import { whyNoChromium } from '../window/browser.ts';

const AXE = readFileSync(join(import.meta.dirname, '../../../node_modules/axe-core/axe.min.js'), 'utf8');
const DOMAIN = 'join.test';
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };

const reason = whyNoChromium();
let server: ServerInTest;
let browser: Browser;

beforeAll(async () => {
  if (reason !== undefined) return;
  server = await ServerInTest.start({ domain: DOMAIN, settings: ['join.port=0'] });
  await server.addAccounts('ann');
  browser = await openChromium(server);
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

async function invite(...words: readonly string[]) {
  const { page, uri, id } = await runSnug(server.dataDir, 'invite', ...words);
  return { page: String(page), uri: String(uri), id: String(id) };
}

const open = (look: Parameters<typeof openProfile>[2] = {}) =>
  openProfile(browser, ['127.0.0.1', DOMAIN], { size: PHONE, ...look });

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** The policy of the page lets nothing in; what the test itself evaluates comes past it. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<readonly Violation[]>('axe.run().then(({ violations }) => violations)');
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

async function isWiderThanScreen(page: Page): Promise<boolean> {
  return await page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth');
}

test('a newcomer sees who invites, opens the app by the link, and may make the account in the browser', async () => {
  const invitation = await invite('--contact', 'ann');
  const { context, page, faults, strays } = await open();
  await page.goto(invitation.page);
  await page.getByRole('heading', { name: `ann invites you to chat at ${DOMAIN}` }).waitFor();
  const link = page.getByRole('link', { name: 'Open the invitation in the app' });
  expect(await link.getAttribute('href')).toBe(invitation.uri);

  await page.getByRole('link', { name: 'Make an account in the browser' }).click();
  await page.getByRole('heading', { name: `An account at ${DOMAIN}` }).waitFor();
  expect(await page.getByLabel('Code of the invitation').isVisible()).toBe(false);
  await page.getByLabel('Name').fill('Juliet');
  await page.getByLabel('Password', { exact: true }).fill('Calliope-1');
  await page.getByLabel('Password, once more').fill('Calliope-2');
  await page.getByRole('button').click();
  expect(await page.getByRole('alert').textContent()).toBe('The two passwords differ.');
  expect(await violations(page), 'refused').toEqual([]);
  await page.getByLabel('Password', { exact: true }).fill('Calliope-1');
  await page.getByLabel('Password, once more').fill('Calliope-1');
  await page.getByRole('button').click();
  await page.getByText(`juliet@${DOMAIN}`).waitFor();
  expect(await violations(page), 'done').toEqual([]);
  expect(strays).toEqual([]);
  expect(faults.filter((fault) => !/422/.test(fault))).toEqual([]);

  await page.goto(invitation.page);
  await page.reload();
  expect(await page.getByRole('alert').textContent()).toContain('used already');
  expect(await page.getByRole('link', { name: 'Open the invitation in the app' }).isVisible()).toBe(false);
  expect(await violations(page), 'used').toEqual([]);
  await context.close();
});

test.each([
  ['revoked', /taken back/],
  ['forged', /not known here/],
  ['cut off', /not complete/],
  ['of a server that had this address before', /not the server that invited you/],
])('a link that is %s says so', async (what, sentence) => {
  const { page: address, id } = await invite();
  if (what === 'revoked') await runSnug(server.dataDir, 'invite', 'revoke', id);
  const { context, page } = await open();
  const opened: Readonly<Record<string, string>> = {
    forged: address.replace(/#.{32}/, `#${'f'.repeat(32)}`),
    'cut off': address.slice(0, -4),
    'of a server that had this address before': address.replace(/\..{20}$/, `.${'f'.repeat(20)}`),
  };
  await page.goto(opened[what] ?? address);
  await page.getByRole('alert').getByText(sentence).waitFor();
  expect(await violations(page)).toEqual([]);
  await context.close();
});

test('a new password is chosen by a reset link', async () => {
  const { page: address } = await runSnug(server.dataDir, 'user', 'reset', 'ann');
  const { context, page } = await open();
  await page.goto(String(address));
  await page.getByRole('heading', { name: `A new password for ann@${DOMAIN}` }).waitFor();
  expect(await page.getByRole('link', { name: 'Open the invitation in the app' }).isVisible()).toBe(false);
  await page.getByRole('link', { name: 'Choose a new password' }).click();
  await page.getByLabel('Password', { exact: true }).fill('Calliope-3');
  await page.getByLabel('Password, once more').fill('Calliope-3');
  await page.getByRole('button').click();
  await page.getByRole('heading', { name: 'Your new password is in use' }).waitFor();
  await context.close();
});

test('without a script everything is there, and the code is asked for', async () => {
  const invitation = await invite();
  const { context, page } = await open({ javaScriptEnabled: false });
  await page.goto(invitation.page);
  for (const name of ['1. Get an app', '2. Trust this server', '3. Join']) {
    expect(await page.getByRole('heading', { name }).isVisible(), name).toBe(true);
  }
  expect(await page.getByText('Certificate Trust Settings').isVisible()).toBe(true);
  await page.getByRole('link', { name: 'Make an account in the browser' }).click();
  await page.getByLabel('Code of the invitation').fill(invitation.page);
  await page.getByLabel('Name').fill('rosaline');
  await page.getByLabel('Password', { exact: true }).fill('Calliope-1');
  await page.getByLabel('Password, once more').fill('Calliope-1');
  await page.getByRole('button').click();
  await page.getByText(`rosaline@${DOMAIN}`).waitFor();
  await context.close();
});

describe.each(['light', 'dark'] as const)('in the %s', (scheme) => {
  test.each([
    ['a phone', PHONE],
    ['a desktop', DESKTOP],
  ])('the pages are right on %s', async (_on, size) => {
    const invitation = await invite('--contact', 'ann');
    const { context, page, faults, strays } = await open({ scheme, size });
    await page.goto(invitation.page);
    await page.getByRole('heading', { name: /ann invites you/ }).waitFor();
    expect(await violations(page), 'join').toEqual([]);
    expect(await isWiderThanScreen(page)).toBe(false);
    const folder = process.env.SNUG_SCREENSHOTS;
    if (folder !== undefined) {
      await page.screenshot({ path: join(folder, `join-${scheme}-${size.width}x${size.height}.png`), fullPage: true });
    }
    await page.evaluate('document.querySelectorAll("details").forEach((part) => { part.open = true; })');
    expect(await violations(page), 'all opened').toEqual([]);
    expect(await isWiderThanScreen(page)).toBe(false);
    await page.goto(new URL('/trust', invitation.page).href);
    expect(await violations(page), 'trust').toEqual([]);
    await page.goto(`https://${DOMAIN}:${server.process.ports.web}/join/account`);
    expect(await violations(page), 'form').toEqual([]);
    if (folder !== undefined) {
      await page.screenshot({ path: join(folder, `join-form-${scheme}-${size.width}x${size.height}.png`) });
    }
    expect(strays).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  });
});
