/** Federation: the switch and its reasons, the way to a domain of one's own, and the servers that are talked with. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { aDoubt } from '../../control/fake-federation.ts';
import type { FakeControl } from './fake-control.ts';
import { visitEach } from './visit-each.ts';

let control: FakeControl;
let page: Page;

visitEach({ page: 'federation' }, (visited) => {
  ({ control, page } = visited);
});

const card = (name: string) => page.getByRole('region', { name });
const dialog = () => page.getByRole('dialog');
const toggle = () => page.getByRole('switch', { name: 'Allow chatting with other servers' });
const peers = () => card('Whom this server talks with');
const row = (domain: string) => peers().getByRole('row').filter({ hasText: domain });

async function beOn(): Promise<void> {
  control.liveAt();
  control.federation.enable(true);
  await row('example.org').waitFor();
}

describe('without a domain', () => {
  test('it says why it cannot be switched on, what a domain is, and that the network needs none', async () => {
    await page.getByText('Needs a domain of your own: miller.local is known on this network only.').waitFor();
    expect(await toggle().isDisabled()).toBe(true);
    const explained = card('What is a domain, and do I need one?');
    await explained.getByText('From a domain provider', { exact: false }).waitFor();
    await explained.getByText('need neither a domain nor the internet', { exact: false }).waitFor();
    await explained.getByRole('button', { name: 'Copy the command' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('--domain chat.example.org');
  });

  test('there is nobody to talk with, and so no list of them', async () => {
    expect(await peers().count()).toBe(0);
  });
});

describe('the switch', () => {
  test('goes on and off, and the server does', async () => {
    control.liveAt();
    await page.getByText('People here chat among themselves.', { exact: false }).waitFor();
    await toggle().press(' ');
    await page.getByText('can be written to', { exact: false }).waitFor();
    expect(control.federation.isEnabled).toBe(true);
    await row('example.org').waitFor();
    await toggle().press(' ');
    await page.getByText('Nobody, while it is off').waitFor();
    expect(control.federation.isEnabled).toBe(false);
  });

  test('follows what happens elsewhere', async () => {
    await beOn();
    expect(await toggle().isChecked()).toBe(true);
    control.federation.enable(false);
    await expect.poll(() => toggle().isChecked()).toBe(false);
  });
});

describe('who may talk with people here', () => {
  const setting = (key: string) => page.locator(`[data-setting="${key}"]`);

  test('is chosen among everybody and those that are allowed', async () => {
    await beOn();
    await setting('federation.mode').getByRole('combobox').selectOption('allowed');
    await setting('federation.mode').getByText('Saved').waitFor();
    expect(control.config.get('federation.mode')).toBe('allowed');
    await setting('federation.allow').getByRole('textbox').fill('*.pine.example');
    await page.keyboard.press('Enter');
    await setting('federation.allow').getByText('*.pine.example', { exact: true }).waitFor();
    expect(control.config.get('federation.allow')).toEqual(['*.pine.example']);
  });

  test('refuses what is no domain with a sentence, and keeps it to be mended', async () => {
    await beOn();
    await setting('federation.deny').getByRole('textbox').fill('not a domain');
    await page.keyboard.press('Enter');
    await setting('federation.deny').getByRole('alert').waitFor();
    expect(await setting('federation.deny').getByRole('textbox').inputValue()).toBe('not a domain');
    expect(control.config.get('federation.deny')).toEqual([]);
  });

  test('may be asked for a certificate, or for its place in the DNS alone', async () => {
    await beOn();
    await setting('federation.authentication').getByRole('combobox').selectOption('dialback');
    await setting('federation.authentication').getByText('Saved').waitFor();
    await setting('federation.strangers').getByRole('combobox').selectOption('refuse');
    await setting('federation.strangers').getByText('Saved').waitFor();
    expect(control.config.get('federation.strangers')).toBe('refuse');
  });
});

describe('whom the server talks with', () => {
  test('says since when, in which direction and how each has proven itself, and why one cannot be reached', async () => {
    await beOn();
    const words = async (domain: string) => (await row(domain).textContent()) ?? '';
    expect(await words('example.org')).toContain('both ways10 hours agoCertificateTLS 1.3');
    expect(await words('pine.example')).toContain('they opened it23 hours agoDNS alone (dialback)');
    expect(await words('shed.example')).toContain('we opened it2 minutes agoPinned certificate');
    expect(await words('gone.example')).toContain('gone.example has no server: connection refused. 5 minutes ago');
    expect(await words('gone.example')).toContain('not reachedtried again in 5 minutes2');
    await peers().getByText('2 messages are on the way, and kept until they arrive or go back.').waitFor();
  });

  test('ends when somebody disconnects it', async () => {
    await beOn();
    await page.getByRole('button', { name: 'Actions for example.org' }).click();
    await page.getByRole('menuitem', { name: 'Disconnect' }).click();
    await page.getByText('Disconnected from example.org.', { exact: false }).waitFor();
    await row('example.org').waitFor({ state: 'detached' });
    expect(control.done).toContain('federation.disconnect example.org');
  });

  test('cannot be disconnected where there is no connection', async () => {
    await beOn();
    await page.getByRole('button', { name: 'Actions for gone.example' }).click();
    expect(await page.getByRole('menuitem', { name: 'Disconnect' }).isDisabled()).toBe(true);
  });
});

describe('a test', () => {
  test('of any server tells each step of the way', async () => {
    await beOn();
    await page.getByRole('button', { name: 'Test a server…' }).click();
    await dialog().getByLabel('Its domain').fill('snow.example');
    await page.keyboard.press('Enter');
    await dialog().getByText('Messages get to snow.example.').waitFor();
    await dialog().getByText('The connection is encrypted with TLSv1.3.').waitFor();
    expect(await dialog().getByRole('img', { name: 'good' }).count()).toBe(3);
    expect(await dialog().getByRole('button', { name: 'Trust this certificate' }).count()).toBe(0);
  });

  test('of one that is lost begins with its name, and says where the way ends', async () => {
    await beOn();
    await page.getByRole('button', { name: 'Actions for gone.example' }).click();
    await page.getByRole('menuitem', { name: 'Test…' }).click();
    expect(await dialog().getByLabel('Its domain').inputValue()).toBe('gone.example');
    await page.keyboard.press('Enter');
    await dialog().getByText('Messages do not get to gone.example.').waitFor();
    await dialog().getByRole('img', { name: 'failed' }).waitFor();
  });

  test('that ends at a certificate leads to its fingerprint, which is pinned by consent alone', async () => {
    await beOn();
    await page.getByRole('button', { name: 'Test a server…' }).click();
    await dialog().getByLabel('Its domain').fill(aDoubt.domain);
    await page.keyboard.press('Enter');
    await dialog().getByRole('button', { name: 'Trust this certificate all the same…' }).click();
    const pin = page.getByRole('dialog', { name: `Pin the certificate of ${aDoubt.domain}` });
    await pin.waitFor();
    expect(await pin.textContent()).toContain('5E017CB2449A');
    expect(await pin.getByRole('button', { name: 'Pin', exact: true }).isDisabled()).toBe(true);
    await pin.getByRole('checkbox').check();
    await pin.getByRole('button', { name: 'Pin', exact: true }).click();
    await pin.waitFor({ state: 'detached' });
    await card('Pinned certificates').getByText(aDoubt.domain).waitFor();
    expect(control.federation.pins()[0]).toMatchObject({
      domain: aDoubt.domain,
      fingerprint: aDoubt.steps.at(-1)?.fingerprint,
    });
  });
});

test('a pin is typed with its domain, and taken back', async () => {
  await beOn();
  const pins = card('Pinned certificates');
  await pins.getByText('None is pinned.', { exact: false }).waitFor();
  await pins.getByRole('button', { name: 'Pin a certificate…' }).click();
  await dialog().getByLabel('Domain of the server').fill('barn.example');
  await dialog().getByLabel('Fingerprint (SHA-256) of its certificate').fill('ab:'.repeat(31).concat('ab'));
  await dialog().getByRole('checkbox').check();
  await dialog().getByRole('button', { name: 'Pin', exact: true }).click();
  await pins.getByText('ABAB ABAB', { exact: false }).waitFor();
  await pins.getByRole('button', { name: 'Take back the pin of barn.example' }).click();
  await pins.getByText('None is pinned.', { exact: false }).waitFor();
  expect(control.done).toContain('federation.unpin barn.example');
});
