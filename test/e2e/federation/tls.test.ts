/** TLS on both ports for other servers as testssl.sh, which we did not write, sees it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest';
import { freePort } from '../../free-port.ts';
import { ServerInTest } from '../server-in-test.ts';
import { expectGood, SCAN_MS, scan, whyNoScan } from '../testssl.ts';
import { AsServer } from './as-server.ts';

const DOMAIN = 'chat.example';
const knowsServers = spawnSync('testssl', ['--help'], { encoding: 'utf8' }).stdout?.includes('xmpp-server') ?? false;

let server: ServerInTest;
let ports: { readonly s2s: number; readonly s2sTls: number };
beforeAll(async () => {
  if (whyNoScan !== undefined) return;
  ports = { s2s: await freePort(), s2sTls: await freePort() };
  const { s2s, s2sTls } = ports;
  const settings = ['federation.enabled=true', `federation.port=${s2s}`, `federation.directTlsPort=${s2sTls}`];
  server = await ServerInTest.start({ domain: DOMAIN, settings });
});
afterAll(() => server?.close());
beforeEach(({ skip }) => {
  if (whyNoScan !== undefined) skip(whyNoScan);
});

const scanned = (port: number, ...options: readonly string[]) =>
  scan({ domain: DOMAIN, port, authority: join(server.dataDir, 'certificates', 'ca.pem'), options });

describe.concurrent('testssl.sh finds nothing old, weak or vulnerable', { timeout: SCAN_MS + 10_000 }, () => {
  test('behind STARTTLS', async () => {
    if (knowsServers) expectGood(await scanned(ports.s2s, '--starttls', 'xmpp-server', '--xmpphost', DOMAIN));
    else {
      await using way = await AsServer.to(ports.s2s);
      expectGood(await scanned(way.port, '--starttls', 'xmpp', '--xmpphost', DOMAIN));
    }
  });

  test('on the port for direct TLS', async () => {
    expectGood(await scanned(ports.s2sTls));
  });
});
