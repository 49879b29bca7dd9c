/** Certificates from pebble, an authority that we did not write. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { generateKeyPem, issueAuthority, issueLeaf, LEAF_LIFE_MS } from '../../../server/certificates/issue.ts';
import { freePort } from '../../free-port.ts';
import { type AcmeInTest, become, DOMAIN, openAcme, settled } from './acme-in-test.ts';
import { NameServer } from './name-server.ts';
import { hasPebble, Pebble } from './pebble.ts';

describe.skipIf(!hasPebble)('with an authority', () => {
  let dns: NameServer;
  let pebble: Pebble;
  let httpPort: number;
  let opened: AcmeInTest | undefined;

  beforeAll(async () => {
    dns = await NameServer.start();
    httpPort = await freePort();
    pebble = await Pebble.start({ dnsServer: dns.address, httpPort });
  });
  afterAll(async () => {
    await pebble?.stop();
    await dns?.close();
  });
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
    dns.records.splice(0);
  });

  async function open(settings: Readonly<Record<string, unknown>> = {}, more = {}): Promise<AcmeInTest> {
    opened = await openAcme(
      { directory: pebble.directory, httpPort, ...settings },
      { trust: pebble.trustPem, servers: () => [dns.address], dnsPort: dns.port, ...more },
    );
    return opened;
  }

  function addresses(...names: readonly string[]): void {
    for (const name of names) dns.add({ type: 'A', name, data: '127.0.0.1' });
  }

  async function read({ files, clock }: AcmeInTest) {
    const found = await files.certificate(DOMAIN, clock.now());
    if (found === undefined) throw new Error('there is no certificate');
    return found.identity;
  }

  test('a visit to port 80 proves the domain and those services that have an address', async () => {
    addresses(DOMAIN, `rooms.${DOMAIN}`);
    const here = await open();
    here.acme.begin();
    await settled(here.acme);
    const status = here.acme.status();
    expect(status.failure).toBeUndefined();
    expect(status.certificate?.names).toEqual([DOMAIN, `rooms.${DOMAIN}`]);
    expect(status.omitted).toEqual([`pubsub.${DOMAIN}`]);
    const identity = await read(here);
    expect(identity.source).toBe('acme');
    const [leaf = ''] = identity.certificatePem.split(/(?<=-----END CERTIFICATE-----\n)/);
    expect(new X509Certificate(leaf).publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(identity.certificatePem.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(1);
    expect([here.taken(), here.config.get('acme.enabled')]).toEqual([1, true]);
  });

  test('the port of the visit is shut before and after', async () => {
    addresses(DOMAIN);
    const here = await open({ services: [] });
    here.acme.begin();
    await settled(here.acme);
    const server = createServer().listen(httpPort, '127.0.0.1');
    await once(server, 'listening');
    await closed(server);
    expect(here.taken()).toBe(1);
  });

  test('a record by hand is looked for at the name servers before the authority is told', async () => {
    dns.zone('pine.org');
    const here = await open({ challenge: 'dns-01', services: ['rooms'] });
    const { acme } = here;
    acme.begin();
    await become(acme, () => acme.status().state === 'waiting-for-dns');
    const { records } = acme.status();
    expect(records.map(({ name }) => name)).toEqual([`_acme-challenge.${DOMAIN}`, `_acme-challenge.rooms.${DOMAIN}`]);
    acme.continueDns();
    await become(acme, () => acme.status().note !== undefined && acme.status().state === 'waiting-for-dns');
    expect(acme.status().note).toContain(
      `The record _acme-challenge.${DOMAIN} with this value is not at the name servers`,
    );
    for (const { name, value } of records) dns.add({ type: 'TXT', name, data: value });
    acme.continueDns();
    await settled(acme);
    expect(acme.status().failure).toBeUndefined();
    expect(acme.status().certificate?.names).toEqual([DOMAIN, `rooms.${DOMAIN}`]);
  });

  test('a wildcard needs two records of the same name', async () => {
    dns.zone('pine.org');
    const { acme } = await open({ challenge: 'dns-01', wildcard: true });
    acme.begin();
    await become(acme, () => acme.status().state === 'waiting-for-dns');
    const { records } = acme.status();
    expect(new Set(records.map(({ name }) => name))).toEqual(new Set([`_acme-challenge.${DOMAIN}`]));
    expect(new Set(records.map(({ value }) => value)).size).toBe(2);
    for (const { name, value } of records) dns.add({ type: 'TXT', name, data: value });
    acme.continueDns();
    await settled(acme);
    expect(new Set(acme.status().certificate?.names)).toEqual(new Set([DOMAIN, `*.${DOMAIN}`]));
  });

  test('what waits for a record can be given up, and leaves no failure', async () => {
    dns.zone('pine.org');
    const { acme } = await open({ challenge: 'dns-01' });
    acme.begin();
    await become(acme, () => acme.status().state === 'waiting-for-dns');
    await acme.cancel();
    expect(acme.status()).toMatchObject({ state: 'idle', records: [], failure: undefined, certificate: undefined });
  });

  test('a certificate with a third of its life left is renewed by itself, with the same key', async () => {
    addresses(DOMAIN);
    const here = await open({ services: [], enabled: true });
    const keyPem = await generateKeyPem();
    await here.files.keep(DOMAIN, await agedCertificate(keyPem, 300), keyPem);
    const before = await read(here);
    const acme = await here.reopen();
    await acme.renewIfDue();
    const after = await read(here);
    expect(acme.status().failure).toBeUndefined();
    expect(after.fingerprintSha256).not.toBe(before.fingerprintSha256);
    expect(after.keyPem).toBe(keyPem);
    expect(here.taken()).toBe(1);
    await acme.renewIfDue();
    expect(here.taken()).toBe(1);
  });

  test('it is not renewed a minute before that moment, and is a minute after it', async () => {
    addresses(DOMAIN);
    const here = await open({ services: [], enabled: true });
    const keyPem = await generateKeyPem();
    await here.files.keep(DOMAIN, await agedCertificate(keyPem, 100), keyPem);
    const acme = await here.reopen();
    const { renewAtMs = 0, expiresAtMs = 0 } = acme.status().certificate ?? {};
    expect((expiresAtMs - renewAtMs) / LEAF_LIFE_MS).toBeCloseTo(1 / 3, 3);
    here.clock.shiftMs = renewAtMs - Date.now() - 60_000;
    await acme.renewIfDue();
    expect(acme.status().failure).toBeUndefined();
    here.clock.shiftMs += 120_000;
    await acme.renewIfDue();
    // The authority lives in the present, so this is as far as it goes.
    expect(acme.status().failure?.code).toBe('clock');
  });

  test('a visit that finds nobody is a failure with a sentence, and is not repeated at once', async () => {
    addresses(DOMAIN);
    const here = await open({ services: [], httpPort: await freePort(), enabled: true });
    const { acme, clock } = here;
    acme.begin();
    await settled(acme);
    const { failure, nextAttemptMs = 0 } = acme.status();
    expect(failure?.code).toBe('unreachable');
    expect(failure?.text).toContain(`${DOMAIN}: The authority could not reach this server from the internet.`);
    expect(nextAttemptMs - clock.now()).toBeGreaterThan(50 * 60_000);
    // A restart does not forget it.
    expect((await here.reopen()).status().failure?.code).toBe('unreachable');
  });

  test('another web server on the way is a failure with a sentence', async () => {
    addresses(DOMAIN);
    const other = createServer((_, response) => response.end('welcome to my router')).listen(httpPort, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { acme } = await open({ services: [], httpPort: await freePort() });
      acme.begin();
      await settled(acme);
      expect(acme.status().failure?.code).toBe('unauthorized');
      expect(acme.status().failure?.fix).toContain('no other web server');
    } finally {
      await closed(other);
    }
  });

  test('a port that is taken is said before the authority is asked', async () => {
    addresses(DOMAIN);
    const other = createServer().listen(httpPort, '127.0.0.1');
    await once(other, 'listening');
    try {
      const { acme } = await open({ services: [] });
      acme.begin();
      await settled(acme);
      expect(acme.status().failure?.text).toBe(
        `Port ${httpPort} is taken by another program, so the authority would not find Snug.`,
      );
    } finally {
      await closed(other);
    }
  });

  test('a domain without an address is said before the authority is asked', async () => {
    const { acme } = await open();
    acme.begin();
    await settled(acme);
    expect(acme.status().failure?.text).toBe(
      `The DNS has no address for ${DOMAIN}, so the authority could not come to it.`,
    );
  });

  test('a directory that this computer does not trust is said', async () => {
    addresses(DOMAIN);
    const { acme } = await open({ services: [] }, { trust: undefined });
    acme.begin();
    await settled(acme);
    expect(acme.status().failure).toMatchObject({ code: 'directory' });
    expect(acme.status().failure?.text).toContain('this computer does not trust its certificate');
  });

  test('a clock that is off by days is said', async () => {
    addresses(DOMAIN);
    const { acme, clock } = await open({ services: [] });
    clock.shiftMs = -3 * 24 * 60 * 60 * 1000;
    acme.begin();
    await settled(acme);
    expect(acme.status().failure?.code).toBe('clock');
    expect(acme.status().failure?.text).toContain('This computer’s clock is off');
  });
});

/** As one that was issued so many days ago for 397 days. */
async function agedCertificate(keyPem: string, days: number): Promise<string> {
  const nowMs = Date.now() - days * 24 * 60 * 60 * 1000;
  const authorityKey = await generateKeyPem();
  const certificatePem = await issueAuthority({ domain: DOMAIN, keyPem: authorityKey, nowMs });
  const issuer = { certificatePem, keyPem: authorityKey, expiresAtMs: Date.now() + 10 * LEAF_LIFE_MS };
  return issueLeaf({ domain: DOMAIN, keyPem, nowMs }, issuer);
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
