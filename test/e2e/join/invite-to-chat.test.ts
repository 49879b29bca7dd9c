/**
 * From “Invite someone” to a chat: the host's window, the QR code, a phone's browser, a client that we did not write, and
 * somebody who joins in the browser. Nobody types the address of a server.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readQrCode, whyNoZbar } from '../read-qr-code.ts';
import { ServerInTest } from '../server-in-test.ts';
import { SlixmppClient, whyNoSlixmpp } from '../slixmpp/slixmpp-client.ts';
import { runSnug } from '../snug-command.ts';
import { openChromium, openProfile as openPhone } from '../web-chat/chromium.ts';
import { openBrowser, openProfile, whyNoChromium } from '../window/browser.ts';
import { buildWindow } from '../window/build-window.ts';

const DOMAIN = 'miller.local';
const PASSWORD = 'Calliope-1';
/** Everyone in one list and one room, as it is where nobody has chosen otherwise. */
const SETTINGS = ['window.port=0', 'join.port=0', 'groups.everyone=true', 'groups.everyoneRoom=true'];
const REGISTERING = join(import.meta.dirname, 'registering.py');
const reason = whyNoChromium() ?? whyNoSlixmpp();

let server: ServerInTest;
let hostBrowser: Browser;
let phoneBrowser: Browser;
const clients: SlixmppClient[] = [];

beforeAll(async () => {
  if (reason !== undefined) return;
  await buildWindow();
  server = await ServerInTest.start({ domain: DOMAIN, settings: SETTINGS });
  [hostBrowser, phoneBrowser] = await Promise.all([openBrowser(), openChromium(server)]);
}, 60_000);

afterAll(async () => {
  await Promise.all([hostBrowser?.close(), phoneBrowser?.close()]);
  await server?.close();
});

beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

async function openWindow(): Promise<Page> {
  const { address } = await runSnug(server.dataDir, 'window');
  const { context } = await openProfile(hostBrowser);
  const page = await context.newPage();
  await page.goto(String(address));
  await page.getByRole('heading', { name: 'Snug is running' }).waitFor();
  return page;
}

const step = (host: Page, text: string) => host.getByTestId('invite-progress').getByText(text).waitFor();

/** What the camera of a phone sees on the host's screen; where there is no reader, what the window copies. */
async function invite(host: Page): Promise<string> {
  const sheet = host.getByRole('dialog');
  await sheet.getByRole('button', { name: 'Make the invitation' }).click();
  const code = sheet.getByRole('img', { name: 'QR code of the join page' });
  await code.waitFor();
  await step(host, 'Waiting for the link to be opened');
  if (whyNoZbar() === undefined) return readQrCode(await code.screenshot());
  await sheet.getByRole('button', { name: 'Copy the link of the join page' }).click();
  return await host.evaluate<string>('navigator.clipboard.readText()');
}

async function scan(link: string): Promise<Page> {
  const { page } = await openPhone(phoneBrowser, ['127.0.0.1', DOMAIN], { size: { width: 390, height: 844 } });
  await page.goto(link);
  return page;
}

interface Registered {
  readonly outcome: string;
  readonly text?: string;
  readonly jid?: string;
  readonly contact?: string;
}

/** As an app does that was given the link. */
function register(uri: string, name: string): Promise<Registered> {
  const authority = join(server.dataDir, 'certificates', 'ca.pem');
  const port = String(server.process.ports.c2s);
  return new Promise((resolve, reject) => {
    execFile(
      '/usr/bin/python3',
      ['-B', REGISTERING, uri, name, PASSWORD, '127.0.0.1', port, authority],
      (error, output, errors) => (error === null ? resolve(JSON.parse(output)) : reject(new Error(errors))),
    );
  });
}

async function signIn(name: string): Promise<SlixmppClient> {
  const client = new SlixmppClient();
  clients.push(client);
  await client.login(server.process, server.dataDir, { jid: `${name}@${DOMAIN}/phone`, password: PASSWORD });
  return client;
}

