/** Links to shared files that people elsewhere can open, where a router hands on a port of its own (XEP-0363, XEP-0156). */
import { expect, onTestFinished, test } from 'vitest';
import { connectControl } from '../../server/control/client.ts';
import { fetchText } from './https.ts';
import { ServerInTest } from './server-in-test.ts';
import { TlsClient } from './tls-client.ts';

const DOMAIN = 'files.test';
const NS_UPLOAD = 'urn:xmpp:http:upload:0';

test('links and host-meta name the address from outside, from the moment on that it is set', async () => {
  const server = await ServerInTest.start({ domain: DOMAIN });
  onTestFinished(() => server.close());
  const [account] = await server.addAccounts('romeo');
  const romeo = await TlsClient.login({ server, localpart: 'romeo', password: account?.password ?? '' });
  onTestFinished(() => romeo.drop());
  const urlsOf = async () => {
    const answer = await romeo.request(
      'get',
      `<request xmlns='${NS_UPLOAD}' filename='a.txt' size='3'/>`,
      `upload.${DOMAIN}`,
    );
    const slot = answer.child('slot', NS_UPLOAD);
    return ['put', 'get'].map((name) => new URL(slot?.child(name, NS_UPLOAD)?.attr('url') ?? '').origin);
  };
  const own = `https://${DOMAIN}:${server.process.ports.web}`;
  expect(await urlsOf()).toEqual([own, own]);
  const control = await connectControl(server.dataDir);
  await control.settings.set({ key: 'web.publicOrigin', value: 'https://files.test' });
  expect(await urlsOf()).toEqual(['https://files.test', 'https://files.test']);
  const { body } = await fetchText(server, `${own}/.well-known/host-meta`);
  expect(body).toContain(`href='wss://files.test/xmpp-websocket'`);
});
