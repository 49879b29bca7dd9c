/** What needs attention while the server runs, as the overview shows it. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { describeProblems } from '../../../server/lan/problems.ts';
import { explain } from '../../../server/modules/proxy/listener.ts';
import { openBrowser, whyNoChromium } from './browser.ts';
import { buildWindow } from './build-window.ts';
import { FakeControl } from './fake-control.ts';
import { type Visit, visit } from './visit.ts';

const reason = whyNoChromium();
let browser: Browser;
let control: FakeControl;
let opened: Visit;

beforeAll(async () => {
  if (reason !== undefined) return;
  await buildWindow();
  browser = await openBrowser();
});

afterAll(() => browser?.close());

beforeEach(async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  control = await FakeControl.open();
  opened = await visit(browser, control);
});

afterEach(async () => {
  await opened?.context.close();
  await control?.close();
});

const PROBLEMS = describeProblems({
  domain: 'miller.local',
  hostName: 'laptop',
  addresses: ['192.168.1.5'],
  conflicts: [{ name: 'miller.local', holder: '192.168.1.9', isClaimed: false }],
  isMdnsUnusable: false,
  localZone: 'local',
});

test('a port of a feature that is taken stands beside what is wrong with the name', async () => {
  const { page } = opened;
  const inUse = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
  control.meet([...PROBLEMS, explain(inUse, 5283)]);
  const list = page.getByRole('region', { name: 'What needs your attention' });
  const last = list.getByRole('listitem').last();
  await last.getByText('Files cannot be relayed: port 5283 is in use by another program.').waitFor();
  await last.getByText('Choose another port with proxy.port and restart the server.').waitFor();
});

test('a problem is said with what can be done about it, and goes when it is solved', async () => {
  const { page } = opened;
  const list = page.getByRole('region', { name: 'What needs your attention' });
  expect(await list.count()).toBe(0);
  control.meet(PROBLEMS);
  await page.getByRole('heading', { level: 1, name: 'Snug is running, but something needs attention' }).waitFor();
  expect(await list.getByRole('listitem').count()).toBe(2);
  const first = list.getByRole('listitem').first();
  expect(await first.textContent()).toContain('(192.168.1.9) is called miller.local already');
  expect(await first.textContent()).toContain('such as miller-chat.local');
  await page.getByText('2 things need attention').first().waitFor();
  control.meet([]);
  await page.getByRole('heading', { level: 1, name: 'Snug is running', exact: true }).waitFor();
  expect(await list.count()).toBe(0);
});
