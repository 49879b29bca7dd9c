/** Pictures of the web chat for the documents, and for people who look whether they are good. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ServerInTest } from '../server-in-test.ts';
import { whyNoChromium } from '../window/browser.ts';
import { buildChat } from './build-chat.ts';
import { openChromium, openProfile } from './chromium.ts';
import { ConversePage } from './converse-page.ts';
import { type Couple, openCouple, saying } from './couple.ts';

const FOLDER = join(import.meta.dirname, '../../../docs/screenshots');
const DOMAIN = 'miller.local';
const ROMEO = `romeo@${DOMAIN}`;
const sizes = [
  { width: 390, height: 780 },
  { width: 1440, height: 900 },
] as const;

const reason = whyNoChromium();
let server: ServerInTest;
let browser: Browser;
let couple: Couple;

beforeAll(async () => {
  if (reason !== undefined) return;
  mkdirSync(FOLDER, { recursive: true });
  await buildChat();
  server = await ServerInTest.start({
    domain: DOMAIN,
    settings: ['registration.open=true', 'registration.approval=false', 'guests.allowed=true'],
  });
  couple = await openCouple(server);
  browser = await openChromium(server);
});
afterAll(async () => {
  await browser?.close();
  couple?.romeo.drop();
  await server?.close();
});
beforeEach(({ skip }) => {
  if (reason !== undefined) skip(reason);
});

for (const scheme of ['light', 'dark'] as const) {
  for (const size of sizes) {
    test(`the web chat is drawn ${scheme} at ${size.width}×${size.height} without an error`, {
      timeout: 60_000,
    }, async () => {
      const { context, page, faults, strays } = await openProfile(browser, [DOMAIN], { scheme, size });
      const name = (what: string) => `chat-${what}-${scheme}-${size.width}x${size.height}`;
      await page.goto(`https://${DOMAIN}:${server.process.ports.web}/chat/`);
      await page.getByRole('link', { name: 'Come in as a guest' }).waitFor();
      await takePicture(page, name('login'));
      const juliet = new ConversePage(page);
      await juliet.login('juliet', couple.password);
      await juliet.openChat(ROMEO);
      if (scheme === 'light' && size === sizes[0]) await talk(juliet);
      await juliet.message(ROMEO, 'Good night').waitFor();
      await takePicture(page, name('talk'));
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(size.width);
      expect([faults, strays]).toEqual([[], []]);
      await context.close();
    });
  }
}

async function talk(juliet: ConversePage): Promise<void> {
  const romeo = (body: string, id: string) =>
    couple.romeo.send(`<message type='chat' to='juliet@${DOMAIN}' id='${id}'><body>${body}</body></message>`);
  await juliet.say(ROMEO, 'What’s in a name?');
  await couple.romeo.next(saying('What’s in a name?'), 'what Juliet says');
  romeo('Call me but love, and I’ll be new baptized.', 'r1');
  await juliet.message(ROMEO, 'new baptized').waitFor();
  await juliet.say(
    ROMEO,
    'How camest thou hither, tell me, and wherefore? The orchard walls are high and hard to climb.',
  );
  await couple.romeo.next(saying('The orchard walls'), 'what Juliet says');
  romeo('With love’s light wings did I o’erperch these walls.', 'r2');
  await juliet.message(ROMEO, 'o’erperch').waitFor();
  await juliet.say(ROMEO, 'Good night, good night!');
}

/** When it was taken does not show. */
async function takePicture(page: Page, name: string): Promise<void> {
  await page.evaluate('document.fonts.ready');
  // Converse lets things fade in.
  await page.evaluate('Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null)))');
  const picture = await page.screenshot({
    path: join(FOLDER, `${name}.png`),
    animations: 'disabled',
    style: 'time.chat-msg__time { visibility: hidden } .separator-text { visibility: hidden }',
  });
  expect(picture.byteLength).toBeGreaterThan(5_000);
}