test('two strangers are invited, one by an app and one in the browser, and chat', { timeout: 60_000 }, async ({
  annotate,
}) => {
  const host = await openWindow();
  const begunAt = performance.now();
  await host.getByRole('button', { name: 'Invite someone' }).click();

  const first = await scan(await invite(host));
  await first.getByRole('heading', { name: `admin invites you to chat at ${DOMAIN}` }).waitFor();
  await step(host, 'Link opened');
  const uri = await first.getByRole('link', { name: 'Open the invitation in the app' }).getAttribute('href');
  expect(await register(String(uri), 'romeo')).toEqual({
    outcome: 'registered',
    jid: `romeo@${DOMAIN}`,
    contact: 'admin',
  });
  await step(host, 'Account made: romeo');
  const romeo = await signIn('romeo');
  await step(host, 'romeo signed in for the first time');

  await host.getByRole('button', { name: 'Invite somebody else' }).click();
  const second = await scan(await invite(host));
  await step(host, 'Link opened');
  await second.getByRole('link', { name: 'Make an account in the browser' }).click();
  expect(new URL(second.url()).protocol).toBe('https:');
  await second.getByLabel('Name').fill('juliet');
  await second.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await second.getByLabel('Password, once more').fill(PASSWORD);
  await second.getByRole('button').click();
  await second.getByText(`juliet@${DOMAIN}`).waitFor();
  await step(host, 'Account made: juliet');
  const juliet = await signIn('juliet');
  await step(host, 'juliet signed in for the first time');

  await romeo.ask('message', { to: `juliet@${DOMAIN}`, body: 'Shall I hear more?' });
  await juliet.event('message', { body: 'Shall I hear more?', from: romeo.jid });
  await juliet.ask('message', { to: romeo.jid, body: 'What man art thou?' });
  await romeo.event('message', { body: 'What man art thou?', from: juliet.jid });
  const took = `from “Invite someone” to a chat of two newcomers: ${((performance.now() - begunAt) / 1000).toFixed(1)} s`;
  await annotate(took);
  process.stdout.write(`${took}\n`);

  for (const newcomer of [romeo, juliet]) {
    expect(await newcomer.ask('roster')).toMatchObject({ [`admin@${DOMAIN}`]: { subscription: 'both' } });
  }
  await host.context().close();
  await Promise.all([first.context().close(), second.context().close()]);
});

test('newcomers are in each other’s contact list by name and in the room of everyone, without doing anything', {
  timeout: 60_000,
}, async () => {
  for (const name of ['paris', 'rosaline']) {
    const { uri } = await runSnug(server.dataDir, 'invite');
    expect(await register(String(uri), name)).toMatchObject({ outcome: 'registered' });
  }
  const [paris, rosaline] = [await signIn('paris'), await signIn('rosaline')];
  await rosaline.ask('setVcard', { name: 'Rosaline Capulet' });
  const inList = async (client: SlixmppClient, name: string) =>
    ((await client.ask('roster')) as Record<string, unknown>)[`${name}@${DOMAIN}`];
  const contact = { subscription: 'both', groups: ['Everyone'] };
  expect(await inList(rosaline, 'paris')).toMatchObject({ ...contact, name: 'paris' });
  await expect.poll(() => inList(paris, 'rosaline')).toMatchObject({ ...contact, name: 'Rosaline Capulet' });
  await paris.event('presence', { from: rosaline.jid, type: 'available' });

  const room = `everyone@rooms.${DOMAIN}`;
  await rosaline.ask('join', { room, nick: 'Rosaline' });
  await paris.ask('join', { room, nick: 'Paris' });
  await paris.ask('message', { to: room, body: 'Good morrow to all', type: 'groupchat' });
  await rosaline.event('groupchat', { room, nick: 'Paris', body: 'Good morrow to all' });
});

describe('a link that is worth nothing is refused with a reason by the page and by the server', () => {
  async function made(...words: readonly string[]): Promise<{ page: string; uri: string; id: string }> {
    const { page, uri, id } = await runSnug(server.dataDir, 'invite', ...words);
    return { page: String(page), uri: String(uri), id: String(id) };
  }

  /** Nobody waits an hour: the clock of the invitation is put back while the server is down. */
  async function expire(id: string): Promise<void> {
    await server.process.stop();
    const database = new Database(join(server.dataDir, 'snug.db'));
    database.prepare('UPDATE invitations_invitation SET expires_at = ? WHERE id = ?').run(Date.now() - 1000, id);
    database.close();
    await server.startAgain();
  }

  const forged = (link: string) => link.replace(/[0-9a-f]{32}/, 'f'.repeat(32));

  test.for([
    ['used', /used already/],
    ['revoked', /taken back/],
    ['forged', /not known here/],
    ['expired', /expired/],
  ] as const)('%s', { timeout: 40_000 }, async ([what, sentence]) => {
    let { page: address, uri, id } = await made();
    if (what === 'used') expect(await register(uri, 'tybalt')).toMatchObject({ outcome: 'registered' });
    if (what === 'revoked') await runSnug(server.dataDir, 'invite', 'revoke', id);
    if (what === 'forged') [address, uri] = [forged(address), forged(uri)];
    if (what === 'expired') {
      await expire(id);
      address = address.replace(/:\d+\//, `:${server.process.ports.join}/`);
    }
    const page = await scan(address);
    await page.getByRole('alert').getByText(sentence).waitFor();
    expect(await page.getByRole('link', { name: 'Open the invitation in the app' }).isVisible()).toBe(false);
    expect(await page.getByRole('heading', { level: 1, name: 'This link does not work' }).isVisible()).toBe(true);
    await page.context().close();
    expect(await register(uri, 'mercutio')).toMatchObject({
      outcome: 'item-not-found',
      text: expect.stringMatching(sentence),
    });
  });

  test('of which the page is told by its status as well', async () => {
    const { page: address, id } = await made();
    await runSnug(server.dataDir, 'invite', 'revoke', id);
    const page = await scan(address.replace(/#.*/, ''));
    await page.getByRole('alert').getByText('This link is not complete').waitFor();
    const answered = page.waitForResponse(/\/join\/invitation/);
    await page.goto(address);
    await page.reload();
    expect((await answered).status()).toBe(410);
    await page.context().close();
  });
});
