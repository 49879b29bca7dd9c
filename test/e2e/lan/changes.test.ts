/** The network changes under the announcement, as avahi on another computer sees it. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Announcement } from '../../../server/lan/records.ts';
import { type Colleague, OfficeNetwork, type Program, whyNoOffice } from './office-network.ts';

const reason = whyNoOffice();
if (reason !== undefined) process.stdout.write(`skipped: changes of network against avahi: ${reason}\n`);

const PROCESS = join(import.meta.dirname, 'announce-process.ts');
const MILLER: Announcement = { domain: 'miller.local', name: 'Miller', c2sPort: 5222, c2sTlsPort: 5223 };
/** What is promised for every change of network. */
const ANNOUNCED_WITHIN_MS = 5000;

/** Asks ten times a second for the direct TLS service and the domain's address until it is told to end; counts silences. */
const ASK_ON = `
import select, socket, struct, sys
def question(name, kind):
    return b''.join(bytes([len(label)]) + label.encode() for label in name.split('.')) + b'\\0' + struct.pack('>HH', kind, 1)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
asked = missed = 0
print('asking', flush=True)
while not select.select([sys.stdin], [], [], 0.1)[0]:
    for name, kind in (('_xmpps-client._tcp.miller.local', 33), ('miller.local', 1)):
        asked += 1
        s.sendto(struct.pack('>HHHHHH', asked, 0, 1, 0, 0, 0) + question(name, kind), ('224.0.0.251', 5353))
        missed += not select.select([s], [], [], 2)[0] or struct.unpack('>H', s.recv(4096)[:2])[0] != asked
print('missed', missed, 'of', asked, flush=True)
`;

const MULTICAST_DNS = createRequire(import.meta.url).resolve('multicast-dns');

/** Prints the names of records that are taken back. */
const HEAR_GOODBYES = `
require(process.argv[1])({ interface: process.argv[2], bind: '0.0.0.0' })
  .on('ready', () => console.log('listening'))
  .on('response', ({ answers }) => {
    for (const { ttl, type, name, data } of answers) if (ttl === 0) console.log('goodbye', type, name, type === 'PTR' ? data : '');
  });
`;

/** Claims a name without asking, as a broken device does. */
const CLAIM_RUDELY = `
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(sys.argv[1]))
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
s.bind(('', 5353))
record = b'\\x06miller\\x05local\\0' + struct.pack('>HHIH', 1, 0x8001, 120, 4) + socket.inet_aton(sys.argv[1])
s.sendto(struct.pack('>HHHHHH', 0, 0x8400, 0, 1, 0, 0) + record, ('224.0.0.251', 5353))
`;

