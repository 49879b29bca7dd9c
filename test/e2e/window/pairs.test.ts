/** Other Snug servers of the network: found, compared and agreed on, refused and ended. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { aNeighbour, OTHER, SMITH } from '../../control/fake-pairs.ts';
import type { FakeControl } from './fake-control.ts';
import { visitEach } from './visit-each.ts';

const AXE = readFileSync(join(import.meta.dirname, '../../../node_modules/axe-core/axe.min.js'), 'utf8');
const PICTURES = process.env.SNUG_PAIR_PICTURES;

let control: FakeControl;
let page: Page;

visitEach({ page: 'federation' }, (visited) => {
  ({ control, page } = visited);
});

const card = () => page.getByRole('region', { name: 'Other Snug servers on this network' });
const row = (domain: string) => card().getByRole('listitem').filter({ hasText: domain });
const dialog = () => page.getByRole('dialog');
const press = (name: string) => card().getByRole('button', { name, exact: true }).click();

async function violations(): Promise<readonly string[]> {
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(AXE);
  const found = await page.evaluate('axe.run({ resultTypes: ["violations"] }).then((result) => result.violations)');
  return (found as { id: string }[]).map(({ id }) => id);
}

/** Drawn in both schemes, for who wants to look; and judged by axe in each. */
async function look(name: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await expect.poll(() => page.evaluate('document.documentElement.dataset.mantineColorScheme')).toBe(scheme);
    expect(await violations(), `${name} ${scheme}`).toEqual([]);
    if (PICTURES === undefined) continue;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({ path: join(PICTURES, `${name}-${scheme}.png`), animations: 'disabled' });
  }
}

test('a server that is found is asked only by who says that the words were compared', async () => {
  await row('smith.local').getByText('on this network · 192.168.1.40').waitFor();
  await press('Connect with smith.local');
  for (const { words } of [control.pairs.overview(), aNeighbour]) await dialog().getByText(words).waitFor();
  const submit = dialog().getByRole('button', { name: 'Ask' });
  expect(await submit.isDisabled()).toBe(true);
  await look('pair-ask');
  await dialog().getByRole('checkbox').click();
  await submit.click();
  await page.getByText('smith.local is being asked.', { exact: false }).waitFor();
  await row('smith.local').getByText('its host has to agree', { exact: false }).waitFor();
  expect(control.done).toEqual([`consent smith.local ${SMITH.slice(0, 8)}`]);
  await press('Withdraw the question to smith.local');
  await row('smith.local').getByText('on this network', { exact: false }).waitFor();
});

describe('a server that asks', () => {
  test('is agreed to after the same comparison, and can be ended again', async () => {
    control.pairs.become({ ...aNeighbour, state: 'asked' });
    await row('smith.local').getByText('wants to chat with this server', { exact: false }).waitFor();
    await look('pair-asked');
    await press('Compare and agree with smith.local');
    await dialog().getByRole('checkbox').click();
    await dialog().getByRole('button', { name: 'Agree' }).click();
    await page.getByText('People here and at smith.local can chat now.').waitFor();
    await press('End chatting with smith.local');
    await dialog().getByText('no longer seen here', { exact: false }).waitFor();
    await dialog().getByRole('button', { name: 'End it' }).click();
    await row('smith.local').getByText('on this network', { exact: false }).waitFor();
    expect(control.done.at(-1)).toBe('remove smith.local');
  });

  test('is refused with one press', async () => {
    control.pairs.become({ ...aNeighbour, state: 'asked' });
    await press('Refuse smith.local');
    await page.getByText('smith.local is not shown as asking again.').waitFor();
    expect(control.done).toEqual(['refuse smith.local']);
  });

  test('with another key by the time of the answer gets nothing', async () => {
    control.pairs.become({ ...aNeighbour, state: 'asked' });
    await press('Compare and agree with smith.local');
    await dialog().getByRole('checkbox').click();
    control.pairs.become({ ...aNeighbour, state: 'asked', fingerprint: OTHER });
    await dialog().getByRole('button', { name: 'Agree' }).click();
    await dialog().getByRole('alert').getByText('shows another key now', { exact: false }).waitFor();
    expect(control.done).toEqual([]);
  });
});

test('servers that were agreed on say how it goes, and who pretends to be one of them', async () => {
  const since = '2026-01-31T12:00:00.000Z';
  const paired = { ...aNeighbour, state: 'paired', since } as const;
  control.pairs.isFederating = true;
  control.pairs.become(
    { ...paired, isConnected: true, impostors: [{ address: '192.168.1.66', words: 'other words' }] },
    { ...paired, domain: 'away.local', addresses: [] },
    { ...paired, domain: 'former.local', hasEnded: true },
  );
  await row('smith.local').getByText('connected', { exact: true }).waitFor();
  await row('smith.local')
    .getByText('Another computer (192.168.1.66) calls itself smith.local', { exact: false })
    .waitFor();
  await row('away.local').getByText('not on this network at the moment', { exact: false }).waitFor();
  await row('former.local').getByText('seems to have ended it', { exact: false }).waitFor();
  await look('pair-agreed');
});

test('without other servers, or where this one is not shown, the card says so', async () => {
  control.pairs.become();
  await card().getByText('No other Snug server is on this network.').waitFor();
  control.pairs.why = 'This server is not shown on the network, so servers there cannot find each other.';
  control.pairs.become();
  await card().getByText('cannot find each other', { exact: false }).waitFor();
  await card().getByRole('link', { name: 'Open Network' }).waitFor();
  await look('pair-nobody');
});
