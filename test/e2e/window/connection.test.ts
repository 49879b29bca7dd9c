/** The line to the server: signing in, losing it, getting it back. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openBrowser, openProfile, whyNoChromium } from './browser.ts';
import { buildWindow, PAGE_DIR } from './build-window.ts';
import { FakeControl } from './fake-control.ts';
import { goTo, pages, visit } from './visit.ts';

const STRICT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

const reason = whyNoChromium();
let browser: Browser;
let control: FakeControl;

beforeAll(async () => {
  if (reason !== undefined) return;
  await buildWindow();
  browser = await openBrowser();
});

afterAll(() => browser?.close());

beforeEach(async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  control = await FakeControl.open();
});

afterEach(() => control?.close());

describe('signing in', () => {
  test('the token leaves the address bar, and the page can be loaded again without it', async () => {
    const { context, page, faults } = await visit(browser, control);
    expect(page.url()).toBe(`${control.origin}/`);
    await page.reload();
    await page.getByRole('heading', { name: 'Snug is running' }).waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });

  test('a browser without a good address is told how to get one', async () => {
    const { context } = await openProfile(browser);
    const page = await context.newPage();
    await page.goto(`${control.origin}/#token=used-up`);
    await page.getByRole('heading', { name: 'This address has been used up' }).waitFor();
    await page.getByText('snug window').waitFor();
    const other = await context.newPage();
    await other.goto(control.address());
    await other.getByRole('heading', { name: 'Snug is running' }).waitFor();
    // The tabs share the cookie.
    await page.getByRole('heading', { name: 'Snug is running' }).waitFor();
    await context.close();
  });
});

test('the page keeps to a policy without inline styles, even in its dialogs', async () => {
  const strict = await FakeControl.open([], pageWith(STRICT_POLICY));
  const { context, page, faults } = await visit(browser, strict);
  for (const name of pages) await goTo(page, name);
  await goTo(page, 'people');
  await page.getByRole('button', { name: 'Add a person' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Details of anna' }).click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Actions for ben' }).click();
  await page.getByRole('menuitem', { name: 'Disable' }).click();
  await page.getByText('ben can no longer sign in.').waitFor();
  expect(faults).toEqual([]);
  await context.close();
  await strict.close();
});

/** The page in a folder of its own, under a stricter policy than its door's. */
function pageWith(policy: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'snug-page-'));
  cpSync(PAGE_DIR, copy, { recursive: true });
  const index = join(copy, 'index.html');
  const meta = `<head><meta http-equiv="content-security-policy" content="${policy}">`;
  writeFileSync(index, readFileSync(index, 'utf8').replace('<head>', meta));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  return copy;
}

describe('a server that dies', () => {
  test('leaves the page as it was, under a banner; the window finds back by itself', async () => {
    const { context, page } = await visit(browser, control);
    await goTo(page, 'people');
    await page.getByLabel('Find a person').fill('ben');
    await control.goAway();
    await page.getByRole('alert').getByText('Snug does not answer at the moment').waitFor();
    await page.getByLabel('Server').getByText('the server does not answer').waitFor();
    await page.getByText('ben@miller.local').waitFor();
    expect(await page.getByRole('button', { name: 'Add a person' }).isDisabled()).toBe(true);

    await control.comeBack();
    await signInAgain();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.getByLabel('Server').getByText('5 people online').waitFor();
    expect(await page.getByLabel('Find a person').inputValue()).toBe('ben');
    expect(await page.getByRole('button', { name: 'Add a person' }).isDisabled()).toBe(false);
    await context.close();

    /** A server that was started again knows no browser: any tab with a fresh address brings them all back. */
    async function signInAgain(): Promise<void> {
      const other = await context.newPage();
      await other.goto(control.address());
    }
  });

  test('is asked again at once when somebody presses the button', async () => {
    const { context, page } = await visit(browser, control);
    await control.goAway();
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    await page.getByRole('button', { name: 'Try now' }).click();
    await page.getByRole('alert').getByText('Snug does not answer at the moment').waitFor();
    await context.close();
  });
});

describe('what the server pushes', () => {
  test('a session appears on Overview as it begins, and goes as it ends', async () => {
    const { context, page } = await visit(browser, control);
    control.signIn({
      jid: 'zoe@miller.local/watch',
      since: new Date().toISOString(),
      address: '192.168.1.99',
      priority: 0,
      isSecure: true,
      isResumable: false,
    });
    await page.getByText('192.168.1.99').waitFor();
    await page.getByLabel('Server').getByText('6 people online').waitFor();
    control.signEverybodyOut();
    await page.getByText('Nobody is online', { exact: true }).waitFor();
    await page.getByLabel('Server').getByText('nobody is online').waitFor();
    await context.close();
  });
});
