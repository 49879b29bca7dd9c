/** Network: what people connect to, where the server is seen, and how devices and this computer come to trust it. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { aNetwork, aTrust, WORDS } from '../../control/fake-network.ts';
import type { FakeControl } from './fake-control.ts';
import { visitEach } from './visit-each.ts';

let control: FakeControl;
let page: Page;

visitEach({ page: 'network' }, (visited) => {
  ({ control, page } = visited);
});

const card = (name: string) => page.getByRole('region', { name });
const dialog = () => page.getByRole('dialog');

test('names and addresses are there to be copied', async () => {
  const names = card('Names and addresses');
  for (const text of ['rooms.miller.local', 'http://192.168.1.5:41077/join', 'fd12:3456:789a:1::5'])
    await names.getByText(text, { exact: true }).waitFor();
  await names.getByRole('button', { name: 'Copy the address 192.168.1.5' }).click();
  await names.getByText('Copied').first().waitFor();
});

test('each port says what it is for, and whose the wanted one is', async () => {
  const ports = card('Ports');
  const row = (name: string) => ports.locator('dl > div').filter({ hasText: name });
  await row('Chat apps (STARTTLS)').getByText('5222').waitFor();
  await row('Pages for newcomers').getByText('5280 is used by prosody').waitFor();
  await row('Bridges').getByText('opens with the first bridge').waitFor();
  await row('This window in a browser').getByText('off').waitFor();
});

describe('the announcement', () => {
  test('tells what the network is told, and can be switched off and on', async () => {
    const visible = card('Visible on this network');
    await visible.getByText('Devices on this network find it.').waitFor();
    await visible.getByText('_xmpps-client._tcp').waitFor();
    await visible.getByText('domain=miller.local').waitFor();
    await visible.getByRole('switch').press(' ');
    await visible.getByText('Switched off: devices find this server by its IP address only.').waitFor();
    expect(control.config.get('lan.mdns')).toBe(false);
    await visible.getByRole('switch').press(' ');
    await visible.getByText('Devices on this network find it.').waitFor();
  });

  test('that is contested says who has the name, and which one is free', async () => {
    const text = 'Another device on this network (192.168.1.9) is called miller.local already.';
    control.surroundings.become({
      mdns: { ...aNetwork.mdns, state: 'refused' },
      problems: [{ code: 'name-taken', text, fix: 'Set up Snug with another one, such as miller-chat.local.' }],
    });
    await page.getByText(text).waitFor();
    await page.getByText('such as miller-chat.local').waitFor();
    await card('Visible on this network').getByText('Not shown. Above it says why.').waitFor();
  });
});

describe('the networks of this computer', () => {
  const row = (name: string) => card('Networks of this computer').getByRole('listitem').filter({ hasText: name });

  test('say why Snug shows itself there or not', async () => {
    await row('enp3s0').getByText('People find it here').waitFor();
    await row('wlp2s0').getByText('Leads to the same network as another one').waitFor();
    await row('docker0').getByText('Containers, virtual machines or a VPN').waitFor();
    await page.getByText('Chosen automatically').waitFor();
  });

  test('are chosen by hand, never none of them, and automatically again', async () => {
    await page.getByRole('checkbox', { name: 'Show Snug on wg0' }).click();
    await row('wg0').getByText('People find it here').waitFor();
    expect(control.config.get('lan.interfaces')).toEqual(['enp3s0', 'wg0']);
    await page.getByRole('checkbox', { name: 'Show Snug on enp3s0' }).click();
    await row('enp3s0').getByText('Not chosen').waitFor();
    expect(await page.getByRole('checkbox', { name: 'Show Snug on wg0' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Choose automatically' }).click();
    await page.getByText('Chosen automatically').waitFor();
    expect(control.config.get('lan.interfaces')).toEqual([]);
  });
});

describe('trust', () => {
  const trust = () => card('Trust');

  test('has the six words and both fingerprints, and the certificate as a file', async () => {
    await trust().getByText(WORDS, { exact: true }).waitFor();
    expect(await trust().textContent()).toContain('7C015EB2449A');
    expect(await trust().textContent()).toContain('3F9A1C77E204');
    const saving = page.waitForEvent('download');
    await trust().getByRole('button', { name: 'Save the certificate' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe('miller.local.crt');
    const chunks: Buffer[] = [];
    for await (const chunk of await saved.createReadStream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe(aTrust.authority?.pem);
  });

  test('of this computer is given and taken with one press each', async () => {
    await trust().getByRole('button', { name: 'Trust on this computer' }).click();
    await page.getByText('This computer trusts the server now.').waitFor();
    await expect.poll(() => trust().getByText('trusts it', { exact: true }).count()).toBe(2);
    expect(await trust().getByRole('button', { name: 'Trust on this computer' }).count()).toBe(0);
    await trust().getByRole('button', { name: 'Trust no longer' }).click();
    await expect.poll(() => trust().getByText('does not trust it yet').count()).toBe(2);
  });

  test('that the system refuses is said beside the button', async () => {
    control.surroundings.deny();
    await trust().getByRole('button', { name: 'Trust on this computer' }).click();
    await trust().getByRole('alert').getByText('The keychain did not take it').waitFor();
  });

  test('begins anew only for who has read what that means', async () => {
    await trust().getByRole('button', { name: 'Make new certificates…' }).click();
    const submit = dialog().getByRole('button', { name: 'Make new certificates' });
    await dialog().getByText('has to trust the server again').waitFor();
    expect(await submit.isDisabled()).toBe(true);
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await dialog().waitFor({ state: 'detached' });
    await trust().getByText(WORDS, { exact: true }).waitFor();

    await trust().getByRole('button', { name: 'Make new certificates…' }).click();
    await dialog().getByRole('checkbox').check();
    await submit.click();
    await dialog().waitFor({ state: 'detached' });
    await page.getByText('Tell people the new six words.').waitFor();
    await expect.poll(() => trust().getByText(WORDS, { exact: true }).count()).toBe(0);
  });

  test('is nobody’s business where the certificate has it already', async () => {
    const { authority: _, here: __, page: ___, ...bare } = aTrust;
    control.surroundings.show({ ...bare, source: 'files' });
    await page.reload();
    await trust().getByText('Devices trust this certificate without further ado.').waitFor();
    expect(await trust().getByRole('button', { name: 'Make new certificates…' }).count()).toBe(0);
    expect(await trust().getByText('This computer').count()).toBe(0);
  });
});
