import { readFileSync } from 'node:fs';
import { ServerInTest } from '../server-in-test.ts';
import { TlsClient } from '../tls-client.ts';
import { buildChat } from './build-chat.ts';
import { openChromium, openProfile } from './chromium.ts';
import { ConversePage } from './converse-page.ts';

await buildChat();
const server = await ServerInTest.start({
  domain: 'chat.test',
  settings: (process.argv[2] ?? '').split(',').filter(Boolean),
});
const png = {
  name: 'rose.png',
  mimeType: 'image/png',
  buffer: readFileSync('docs/screenshots/overview-light-800x600.png'),
};
const icon = { name: 'rose.png', mimeType: 'image/png', buffer: readFileSync('build/icons/window.png') };
try {
  const [juliet, romeo] = await server.addAccounts('juliet', 'romeo');
  const browser = await openChromium(server);
  const r = await TlsClient.login({ server, localpart: 'romeo', password: romeo!.password });
  r.send('<presence/>');
  const { page, faults, strays } = await openProfile(browser, ['chat.test'], { scheme: 'light' });
  page.on('console', (m) => console.log('CONSOLE', m.type(), m.text().slice(0, 300)));
  const c = new ConversePage(page);
  const room = 'garden@rooms.chat.test';
  const step = async (n: string, f: () => Promise<unknown>) => {
    const t = performance.now();
    try {
      const v = await f();
      console.log('ok', n, Math.round(performance.now() - t), v ?? '');
    } catch (e) {
      console.log('FAIL', n, String(e).slice(0, 600));
    }
    await page.screenshot({ path: `/tmp/k-${n}.png` });
  };
  await page.goto(`https://chat.test:${server.process.ports.web}/chat/`);
  await step('login', () => c.login('juliet', juliet!.password));
  await step('openChat', () => c.openChat('romeo@chat.test'));
  await step('say', () => c.say('romeo@chat.test', 'Ay me!'));
  await step('heard', async () =>
    (await r.next((e) => e.name === 'message' && e.childText('body') === 'Ay me!', 'm')).toXml(),
  );
  await step('answer', async () => {
    r.send(`<message type='chat' to='juliet@chat.test' id='a1'><body>She speaks.</body></message>`);
    await c.message('romeo@chat.test', 'She speaks.').waitFor();
  });
  await step('share', async () => {
    await c.share('romeo@chat.test', png);
    return (await r.next((e) => e.name === 'message' && (e.childText('body') ?? '').includes('rose.png'), 'm')).toXml();
  });
  await step('picture', async () => {
    await c.pictures('romeo@chat.test').waitFor();
    await page.waitForTimeout(500);
  });
  await step('joinRoom', () => c.joinRoom('garden', room));
  await step('sayRoom', async () => {
    await c.say(room, 'O Romeo');
    await c.message(room, 'O Romeo').waitFor();
  });
  await step('avatar', () => c.setAvatar(icon));
  await page.waitForTimeout(1500);
  await step('avatar2', async () => {
    r.send(`<iq type='get' id='v' to='juliet@chat.test'><vCard xmlns='vcard-temp'/></iq>`);
    return (await r.next((e) => e.attr('id') === 'v', 'v')).toXml().slice(0, 300);
  });
  await page.reload();
  await step('reload', () => c.isIn());
  await page.waitForTimeout(1500);
  await step('reloaded', async () => {
    await c.openChat('romeo@chat.test');
    return c.texts('romeo@chat.test');
  });
  console.log(faults, strays);
  await browser.close();
  r.drop();
} finally {
  await server.close();
}
