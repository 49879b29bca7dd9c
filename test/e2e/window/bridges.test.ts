/** Bridges: added with a secret that is shown once, allowed things in words, and removed. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { FakeControl } from './fake-control.ts';
import { visitEach } from './visit-each.ts';

let control: FakeControl;
let page: Page;
visitEach({ page: 'bridges' }, (visited) => {
  ({ control, page } = visited);
});

const dialog = () => page.getByRole('dialog');
const row = (domain: string) => page.getByRole('row').filter({ hasText: domain });

async function choose(domain: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${domain}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

test('each says whether it is there and what it may do, and one that comes is seen', async () => {
  await page.getByText('They connect to 127.0.0.1, port 5347.').waitFor();
  await row('telegram').getByText('since 3 days ago from 127.0.0.1').waitFor();
  await row('telegram').getByText('reads and changes contact lists · writes in anybody’s name').waitFor();
  await row('irc').getByText('Not connected').waitFor();
  await row('irc').getByText('nothing beyond its own address').waitFor();
  control.administration.connectBridge('irc.miller.local');
  await row('irc').getByText('Connected', { exact: true }).waitFor();
});

test('a new one gets a secret that is shown once, with where to connect', async () => {
  await page.getByRole('button', { name: 'Add a bridge' }).click();
  const name = dialog().getByLabel('Address');
  await name.fill('irc');
  await dialog().getByText('It will be irc.miller.local.').waitFor();
  await name.press('Enter');
  await dialog().getByText('There is a component called irc.miller.local already.').waitFor();
  await name.fill('matrix');
  await name.press('Enter');
  await dialog().getByText('matrix.miller.local may connect now').waitFor();
  await dialog().getByText('5347').waitFor();
  const secret = await dialog().getByTestId('generated-secret').textContent();
  expect(secret).toBe('h3xqp-8nvtd-m2kzs-c7wry');
  await dialog().getByRole('button', { name: 'Copy the secret' }).click();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret);
  await dialog().getByRole('button', { name: 'Done' }).click();
  await row('matrix').waitFor();
  await dialog().waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(secret);
});

test('a new secret is asked for once, and ends the connection', async () => {
  await choose('telegram.miller.local', 'New secret…');
  await dialog().getByText('the bridge is disconnected until').waitFor();
  await dialog().getByRole('button', { name: 'Make a new secret' }).click();
  await dialog().getByTestId('generated-secret').waitFor();
  await dialog().getByRole('button', { name: 'Done' }).click();
  await row('telegram').getByText('Not connected').waitFor();
  await choose('telegram.miller.local', 'New secret…');
  await dialog().getByRole('button', { name: 'Make a new secret' }).waitFor();
  expect(await dialog().getByTestId('generated-secret').count()).toBe(0);
});

test('what it may do is allowed and taken back, and a refusal stands beside it', async () => {
  await choose('irc.miller.local', 'What it may do…');
  await dialog().getByLabel('Who is online').selectOption('It sees people here and their contacts');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await dialog().getByRole('alert').getByText('must be allowed to read contact lists').waitFor();
  await dialog().getByLabel('Contact lists of everybody here').selectOption('It may read them');
  await dialog().getByLabel('It hears at once of changed contacts').uncheck();
  await dialog().getByLabel('It may send messages in the name of anybody here').check();

  const requests = dialog().getByRole('group', { name: 'Requests in the name of anybody here' });
  await requests.getByRole('textbox').fill('urn:example:one');
  await requests.getByRole('textbox').press('Enter');
  await requests.getByText('may ask', { exact: true }).first().waitFor();
  await requests.getByRole('textbox').fill('urn:example:gone');
  await requests.getByRole('button', { name: /^Add/ }).click();
  await requests.getByRole('button', { name: 'Remove urn:example:gone' }).click();
  const answers = dialog().getByRole('group', { name: 'Answers in place of the server' });
  await answers.getByLabel('Namespace to answer for').fill('urn:example:answers');
  await answers.getByLabel('Only with these attributes').fill('node, id');
  // Not added by its own button: saving takes what is typed.
  await dialog().getByRole('button', { name: 'Save' }).click();
  await page.getByText('What irc.miller.local may do is changed.').waitFor();
  const grantsOf = (domain: string) =>
    control.administration.components.find((component) => component.domain === domain)?.grants;
  expect(grantsOf('irc.miller.local')).toEqual({
    roster: 'get',
    rosterPush: false,
    message: 'outgoing',
    presence: 'roster',
    iq: [{ xmlns: 'urn:example:one', access: 'get' }],
    delegated: [{ xmlns: 'urn:example:answers', attributes: ['node', 'id'] }],
  });

  await choose('telegram.miller.local', 'What it may do…');
  await dialog().getByRole('button', { name: 'Remove http://jabber.org/protocol/pubsub' }).click();
  await dialog().getByLabel('Contact lists of everybody here').selectOption('It may not see them');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await page.getByText('What telegram.miller.local may do is changed.').waitFor();
  expect(grantsOf('telegram.miller.local')).toMatchObject({ roster: 'none', message: 'outgoing', iq: [] });
});

test('one that is removed is gone after one question, and none at all is said', async () => {
  await choose('irc.miller.local', 'Remove…');
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await dialog().waitFor({ state: 'detached' });
  for (const domain of ['irc.miller.local', 'telegram.miller.local']) {
    await choose(domain, 'Remove…');
    await dialog().getByRole('button', { name: 'Remove the bridge' }).click();
    await page.getByText(`${domain} was removed.`).waitFor();
    await dialog().waitFor({ state: 'detached' });
  }
  await page.getByText('No bridges yet').waitFor();
});

test('a port that is off is said, with the way to the setting', async () => {
  control.config.set('components.port', 'off');
  await page.getByText('The port for them is off').waitFor();
  await page.getByRole('link', { name: 'Open it in the settings' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
});
