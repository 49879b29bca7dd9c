/** Dynamic updates (RFC 2136, RFC 8945) against Knot DNS, and a certificate that is got with them from pebble. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rfc2136 } from '../../../server/certificates/acme/dns/rfc2136.ts';
import { TSIG_ALGORITHMS, type TsigAlgorithm } from '../../../server/certificates/acme/dns/tsig.ts';
import { DOMAIN, openAcme, settled } from './acme-in-test.ts';
import { hasKnot, KEY_NAME, KEY_SECRET, Knot } from './knot.ts';
import { hasPebble, Pebble } from './pebble.ts';

const NAME = `_acme-challenge.${DOMAIN}`;

function provider(
  knot: Knot,
  more: { name?: string; secret?: string; algorithm?: TsigAlgorithm; now?: () => number } = {},
) {
  return rfc2136({
    server: knot.address,
    key: {
      name: more.name ?? KEY_NAME,
      algorithm: more.algorithm ?? 'hmac-sha256',
      secret: Buffer.from(more.secret ?? KEY_SECRET, 'base64'),
    },
    now: more.now ?? Date.now,
  });
}

describe.skipIf(!hasKnot)('at a name server of one’s own', () => {
  let knot: Knot;
  beforeAll(async () => {
    knot = await Knot.start('pine.org');
  });
  afterAll(() => knot?.stop());

  test('values are added beside each other and taken away one by one', async () => {
    const dns = provider(knot);
    await dns.setTxt(NAME, 'one');
    await dns.setTxt(NAME, 'two');
    expect(await knot.txt(NAME)).toEqual(['one', 'two']);
    await dns.removeTxt(NAME, 'one');
    await dns.removeTxt(NAME, 'never was');
    expect(await knot.txt(NAME)).toEqual(['two']);
    await dns.removeTxt(NAME, 'two');
    expect(await knot.txt(NAME)).toEqual([]);
  });

  test('a key that the server does not know is said', async () => {
    await expect(provider(knot, { name: 'unknown' }).setTxt(NAME, 'x')).rejects.toThrow(
      `The name server ${knot.address} does not accept the key “unknown”: it does not know it`,
    );
  });

  test('another secret is said', async () => {
    await expect(provider(knot, { secret: 'AAAA' }).setTxt(NAME, 'x')).rejects.toThrow(
      'the secret of the key is another one',
    );
  });

  test('a key that may not change the zone is said', async () => {
    await expect(provider(knot, { name: 'stranger' }).setTxt(NAME, 'x')).rejects.toThrow(
      'or does not let it change the zone',
    );
  });

  test('a clock that is off is said', async () => {
    const now = () => Date.now() - 60 * 60 * 1000;
    await expect(provider(knot, { now }).setTxt(NAME, 'x')).rejects.toThrow('has another time than this computer');
  });

  test('a name in no zone of the server is said', async () => {
    await expect(provider(knot).setTxt('_acme-challenge.oak.org', 'x')).rejects.toThrow(
      'has no zone for _acme-challenge.oak.org',
    );
  });

  test.skipIf(!hasPebble)('a certificate is got and renewed without anybody, and leaves no record behind', async () => {
    const pebble = await Pebble.start({ dnsServer: knot.address, httpPort: 1 });
    const here = await openAcme(
      {
        directory: pebble.directory,
        challenge: 'dns-01',
        wildcard: true,
        dnsProvider: 'rfc2136',
        dnsServer: knot.address,
        dnsKeyName: KEY_NAME,
        dnsKeySecret: KEY_SECRET,
        enabled: true,
      },
      { trust: pebble.trustPem, servers: () => [knot.address], dnsPort: knot.port },
    );
    try {
      await here.acme.renewIfDue();
      await settled(here.acme);
      expect(here.acme.status().failure).toBeUndefined();
      expect(new Set(here.acme.status().certificate?.names)).toEqual(new Set([DOMAIN, `*.${DOMAIN}`]));
      expect(await knot.txt(NAME)).toEqual([]);
      expect(JSON.stringify(here.lines.recent(1000))).not.toContain(KEY_SECRET);
    } finally {
      await here.close();
      await pebble.stop();
    }
  });
});

describe.skipIf(!hasKnot)('the algorithms of keys', () => {
  test.each(TSIG_ALGORITHMS)('%s is understood', async (algorithm) => {
    const knot = await Knot.start('pine.org', algorithm);
    try {
      await provider(knot, { algorithm }).setTxt(NAME, 'one');
      expect(await knot.txt(NAME)).toEqual(['one']);
    } finally {
      await knot.stop();
    }
  });
});
