/** The window against the real server, from its first address to a device that is sent away. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ChatClient } from '../chat-client.ts';
import { ServerInTest } from '../server-in-test.ts';
import { SlixmppClient, whyNoSlixmpp } from '../slixmpp/slixmpp-client.ts';
import { runSnug } from '../snug-command.ts';
import { openBrowser, openProfile, whyNoChromium } from './browser.ts';
import { buildWindow } from './build-window.ts';

const DOMAIN = 'miller.local';
const reason = whyNoChromium();
let browser: Browser;
let server: ServerInTest;
let page: Page;
let faults: readonly string[];

beforeAll(async () => {
  if (reason !== undefined) return;
  await buildWindow();
  browser = await openBrowser();
});

afterAll(() => browser?.close());

beforeEach(async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  server = await ServerInTest.start({ domain: DOMAIN, settings: ['window.port=0'] });
  const profile = await openProfile(browser);
  faults = profile.faults;
  page = await profile.context.newPage();
  await page.goto(addressOf(server));
  await page.getByRole('heading', { name: 'Snug is running' }).waitFor();
});

afterEach(async () => {
  await page?.context().close();
  await server?.close();
});

test('a person is added, comes online before one’s eyes, and is disconnected', async ({ skip, annotate }) => {
  const missing = whyNoSlixmpp();
  if (missing !== undefined) skip(missing);
  const paint = await page.evaluate<number>('performance.getEntriesByName("first-contentful-paint")[0].startTime');
  await annotate(`first paint after ${Math.round(paint)} ms`);
  process.stdout.write(`the window's first paint came after ${Math.round(paint)} ms\n`);

  const password = await addPerson('ben');
  const client = new SlixmppClient();
  try {
    await client.login(server.process, server.dataDir, { jid: `ben@${DOMAIN}`, password });
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('listitem').filter({ hasText: 'ben' }).getByText('available').waitFor();
    await page.getByLabel('Server').getByText('1 person online').waitFor();

    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page
      .getByRole('row')
      .filter({ hasText: `ben@${DOMAIN}` })
      .getByText('Online')
      .waitFor();
    await page.getByRole('button', { name: 'Details of ben' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^Disconnect/ })
      .click();
    await page.getByRole('dialog').getByText('No device is online').waitFor();
    await client.event('disconnected');
  } finally {
    await client.close();
  }
  expect(faults).toEqual([]);
});

test('a setting that is changed in the window is changed in the server, and the audit log says so', async () => {
  await page.getByRole('link', { name: 'Settings' }).click();
  const field = page.locator('[data-setting="accounts.minPasswordLength"]');
  await field.getByRole('textbox').fill('12');
  await field.getByRole('textbox').press('Enter');
  await field.getByText('Saved').waitFor();

  await page.getByRole('link', { name: 'Audit log' }).click();
  const entry = page.getByRole('row').filter({ hasText: 'accounts.minPasswordLength' });
  await entry.getByText('Changed a setting').waitFor();
  await entry.getByText('Done', { exact: true }).waitFor();

  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('button', { name: 'Add a person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('max');
  await dialog.getByText('Choose one').click();
  await dialog.getByLabel('The password').fill('eleven char');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByText('The password needs at least 12 characters.').waitFor();
});

test('messages move the curve of the last minutes', async () => {
  const password = await addPerson('ben');
  const ben = new ChatClient({
    port: server.process.ports.c2sTls,
    domain: DOMAIN,
    localpart: 'ben',
    password,
    resource: 'desk',
  });
  await ben.login();
  await page.getByRole('link', { name: 'Overview' }).click();
  for (let n = 0; n < 20; n++) {
    ben.send(`<message to='ben@${DOMAIN}' type='chat' id='m${n}'><body>hello</body></message>`);
  }
  await ben.settle();
  await page.getByText('20 messages since the start.').waitFor();
  // Two samples make a curve.
  await page.getByRole('img', { name: /^20 messages in the last 10 minutes/ }).waitFor({ timeout: 15_000 });
  ben.drop();
});

test('after the server was started again, a fresh address in any tab brings the window back', async () => {
  await page.getByRole('link', { name: 'People', exact: true }).click();
  const port = new URL(page.url()).port;
  await server.process.kill();
  await page.getByRole('alert').getByText('Snug does not answer at the moment').waitFor();
  await server.close();
  server = await ServerInTest.start({ domain: DOMAIN, settings: [`window.port=${port}`] });
  await page.getByRole('alert').getByText('This address has been used up').waitFor();
  const { address } = await runSnug(server.dataDir, 'window');
  const other = await page.context().newPage();
  await other.goto(String(address));
  await page.getByRole('alert').waitFor({ state: 'detached' });
  expect(page.url()).toContain('#/people');
});

function addressOf({ process }: ServerInTest): string {
  const { window } = process as unknown as { readonly window?: string };
  if (window === undefined) throw new Error('the server told no address of its window');
  return window;
}

async function addPerson(name: string): Promise<string> {
  await page.getByRole('link', { name: 'People', exact: true }).click();
  await page.getByRole('button', { name: 'Add a person' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const password = await dialog.getByTestId('generated-password').textContent();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await dialog.waitFor({ state: 'detached' });
  return String(password);
}
