/** Every page and dialog as axe judges it, in both schemes; and by keyboard alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aNetwork } from '../../control/fake-network.ts';
import { openBrowser, whyNoChromium } from './browser.ts';
import { buildWindow } from './build-window.ts';
import { FakeControl } from './fake-control.ts';
import { goTo, pages, visit } from './visit.ts';

const AXE = readFileSync(join(import.meta.dirname, '../../../node_modules/axe-core/axe.min.js'), 'utf8');

const reason = whyNoChromium();
let browser: Browser;
let control: FakeControl;

beforeAll(async () => {
  if (reason !== undefined) return;
  await buildWindow();
  control = await FakeControl.open(['c2s.maxSessionsPerAccount=12']);
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await control?.close();
});

beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

describe.each(['light', 'dark'] as const)('axe in the %s', (scheme) => {
  test('finds nothing wrong with any page', async () => {
    const { context, page } = await visit(browser, control, { scheme });
    for (const name of pages) {
      await goTo(page, name);
      expect(await violations(page), name).toEqual([]);
    }
    await context.close();
  });

  test('finds nothing wrong with what needs attention', async () => {
    const { context, page } = await visit(browser, control, { scheme });
    control.meet([{ code: 'name-taken', text: 'Another device has the name.', fix: 'Rename that device.' }]);
    await page.getByText('Rename that device.').waitFor();
    expect(await violations(page)).toEqual([]);
    control.meet([]);
    await context.close();
  });

  test('finds nothing wrong with the dialogs and menus of People', async () => {
    const { context, page } = await visit(browser, control, { scheme });
    await goTo(page, 'people');
    await page.getByRole('button', { name: 'Add a person' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await violations(page), 'add').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Details of anna' }).click();
    await page.getByRole('dialog').getByText('Conversations 2.17.9').waitFor();
    expect(await violations(page), 'details').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    for (const item of ['Reset password…', 'Change role…', 'Remove…']) {
      await page.getByRole('button', { name: 'Actions for ben' }).click();
      await page.getByRole('menu').waitFor();
      expect(await violations(page), 'menu').toEqual([]);
      await page.getByRole('menuitem', { name: item }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(page), item).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await context.close();
  });

  test('finds nothing wrong with groups', async () => {
    const { context, page } = await visit(browser, control, { scheme });
    await goTo(page, 'people');
    await page.getByRole('button', { name: 'Groups…' }).click();
    await page.getByRole('button', { name: 'Change the group Garden' }).waitFor();
    expect(await violations(page), 'list').toEqual([]);
    await page.getByRole('button', { name: 'Change the group Garden' }).click();
    await page.getByLabel('Name').waitFor();
    expect(await violations(page), 'form').toEqual([]);
    await page.getByRole('button', { name: 'Remove the group…' }).click();
    await page.getByRole('button', { name: 'Remove the group', exact: true }).waitFor();
    expect(await violations(page), 'remove').toEqual([]);
    await context.close();
  });

  test('finds nothing wrong with roles and with what everybody is told', async () => {
    const { context, page } = await visit(browser, control, { scheme });
    await goTo(page, 'people');
    await page.getByRole('button', { name: 'Roles…' }).click();
    await page.getByText('Town crier').waitFor();
    expect(await violations(page), 'roles').toEqual([]);
    await page.getByRole('button', { name: 'Change the role Helper' }).click();
    expect(await violations(page), 'a role').toEqual([]);
    await page.getByRole('button', { name: 'Remove the role…' }).click();
    expect(await violations(page), 'its end').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Tell everybody…' }).click();
    await page.getByLabel('Message of the day', { exact: true }).fill('Something else');
    expect(await violations(page), 'everybody').toEqual([]);
    await context.close();
  });

  test('finds nothing wrong with certificates that are made anew, nor with a name that is taken', async () => {
    const own = await FakeControl.open();
    const { context, page } = await visit(browser, own, { scheme });
    await goTo(page, 'network');
    await page.getByRole('button', { name: 'Make new certificates…' }).click();
    await page.getByRole('dialog').getByRole('checkbox').check();
    expect(await violations(page), 'anew').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const problem = { code: 'name-taken', text: 'Another device has the name.', fix: 'Rename that device.' };
    own.surroundings.become({ mdns: { ...aNetwork.mdns, state: 'refused' }, problems: [problem], interfaces: [] });
    await page.getByText('Rename that device.').waitFor();
    expect(await violations(page), 'taken').toEqual([]);
    await context.close();
    await own.close();
  });

  test('finds nothing wrong with a domain of one’s own and the servers that are talked with', async () => {
    const own = await FakeControl.open();
    const { context, page } = await visit(browser, own, { scheme });
    await openFederation(page, own);
    expect(await violations(page), 'records').toEqual([]);
    for (const [button, name] of [
      ['Get a certificate…', 'certificate'],
      ['Test a server…', 'test'],
      ['Pin a certificate…', 'pin'],
    ] as const) {
      await page.getByRole('button', { name: button }).click();
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      if (name === 'certificate') await dialog.getByLabel('Snug makes a DNS record').check();
      if (name === 'test') {
        await dialog.getByLabel('Its domain').fill('barn.example');
        await page.keyboard.press('Enter');
        await dialog.getByText('Messages do not get to barn.example.').waitFor();
      }
      expect(await violations(page), name).toEqual([]);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    own.ownDomain.become({
      state: 'waiting-for-dns',
      step: 'preparing',
      records: [{ type: 'TXT', name: '_acme-challenge.miller.example', value: 'gfj9Xq1xlWq7' }],
    });
    await page.getByRole('table', { name: 'Records that prove the domain' }).waitFor();
    expect(await violations(page), 'proof').toEqual([]);
    await context.close();
    await own.close();
  });

  test('finds nothing wrong with the dialogs of bridges', async () => {
    const { context, page } = await visit(browser, control, { scheme });
    await goTo(page, 'bridges');
    await page.getByRole('button', { name: 'Add a bridge' }).click();
    await page.getByRole('dialog').getByLabel('Address').fill(`for-${scheme}`);
    expect(await violations(page), 'add').toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByTestId('generated-secret').waitFor();
    expect(await violations(page), 'added').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    for (const item of ['What it may do…', 'New secret…', 'Remove…']) {
      await page.getByRole('button', { name: 'Actions for telegram.miller.local' }).click();
      await page.getByRole('menu').waitFor();
      expect(await violations(page), 'menu').toEqual([]);
      await page.getByRole('menuitem', { name: item }).click();
      await page.getByRole('dialog').waitFor();
      expect(await violations(page), item).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await context.close();
  });
});

test('axe finds nothing wrong with a server that is away, nor with a browser that is not known', async () => {
  const own = await FakeControl.open();
  const { context, page } = await visit(browser, own);
  await own.goAway();
  await page.getByRole('alert').waitFor();
  expect(await violations(page), 'away').toEqual([]);
  await own.comeBack();
  await page.getByRole('alert').getByText('This address has been used up').waitFor();
  expect(await violations(page), 'not known, with a page').toEqual([]);
  await page.reload();
  await page.getByRole('heading', { name: 'This address has been used up' }).waitFor();
  expect(await violations(page), 'not known').toEqual([]);
  await context.close();
  await own.close();
});

/** With a domain, switched on, and every step open. */
async function openFederation(page: Page, control: FakeControl): Promise<void> {
  control.liveAt();
  control.federation.enable(true);
  await goTo(page, 'federation');
  await page.getByRole('table', { name: 'DNS records' }).waitFor();
  for (const name of ['A certificate', 'A way in from the internet'])
    await page.locator('button[aria-expanded]').filter({ hasText: name }).click();
  await page.getByRole('switch', { name: 'Ask the router to forward the ports' }).press(' ');
  await page.getByText('answers by NAT-PMP').waitFor();
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<readonly Violation[]>('axe.run().then(({ violations }) => violations)');
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

describe('the keyboard alone', () => {
  test.each(pages)('reaches every control of %s, and each shows that it has the focus', async (name) => {
    const { context, page } = await visit(browser, control, { size: { width: 1440, height: 900 } });
    await goTo(page, name);
    await reachEverything(page);
    await context.close();
  });

  test('reaches every control of a domain of one’s own', async () => {
    const own = await FakeControl.open();
    const { context, page } = await visit(browser, own, { size: { width: 1440, height: 900 } });
    await openFederation(page, own);
    await reachEverything(page);
    await context.close();
    await own.close();
  });

  async function reachEverything(page: Page): Promise<void> {
    await page.evaluate(MARK_CONTROLS);
    const wanted = await page.evaluate<string[]>(
      '[...document.querySelectorAll("[data-stop]")].map((e) => e.dataset.stop)',
    );
    const reached = new Set<string>();
    const unseen: string[] = [];
    for (let presses = 0; presses < wanted.length + 20; presses++) {
      await page.keyboard.press('Tab');
      const [stop, isSeen, html] = await page.evaluate<[string, boolean, string]>(FOCUSED);
      if (stop !== '' && !isSeen) unseen.push(html);
      reached.add(stop);
    }
    expect(wanted.length).toBeGreaterThan(5);
    expect(wanted.filter((stop) => !reached.has(stop))).toEqual([]);
    expect(unseen).toEqual([]);
  }

  test('adds a person, opens the menu, and Escape leads back to where one was', async () => {
    const { context, page } = await visit(browser, control);
    await goTo(page, 'people');
    await focusOn(page, 'Add a person');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate('document.activeElement.placeholder')).toBe('ben');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Add a person' }).and(page.locator(':focus')).waitFor();

    await focusOn(page, 'Actions for ben');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.getByRole('menuitem', { name: 'Details and devices' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Reset the password of ben?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Actions for ben' }).and(page.locator(':focus')).waitFor();
    await context.close();
  });

  test('makes a role, and is at the beginning of whatever comes next', async () => {
    const { context, page } = await visit(browser, control);
    await goTo(page, 'people');
    await focusOn(page, 'Roles…');
    await page.keyboard.press('Enter');
    await page.getByText('Town crier').waitFor();
    await focusOn(page, 'New role');
    await page.keyboard.press('Enter');
    await page.getByLabel('Name').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('Gardener');
    await page.keyboard.press('Tab');
    await page.keyboard.press(' ');
    expect(await page.getByLabel('See people, their roles and devices').isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Make the role' }).press('Enter');
    await page.getByRole('button', { name: 'New role' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Roles…' }).and(page.locator(':focus')).waitFor();
    await context.close();
  });

  test('skips the navigation, and a new page begins at its own top', async () => {
    const { context, page } = await visit(browser, control);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN');
    await page.getByRole('link', { name: 'Logs' }).press('Enter');
    await page.locator('main[tabindex="-1"]:focus').waitFor();
    expect(await page.title()).toBe('Logs – Snug');
    await context.close();
  });
});

async function focusOn(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name }).focus();
}

/** Numbers whatever can be used. Of radio buttons, one stands for its group. */
const MARK_CONTROLS = `
  [...document.querySelectorAll('a[href], button, input, select, textarea, [tabindex="0"]')]
    .filter((e) => !e.disabled && e.checkVisibility({ visibilityProperty: true }) && e.tabIndex >= 0)
    .forEach((e, index) => { e.dataset.stop = String(index) + ' ' + (e.getAttribute('aria-label') ?? e.textContent); })`;

/** The stop that has the focus, whether that can be seen, and its markup. */
const FOCUSED = `(() => {
  const e = document.activeElement;
  const isOutlined = (target, pseudo) => {
    const style = getComputedStyle(target, pseudo);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  };
  const isShown = [e, e.nextElementSibling, e.parentElement].some((target) => target !== null && isOutlined(target));
  return [e.dataset?.stop ?? '', isShown, e.outerHTML.slice(0, 200)];
})()`;
