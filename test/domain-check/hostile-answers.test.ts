/** Whoever has a domain's DNS can write into it what they like; it ends up on a terminal and in a window. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDnsAnswers } from '../../server/domain-check/dns-answers.ts';
import { NameServer } from '../e2e/acme/name-server.ts';

let dns: NameServer;
beforeEach(async () => {
  dns = await NameServer.start();
});
afterEach(() => dns.close());

const HOSTILE = 'x\u001b]0;gotcha\u0007\u202e';

test('nothing of an answer can steer a terminal, turn text round or fill the screen', async () => {
  dns.add(
    { type: 'CAA', name: 'pine.org', data: { flags: 0, tag: 'issue', value: `${HOSTILE}${'y'.repeat(2_000)}` } },
    ...Array.from({ length: 60 }, (_, index) => ({
      type: 'SRV' as const,
      name: '_xmpp-client._tcp.pine.org',
      data: { priority: 0, weight: 0, port: index, target: 'a.pine.org' },
    })),
    { type: 'CNAME', name: 'rooms.pine.org', data: HOSTILE },
  );
  const answers = createDnsAnswers({ servers: [dns.address], port: dns.port });
  const caa = await answers.caa('pine.org');
  const texts = JSON.stringify([caa, await answers.alias('rooms.pine.org')]);
  expect(texts).not.toMatch(/\\u001b|\\u0007|\u202e/);
  expect(caa?.[0]?.issue?.length).toBeLessThanOrEqual(300);
  expect((await answers.srv('_xmpp-client._tcp.pine.org'))?.length).toBe(20);
});
