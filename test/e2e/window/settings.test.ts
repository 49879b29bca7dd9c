/** Settings: each kind of control against the real settings of the server. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FakeControl } from './fake-control.ts';
import { visitEach } from './visit-each.ts';

let control: FakeControl;
let page: Page;
visitEach({ page: 'settings', overrides: ['c2s.maxSessionsPerAccount=12'] }, (visited) => {
  ({ control, page } = visited);
});

const row = (key: string) => page.locator(`[data-setting="${key}"]`);

test('every setting of the server is there', async () => {
  expect(await page.locator('[data-setting]').count()).toBe(control.config.describe().length);
});

test('a switch is saved at once', async () => {
  await row('lan.mdns').getByRole('switch').press(' ');
  await row('lan.mdns').getByText('Saved').waitFor();
  expect(control.config.get('lan.mdns')).toBe(false);
  await row('lan.mdns').getByText('Off', { exact: true }).waitFor();
});

test('a number is saved when it is left, and says what it means', async () => {
  const input = row('c2s.maxStanzaBytes').getByRole('textbox');
  await input.fill('1048576');
  await row('c2s.maxStanzaBytes').getByText('= 1 MB').waitFor();
  await input.blur();
  await row('c2s.maxStanzaBytes').getByText('Saved').waitFor();
  expect(control.config.get('c2s.maxStanzaBytes')).toBe(1_048_576);
});

test('a secret is hidden while it is typed, leaves the window when it is saved, and can be removed', async () => {
  const field = row('acme.dnsToken');
  await field.getByText('Not set', { exact: true }).waitFor();
  const input = field.getByLabel('Token of the DNS provider', { exact: true });
  expect(await input.getAttribute('type')).toBe('password');
  for (const secret of ['correct-horse', 'battery-staple']) {
    await input.fill(secret);
    await input.press('Enter');
    await field.getByText('Saved').waitFor();
    await page.waitForFunction((key) => {
      const typed = document.querySelector<HTMLInputElement>(`[data-setting="${key}"] input`);
      return typed?.value === '' && typed.placeholder === 'Set. Type to replace it.';
    }, 'acme.dnsToken');
    expect(control.config.get('acme.dnsToken')).toBe(secret);
  }
  await field.getByRole('button', { name: 'Remove: Token of the DNS provider' }).click();
  await field.getByText('Not set', { exact: true }).waitFor();
  expect(control.config.get('acme.dnsToken')).toBe('');
});

test('a secret that is refused stays, so that it can be mended', async () => {
  const field = row('acme.dnsKeySecret');
  const input = field.locator('input');
  await input.fill('not base64!');
  await input.press('Enter');
  await field.getByRole('alert').waitFor();
  expect(await input.inputValue()).toBe('not base64!');
  expect(control.config.get('acme.dnsKeySecret')).toBe('');
});

test('what the server refuses is explained beside the field, and Escape takes it back', async () => {
  const field = row('accounts.minPasswordLength');
  const input = field.getByRole('textbox');
  await input.fill('a lot');
  await input.press('Enter');
  await field.getByRole('alert').getByText('a whole number from 1 to 128').waitFor();
  expect(await input.inputValue()).toBe('a lot');
  await input.press('Escape');
  await field.getByRole('alert').waitFor({ state: 'detached' });
  expect(await input.inputValue()).toBe('8');
  expect(control.config.get('accounts.minPasswordLength')).toBe(8);
});

test('a choice is saved at once', async () => {
  await row('log.level').getByRole('combobox').selectOption('warn');
  await row('log.level').getByText('Saved').waitFor();
  expect(control.config.get('log.level')).toBe('warn');
});

test('a port can be switched off and gets its number back', async () => {
  const field = row('c2s.directTlsPort');
  await field.getByLabel('Off').check();
  await field.getByText('Saved for the next start').waitFor();
  expect(control.config.get('c2s.directTlsPort')).toBe('off');
  await field.getByLabel('Off').uncheck();
  await expect.poll(() => control.config.get('c2s.directTlsPort')).toBe(5223);
});

test('a list takes entries, refuses wrong ones, and gives them back', async () => {
  const field = row('admin.jids');
  const input = field.getByRole('textbox');
  await input.fill('ben@miller.local');
  await input.press('Enter');
  await field.getByRole('listitem').filter({ hasText: 'ben@miller.local' }).waitFor();
  expect(await input.inputValue()).toBe('');
  await input.fill('not a jid @@');
  await input.press('Enter');
  await field.getByRole('alert').waitFor();
  expect(await input.inputValue()).toBe('not a jid @@');
  await field.getByRole('button', { name: 'Remove ben@miller.local' }).click();
  await expect.poll(() => control.config.get('admin.jids')).toEqual([]);
});

test('a value of the command line says so until it is changed, and resets to the default', async () => {
  const field = row('c2s.maxSessionsPerAccount');
  await field.getByText('Set for this run').waitFor();
  await field.getByRole('button', { name: 'Reset to default: Devices per account' }).click();
  await field.getByText('Default: 50').waitFor();
  await field.getByText('Set for this run').waitFor({ state: 'detached' });
  expect(control.config.get('c2s.maxSessionsPerAccount')).toBe(50);
});

test('a setting that needs a restart says so', async () => {
  await row('listen.address').getByText('With the next start').waitFor();
  expect(await row('lan.mdns').getByText('With the next start').count()).toBe(0);
});

test('the search looks at keys, titles and descriptions', async () => {
  const search = page.getByLabel('Find a setting');
  await search.fill('mdns');
  await expect.poll(() => page.locator('[data-setting]').count()).toBe(1);
  await search.fill('waiting person');
  await row('offline.maxMessages').waitFor();
  await search.fill('RFC 5802');
  await row('accounts.scramIterations').waitFor();
  await search.fill('no such word anywhere');
  await page.getByText('No setting matches “no such word anywhere”').waitFor();
  await page.getByRole('button', { name: 'Show all settings' }).last().click();
  await row('lan.mdns').waitFor();
});
