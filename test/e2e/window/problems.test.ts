/** What needs attention while the server runs, as the overview shows it. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeProblems } from '../../../server/lan/problems.ts';
import { explain } from '../../../server/modules/proxy/listener.ts';
import type { FakeControl } from './fake-control.ts';
import { visitEach } from './visit-each.ts';

let control: FakeControl;
let page: Page;
visitEach({}, (visited) => {
  ({ control, page } = visited);
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
  const inUse = Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
  control.meet([...PROBLEMS, explain(inUse, 5283)]);
  const list = page.getByRole('region', { name: 'What needs your attention' });
  const last = list.getByRole('listitem').last();
  await last.getByText('Files cannot be relayed: port 5283 is in use by another program.').waitFor();
  await last.getByText('Choose another port with proxy.port and restart the server.').waitFor();
});

test('a problem is said with what can be done about it, and goes when it is solved', async () => {
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
