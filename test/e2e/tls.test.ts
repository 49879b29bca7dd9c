/** TLS on all ports for clients as testssl.sh, which we did not write, sees it. */
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest';
import { ServerInTest } from './server-in-test.ts';
import { expectGood, SCAN_MS, scan, whyNoScan } from './testssl.ts';

const DOMAIN = 'chat.test';

let server: ServerInTest;
beforeAll(async () => {
  if (whyNoScan === undefined) server = await ServerInTest.start({ domain: DOMAIN });
});
afterAll(() => server?.close());
beforeEach(({ skip }) => {
  if (whyNoScan !== undefined) skip(whyNoScan);
});

const scanned = (port: number, ...options: readonly string[]) =>
  scan({ domain: DOMAIN, port, authority: join(server.dataDir, 'certificates', 'ca.pem'), options });

describe.concurrent('testssl.sh finds nothing old, weak or vulnerable', { timeout: SCAN_MS + 10_000 }, () => {
  test('behind STARTTLS', async () => {
    expectGood(await scanned(server.process.ports.c2s, '--starttls', 'xmpp', '--xmpphost', DOMAIN));
  });

  test('on the port for direct TLS', async () => {
    expectGood(await scanned(server.process.ports.c2sTls));
  });

  test('on the port for web clients', async () => {
    expectGood(await scanned(server.process.ports.web));
  });
});
