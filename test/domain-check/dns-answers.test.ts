/** The questions themselves, to a name server on the loopback. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { txtVisibility } from '../../server/certificates/acme/dns/visibility.ts';
import { createDnsAnswers } from '../../server/domain-check/dns-answers.ts';
import { NameServer } from '../e2e/acme/name-server.ts';
import { freePort } from '../free-port.ts';

let dns: NameServer;
beforeEach(async () => {
  dns = await NameServer.start();
});
afterEach(() => dns.close());

const ask = () => createDnsAnswers({ servers: [dns.address], port: dns.port });

test('what is there is told, and what is not is nothing', async () => {
  dns.zone('pine.org').add(
    { type: 'A', name: 'pine.org', data: '192.0.2.7' },
    { type: 'AAAA', name: 'pine.org', data: '2001:db8::7' },
    {
      type: 'SRV',
      name: '_xmpp-client._tcp.pine.org',
      data: { priority: 0, weight: 5, port: 5222, target: 'pine.org' },
    },
    { type: 'CNAME', name: 'rooms.pine.org', data: 'pine.org' },
    { type: 'CAA', name: 'pine.org', data: { flags: 0, tag: 'issue', value: 'letsencrypt.org' } },
  );
  const answers = ask();
  expect(await answers.addresses('pine.org')).toEqual(['192.0.2.7', '2001:db8::7']);
  expect(await answers.addressesAtSource('pine.org')).toEqual(['192.0.2.7', '2001:db8::7']);
  expect(await answers.srv('_xmpp-client._tcp.pine.org')).toMatchObject([
    { priority: 0, weight: 5, port: 5222, name: 'pine.org' },
  ]);
  expect(await answers.alias('rooms.pine.org')).toEqual(['pine.org']);
  expect(await answers.caa('pine.org')).toMatchObject([{ critical: 0, issue: 'letsencrypt.org' }]);
  expect(await answers.tlsa('_5269._tcp.pine.org')).toEqual([]);
  expect(await answers.addresses('gone.pine.org')).toEqual([]);
});

test('nobody who answers is another thing than nothing there', async () => {
  const answers = createDnsAnswers({ servers: [`127.0.0.1:${await freePort()}`] });
  expect(await answers.srv('_xmpp-client._tcp.pine.org')).toBeUndefined();
  expect(await answers.addressesAtSource('pine.org')).toBeUndefined();
});

test('a proof is looked for where its alias leads', async () => {
  dns
    .zone('pine.org')
    .zone('dyn.org')
    .add(
      { type: 'CNAME', name: '_acme-challenge.pine.org', data: 'pine.dyn.org' },
      { type: 'TXT', name: 'pine.dyn.org', data: 'proof' },
    );
  const place = { servers: [dns.address], port: dns.port };
  expect(await txtVisibility('_acme-challenge.pine.org', 'proof', place)).toEqual({
    isVisible: true,
    seenAt: 1,
    askedAt: 1,
  });
  expect((await txtVisibility('_acme-challenge.pine.org', 'other', place)).isVisible).toBe(false);
});