describe.skipIf(reason !== undefined)('an announcement while things change', { timeout: 30_000 }, () => {
  let office: OfficeNetwork;
  let colleague: Colleague;
  let server: Program;

  beforeAll(async () => {
    office = new OfficeNetwork();
    colleague = await office.addColleague('lan0', '192.168.77', 'listener');
    server = office.startOnServer(process.execPath, PROCESS);
    tell(MILLER);
    await server.line(/"announced","interface":"lan0"/);
  });

  afterAll(() => office?.close());

  function tell(announcement: Announcement): void {
    server.process.stdin?.write(`${JSON.stringify(announcement)}\n`);
  }

  /** Changes the network, and waits until `address` is announced; how long that took, in milliseconds. */
  async function change(address: string, ...commands: readonly string[]): Promise<number> {
    const told = server.lines.length;
    for (const command of commands) office.ip(...command.split(' '));
    const sinceMs = performance.now();
    await server.line(new RegExp(`"announced","interface":"lan0","addresses":\\["${address}"\\]`), told);
    return performance.now() - sinceMs;
  }

  const resolve = () => colleague.run('avahi-resolve', '-4', '-n', 'miller.local').trim();
  const browse = () =>
    colleague
      .run('avahi-browse', '--resolve', '--terminate', '--parsable', '_xmpps-client._tcp')
      .split('\n')
      .filter((line) => line.startsWith('='))
      .map((line) => line.split(';')[7]);

  test('one service switched off leaves the others answering all the time', async () => {
    const asking = colleague.start('python3', '-c', ASK_ON, colleague.address);
    await asking.line(/^asking/);
    const watching = colleague.start('avahi-browse', '--parsable', '--all');
    await watching.line(/^\+;lan0;IPv4;Miller;_xmpp-client/);
    await watching.line(/^\+;lan0;IPv4;Miller;_xmpps-client/);
    const goodbyes = colleague.start(process.execPath, '-e', HEAR_GOODBYES, MULTICAST_DNS, colleague.address);
    await goodbyes.line(/^listening/);
    const told = server.lines.length;
    tell({ domain: 'miller.local', name: 'Miller', c2sTlsPort: 5223 });
    await watching.line(/^-;lan0;IPv4;Miller;_xmpp-client/);
    await server.line(/"announced"/, told);
    asking.process.stdin?.write('\n');
    expect(await asking.line(/^missed/)).toMatch(/^missed 0 of \d{2,}$/);
    await watching.end();
    expect(watching.lines.filter((line) => line.startsWith('-') && line.includes('_xmpps-client'))).toEqual([]);
    expect(colleague.run('avahi-browse', '--terminate', '--parsable', '_xmpp-client._tcp')).toBe('');
    expect(browse()).toEqual(['192.168.77.1']);
    await goodbyes.end();
    expect(goodbyes.lines.slice(1)).toEqual([
      'goodbye PTR _xmpp-client._tcp.local Miller._xmpp-client._tcp.local',
      'goodbye SRV Miller._xmpp-client._tcp.local ',
      'goodbye TXT Miller._xmpp-client._tcp.local ',
      'goodbye SRV _xmpp-client._tcp.miller.local ',
    ]);
  });

  test('somebody who wants the name asks, hears whose it is, and takes another', async () => {
    colleague.run('avahi-set-host-name', 'miller');
    const other = () => colleague.run('avahi-resolve', '-4', '-n', 'miller-2.local').trim();
    await expect.poll(other, { timeout: 5000 }).toBe('miller-2.local\t192.168.77.2');
    expect(resolve()).toBe('miller.local\t192.168.77.1');
    expect(server.lines.join()).not.toContain('name-taken');
  });

  test('somebody who takes the name without asking is reported, and the name defended', async () => {
    colleague.run('python3', '-c', CLAIM_RUDELY, colleague.address);
    expect(await server.line(/name-taken/)).toContain('(192.168.77.2) is called miller.local as well');
    await expect.poll(resolve, { timeout: 4000 }).toBe('miller.local\t192.168.77.1');
  });

  test('an address that is exchanged is announced within five seconds', async () => {
    const tookMs = await change(
      '192.168.77.9',
      'addr del 192.168.77.1/24 dev lan0',
      'addr add 192.168.77.9/24 dev lan0',
    );
    expect(tookMs).toBeLessThan(ANNOUNCED_WITHIN_MS);
    // A cache drops the old address a second after it heard the new one (RFC 6762 section 10.2).
    await expect.poll(resolve, { timeout: 3000 }).toBe('miller.local\t192.168.77.9');
    expect(browse()).toEqual(['192.168.77.9']);
  });

  test('a cable that was out and comes back is announced within five seconds, with the same address', async () => {
    await goDown();
    const tookMs = await change('192.168.77.9', 'link set lan0 up');
    expect(tookMs).toBeLessThan(ANNOUNCED_WITHIN_MS);
    expect(resolve()).toBe('miller.local\t192.168.77.9');
    expect(browse()).toEqual(['192.168.77.9']);
  });

  test('and with another one', async () => {
    await goDown();
    const tookMs = await change(
      '192.168.77.30',
      'addr del 192.168.77.9/24 dev lan0',
      'addr add 192.168.77.30/24 dev lan0',
      'link set lan0 up',
    );
    expect(tookMs).toBeLessThan(ANNOUNCED_WITHIN_MS);
    await expect.poll(resolve, { timeout: 3000 }).toBe('miller.local\t192.168.77.30');
    expect(browse()).toEqual(['192.168.77.30']);
  });

  test('an interface that is taken away and made anew, with the same name and address, is announced again', async () => {
    const told = server.lines.length;
    office.ip('link', 'del', 'lan0');
    await server.line(/"not announced"/, told);
    office.rejoin(colleague, 'lan0', '192.168.77');
    await server.line(/"announced","interface":"lan0","addresses":\["192\.168\.77\.1"\]/, told);
    await expect.poll(resolve, { timeout: 5000 }).toBe('miller.local\t192.168.77.1');
  });

  test('of two servers that start at once under one name, one gets it, and the other says so', async () => {
    await server.end();
    const both = [office.startOnServer(process.execPath, PROCESS), colleague.start(process.execPath, PROCESS)];
    for (const one of both) one.process.stdin?.write(`${JSON.stringify({ ...MILLER, domain: 'smith.local' })}\n`);
    const outcomes = await Promise.all(both.map((one) => one.line(/"announced"|name-taken/)));
    expect(outcomes.map((line) => /announced|name-taken/.exec(line)?.[0]).sort()).toEqual(['announced', 'name-taken']);
    const winner = outcomes[0]?.includes('"announced"') === true ? '192.168.77.1' : '192.168.77.2';
    await expect
      .poll(() => colleague.run('avahi-resolve', '-4', '-n', 'smith.local').trim(), { timeout: 4000 })
      .toBe(`smith.local\t${winner}`);
    for (const one of both) await one.end();
  });

  async function goDown(): Promise<void> {
    const told = server.lines.length;
    office.ip('link', 'set', 'lan0', 'down');
    await server.line(/"not announced"/, told);
  }
});
