/** The page around Converse.js: what it makes of the server's settings, and what it says when something is in the way. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ServerInTest } from '../server-in-test.ts';
import { runSnug } from '../snug-command.ts';
import { whyNoChromium } from '../window/browser.ts';
import { buildChat } from './build-chat.ts';
import { openChromium, openProfile } from './chromium.ts';
import { ConversePage } from './converse-page.ts';
import { type Couple, openCouple, saying } from './couple.ts';

const DOMAIN = 'chat.test';
const TEST_MS = 60_000;
const PATIENCE_MS = 15_000;

const reason = whyNoChromium();
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});
beforeAll(async () => {
  if (reason === undefined) await buildChat();
});

async function open(settings: readonly string[], knows: 'name' | 'address' = 'name') {
  const server = await ServerInTest.start({ domain: DOMAIN, settings });
  const browser = await openChromium(server, knows);
  const host = `${knows === 'name' ? DOMAIN : '127.0.0.1'}:${server.process.ports.web}`;
  return {
    server,
    address: `https://${host}/chat/`,
    visit: (javaScriptEnabled = true) => visit(browser, javaScriptEnabled),
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

async function visit(browser: Browser, javaScriptEnabled: boolean) {
  const profile = await openProfile(browser, [DOMAIN], { javaScriptEnabled });
  onTestFinished(() => profile.context.close());
  return profile;
}

type Opened = Awaited<ReturnType<typeof open>>;

describe('with doors open', () => {
  let opened: Opened;
  let couple: Couple;
  beforeAll(async () => {
    if (reason !== undefined) return;
    opened = await open(['registration.open=true', 'registration.approval=false', 'guests.allowed=true']);
    couple = await openCouple(opened.server);
  });
  afterAll(async () => {
    couple?.romeo.drop();
    await opened?.close();
  });

  test('somebody makes an account and is in', { timeout: TEST_MS }, async () => {
    const { page, faults, strays } = await opened.visit();
    await page.goto(opened.address);
    await new ConversePage(page).register('rosaline', 'a fair enough password');
    expect(JSON.stringify(await runSnug(opened.server.dataDir, 'user', 'list'))).toContain('rosaline');
    expect([faults, strays]).toEqual([[], []]);
  });

  test('a guest comes in without an account, and talks in a room', { timeout: TEST_MS }, async () => {
    const { page, faults, strays } = await opened.visit();
    await page.goto(opened.address);
    await page.getByRole('link', { name: 'Come in as a guest' }).click();
    const guest = new ConversePage(page);
    await guest.isIn();
    const room = `lobby@rooms.${DOMAIN}`;
    couple.romeo.send(`<presence to='${room}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
    const defaults = `<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>`;
    await couple.romeo.request('set', defaults, room);
    await guest.enterRoom(room, 'Stranger');
    await guest.say(room, 'Hello?');
    await couple.romeo.next(saying('Hello?'), 'what the guest says');
    expect([faults, strays]).toEqual([[], []]);
  });

  test('two people write to each other what the server cannot read', { timeout: TEST_MS }, async () => {
    const signIn = async (name: string, password: string) => {
      const { page } = await opened.visit();
      await page.goto(opened.address);
      const person = new ConversePage(page);
      await person.login(name, password);
      return person;
    };
    const romeo = await signIn('romeo', couple.romeoPassword);
    const juliet = await signIn('juliet', couple.password);
    await expect.poll(() => keys('romeo'), { timeout: PATIENCE_MS }).toMatch(/<device /);
    await expect.poll(() => keys('juliet'), { timeout: PATIENCE_MS }).toMatch(/<device /);
    await juliet.openChat(`romeo@${DOMAIN}`);
    await juliet.encrypt(`romeo@${DOMAIN}`);
    await juliet.say(`romeo@${DOMAIN}`, 'By yonder moon');
    await romeo.openChat(`juliet@${DOMAIN}`);
    const encrypted = romeo.message(`juliet@${DOMAIN}`, 'By yonder moon');
    await encrypted.waitFor();
    expect(await encrypted.getAttribute('data-encrypted')).toBe('true');
    const passed = await couple.romeo.next(
      ({ elements }) => elements.some(({ name }) => name === 'encrypted'),
      'the message as it passes',
    );
    expect(passed.toXml()).not.toContain('yonder');

    /** Of the devices that can read what is encrypted. */
    async function keys(name: string): Promise<string> {
      const items = `<items node='eu.siacs.conversations.axolotl.devicelist'/>`;
      const pubsub = `<pubsub xmlns='http://jabber.org/protocol/pubsub'>${items}</pubsub>`;
      return (await couple.romeo.request('get', pubsub, `${name}@${DOMAIN}`)).toXml();
    }
  });
});

describe('with doors shut', () => {
  let opened: Opened;
  beforeAll(async () => {
    if (reason === undefined) opened = await open([]);
  });
  afterAll(() => opened?.close());

  test('nobody is offered an account or a guest’s chair', async () => {
    const { page } = await opened.visit();
    await page.goto(opened.address);
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    expect(await page.getByText('Create an account').count()).toBe(0);
    expect(await page.getByText('Come in as a guest').count()).toBe(0);
    await page.goto(`${opened.address}?guest`);
    await page.getByText('Guests are not let in here at the moment.').waitFor();
  });

  test('a wrong password is told, and can be corrected', async () => {
    const [account] = await opened.server.addAccounts('paris');
    const { page } = await opened.visit();
    await page.goto(opened.address);
    await page.locator('input[name=jid]').fill('paris');
    await page.locator('input[name=password]').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.locator('.conn-feedback:visible').waitFor();
    await new ConversePage(page).login('paris', account?.password ?? '');
  });

  test('without JavaScript it says what it needs', async () => {
    const { page } = await opened.visit(false);
    await page.goto(opened.address);
    await page.locator('noscript p').waitFor();
    expect(await page.locator('#status').isVisible()).toBe(false);
  });

  test('the licences lie beside the page', async () => {
    const { page } = await opened.visit();
    await page.goto(opened.address);
    await page.getByRole('link', { name: 'Licences' }).click();
    await page.getByText('Mozilla Public License').first().waitFor();
  });
});

test('where chat is not reached, the page says so and offers to try again', { timeout: TEST_MS }, async () => {
  const opened = await open(['web.websocket=false', 'web.bosh=false']);
  onTestFinished(() => opened.close());
  const { page } = await opened.visit();
  await page.goto(opened.address);
  await page.getByText('The chat server does not answer').waitFor();
  await page.getByText('it does not know the certificate').waitFor();
  await page.getByRole('button', { name: 'Try again' }).waitFor();
});

test('opened by an address, it lets people in, and says what they will miss', { timeout: TEST_MS }, async () => {
  const opened = await open([], 'address');
  onTestFinished(() => opened.close());
  const [account] = await opened.server.addAccounts('juliet');
  const { page } = await opened.visit();
  await page.goto(opened.address);
  await page.getByText(`Pictures and files lie at ${DOMAIN}`).waitFor();
  await new ConversePage(page).login('juliet', account?.password ?? '');
});
