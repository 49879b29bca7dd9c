import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { afterEach, expect, test } from 'vitest';
import { findLocalZone } from '../../server/lan/local-zone.ts';

const servers: Socket[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A DNS server on loopback that has an SOA record for these zones; for all else it says that there is no such name. */
async function dnsServer(zones: readonly string[]) {
  const server = createSocket('udp4');
  servers.push(server);
  server.on('message', (query, from) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const labels: string[] = [];
    for (let at = 0; question[at] !== 0; at += (question[at] ?? 0) + 1) {
      labels.push(question.subarray(at + 1, at + 1 + (question[at] ?? 0)).toString());
    }
    const isZone = zones.includes(labels.join('.'));
    const header = Buffer.from([
      ...query.subarray(0, 2),
      0x85,
      isZone ? 0x80 : 0x83,
      0,
      1,
      0,
      isZone ? 1 : 0,
      0,
      0,
      0,
      0,
    ]);
    const soa = Buffer.from([0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 60, 0, 24, 0xc0, 12, 0xc0, 12, ...new Array(20).fill(1)]);
    server.send(Buffer.concat([header, question, isZone ? soa : Buffer.alloc(0)]), from.port, from.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  return (zone: string) => resolver.resolveSoa(zone);
}

test('a DNS server that has .local, or our very domain, is found', async () => {
  expect(await findLocalZone('miller.local', await dnsServer(['local']))).toBe('local');
  expect(await findLocalZone('miller.local', await dnsServer(['miller.local']))).toBe('miller.local');
});

test('one that leaves .local alone is in nobody’s way, and neither is one that does not answer', async () => {
  expect(await findLocalZone('miller.local', await dnsServer(['example.org']))).toBeUndefined();
  const resolver = new Resolver({ timeout: 50, tries: 1 });
  resolver.setServers(['127.0.0.1:9']);
  expect(await findLocalZone('miller.local', (zone) => resolver.resolveSoa(zone))).toBeUndefined();
});

test('for a domain of the internet nothing is asked', async () => {
  const asked: string[] = [];
  const resolve = (zone: string) => {
    asked.push(zone);
    return Promise.resolve({});
  };
  expect(await findLocalZone('chat.example.org', resolve)).toBeUndefined();
  expect(asked).toEqual([]);
});
