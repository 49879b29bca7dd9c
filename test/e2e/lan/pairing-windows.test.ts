/** Two hosts with a window each, on one network without internet and DNS: they compare words, and agree. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Person } from '../federation/two-servers.ts';
import { addAccount, runSnug } from '../snug-command.ts';
import { ARGS, CHROMIUM, openProfile, whyNoChromium } from '../window/browser.ts';
import { buildWindow } from '../window/build-window.ts';
import { type Computer, IsolatedNetwork, whyNoIsolation } from './isolated-network.ts';

const CLI = join(import.meta.dirname, '../../../server/cli.ts');
const WAIT = { timeout: 25_000, interval: 300 };
const reason = whyNoIsolation() ?? whyNoChromium();
if (reason !== undefined) process.stdout.write(`skipped: pairing by two windows: ${reason}\n`);

describe.skipIf(reason !== undefined)('two hosts', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'snug-pairing-'));
  const browsers: Browser[] = [];
  const people: Person[] = [];
  let network: IsolatedNetwork;

  beforeAll(async () => {
    await buildWindow();
    network = new IsolatedNetwork();
  }, 60_000);

  afterAll(async () => {
    for (const person of people) person.client?.drop();
    for (const browser of browsers) await browser.close();
    await network?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A server with somebody who is logged in, and the Federation page of its window. */
  async function household(computer: Computer, domain: string, localpart: string): Promise<[Page, Person]> {
    const dataDir = join(folder, domain);
    const program = computer.start(
      process.execPath,
      ...[CLI, 'serve', '--json', '--data', dataDir, '--domain', domain, '--set', 'groups.everyone=false'],
    );
    await program.line(/"event":"ready"/);
    const port = await network.reach(computer, 5223);
    const person = await Person.login(await addAccount(dataDir, localpart), port);
    people.push(person);
    const browser = await chromium.launch({ executablePath: network.wrap(computer, CHROMIUM), args: ARGS });
    browsers.push(browser);
    const { context } = await openProfile(browser);
    const page = await context.newPage();
    page.setDefaultTimeout(25_000);
    const { address } = (await runSnug(dataDir, 'window')) as { readonly address: string };
    await page.goto(address);
    await page.getByRole('heading', { level: 1, name: 'Snug is running' }).waitFor();
    await page.evaluate("location.hash = '#/federation'");
    return [page, person];
  }

  async function compare(page: Page, button: string): Promise<readonly string[]> {
    await page.getByRole('button', { name: button, exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('checkbox').click();
    return await dialog.locator('dd').allTextContents();
  }

  const agree = (page: Page, name: string) => page.getByRole('dialog').getByRole('button', { name }).click();

  test('see the same words in both windows, agree, and then their people chat', async () => {
    const [[miller, alice], [smith, bob]] = await Promise.all([
      household(network.addComputer('miller', 1), 'miller.local', 'alice'),
      household(network.addComputer('smith', 2), 'smith.local', 'bob'),
    ]);
    const asked = await compare(miller, 'Connect with smith.local');
    await agree(miller, 'Ask');
    await miller.getByText('smith.local is being asked.', { exact: false }).waitFor();
    await smith.getByText('miller.local wants to chat with this server.').waitFor();
    const answered = await compare(smith, 'Compare and agree with miller.local');
    expect(answered).toEqual(asked);
    expect(new Set(asked).size).toBe(2);
    await agree(smith, 'Agree');
    await smith.getByText('People here and at miller.local can chat now.').waitFor();
    for (const page of [miller, smith]) {
      await page.getByText('with nobody else', { exact: false }).waitFor();
      await page.getByRole('button', { name: /^End chatting with/ }).waitFor();
    }
    await expect
      .poll(() => runSnug(join(folder, 'miller.local'), 'federation', 'test', 'smith.local').catch(() => ({})), WAIT)
      .toMatchObject({ isReachable: true });
    await alice.befriends(bob);
    alice.says(bob, 'over the fence');
    bob.says(alice, 'and back');
    await expect.poll(() => bob.heard, WAIT).toEqual(['over the fence']);
    await expect.poll(() => alice.heard, WAIT).toEqual(['and back']);

    await smith.getByRole('button', { name: 'End chatting with miller.local' }).click();
    await agree(smith, 'End it');
    await expect.poll(() => alice.sees(`${bob.jid}/test`), WAIT).toBe('unavailable');
    await miller.getByText('seems to have ended it', { exact: false }).waitFor();
  });
});
