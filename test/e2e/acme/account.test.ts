/** The account with the authority is made once and found again at each renewal, whatever e-mail address it has or gets. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../free-port.ts';
import { DOMAIN, openAcme, settled } from './acme-in-test.ts';
import { NameServer } from './name-server.ts';
import { hasPebble, Pebble } from './pebble.ts';

describe.skipIf(!hasPebble)('an account', () => {
  let dns: NameServer;
  let pebble: Pebble;
  let httpPort: number;
  beforeAll(async () => {
    dns = (await NameServer.start()).add({ type: 'A', name: DOMAIN, data: '127.0.0.1' });
    httpPort = await freePort();
    pebble = await Pebble.start({ dnsServer: dns.address, httpPort });
  });
  afterAll(async () => {
    await pebble?.stop();
    await dns?.close();
  });

  test.each([
    ['without an e-mail address', ['', '']],
    ['with one', ['romeo@pine.org', 'romeo@pine.org']],
    ['that gets another one', ['romeo@pine.org', 'juliet@pine.org']],
    ['that gets one', ['', 'juliet@pine.org']],
    ['that loses it', ['romeo@pine.org', '']],
  ])('%s serves a second certificate as well', async (_which, emails) => {
    const here = await openAcme(
      { directory: pebble.directory, httpPort, services: [], enabled: true },
      { trust: pebble.trustPem, servers: () => [dns.address], dnsPort: dns.port },
    );
    try {
      for (const email of emails) {
        await here.config.set('acme.email', email);
        here.acme.begin();
        await settled(here.acme);
        expect(here.acme.status().failure).toBeUndefined();
      }
      expect(here.taken()).toBe(2);
    } finally {
      await here.close();
    }
  });
});
