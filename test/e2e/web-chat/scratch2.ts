import { ServerInTest } from '../server-in-test.ts';
import { buildChat } from './build-chat.ts';
import { openChromium, openProfile } from './chromium.ts';
import { ConversePage } from './converse-page.ts';

await buildChat();
const server = await ServerInTest.start({
  domain: 'chat.test',
  settings: (process.argv[2] ?? '').split(',').filter(Boolean),
});
try {
  const [juliet] = await server.addAccounts('juliet', 'romeo');
  const browser = await openChromium(server);
  const { page, faults } = await openProfile(browser, ['chat.test'], { scheme: 'light' });
  const c = new ConversePage(page);
  await page.goto(`https://chat.test:${server.process.ports.web}/chat/`);
  await c.login('juliet', juliet!.password);
  await page.waitForTimeout(1500);
  let n = 0;
  page.on('websocket', (ws) => {
    const i = ++n;
    const t = () => Math.round(performance.now());
    console.log(i, t(), 'OPENED');
    ws.on('framesent', (f) => console.log(i, t(), 'C:', String(f.payload).slice(0, 260)));
    ws.on('framereceived', (f) => console.log(i, t(), 'S:', String(f.payload).slice(0, 260)));
    ws.on('close', () => console.log(i, t(), 'CLOSED'));
  });
  await page.reload();
  await page.waitForTimeout(5000);
  console.log(faults, await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])").then((s) => String(s).slice(0, 1500)));
  await browser.close();
} finally {
  await server.close();
}
