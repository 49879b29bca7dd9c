/** The announcement as avahi, which we did not write, sees it from other computers of the network. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Announcement } from '../../../server/lan/records.ts';
import { type Colleague, OfficeNetwork, type Program, whyNoOffice } from './office-network.ts';

const reason = whyNoOffice();
if (reason !== undefined) process.stdout.write(`skipped: mDNS against avahi: ${reason}\n`);

const PROCESS = join(import.meta.dirname, 'announce-process.ts');
const MILLER: Announcement = {
  domain: 'miller.local',
  name: 'Miller',
  c2sPort: 5222,
  c2sTlsPort: 5223,
  joinPort: 5280,
  caFingerprint: 'AB:CD',
};

/** One question by plain UDP from a port of its own, as simple resolvers and `dig` ask; prints what the only answer names. */
const ASK_PLAINLY = `
import socket, struct, sys
name, kind, interface = sys.argv[1], int(sys.argv[2]), sys.argv[3]
question = b''.join(bytes([len(label)]) + label.encode() for label in name.split('.')) + b'\\0' + struct.pack('>HH', kind, 1)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(3)
s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
s.sendto(struct.pack('>HHHHHH', 4711, 0, 1, 0, 0, 0) + question, ('224.0.0.251', 5353))
packet, sender = s.recvfrom(4096)
number, flags, questions, answers, _, more = struct.unpack('>HHHHHH', packet[:12])
place = 12 + len(question) + len(question) - 4 + 10
ttl, port, target = struct.unpack('>I', packet[place - 6:place - 2])[0], struct.unpack('>H', packet[place + 4:place + 6])[0], packet[place + 6:place + 20]
s.settimeout(0.3)
try:
    print('and', s.recvfrom(4096)[1])
except socket.timeout:
    print(sender[0], number, hex(flags), questions, answers, more, ttl, port, target)
`;

function announce(office: OfficeNetwork, announcement = MILLER): Program {
  const program = office.startOnServer(process.execPath, PROCESS);
  tell(program, announcement);
  return program;
}

function tell(program: Program, announcement: Announcement): void {
  program.process.stdin?.write(`${JSON.stringify(announcement)}\n`);
}

const browse = (colleague: Colleague, type: string) =>
  colleague
    .run('avahi-browse', '--resolve', '--terminate', '--parsable', type)
    .split('\n')
    .filter((line) => line.startsWith('='))
    .map((line) => line.split(';').slice(3));

describe.skipIf(reason !== undefined)('mDNS in an office', { timeout: 20_000 }, () => {
  let office: OfficeNetwork;
  let colleague: Colleague;
  let upstairs: Colleague;
  let server: Program;

  beforeAll(async () => {
    office = new OfficeNetwork();
    colleague = await office.addColleague('lan0', '192.168.77', 'listener');
    upstairs = await office.addColleague('lan1', '10.77.0', 'upstairs');
    // An interface that must not be announced, although its address is a private one.
    office.ip('link', 'add', 'docker0', 'type', 'bridge');
    office.ip('addr', 'add', '172.17.0.1/16', 'dev', 'docker0');
    office.ip('link', 'set', 'docker0', 'up');
    server = announce(office);
    await server.line(/"announced","interface":"lan0"/);
    await server.line(/"announced","interface":"lan1"/);
  }, 20_000);

  afterAll(() => office?.close());

  test('each network finds the domain at the address that the server has there, and at no other', () => {
    expect(colleague.run('avahi-resolve', '-4', '-n', 'miller.local')).toBe('miller.local\t192.168.77.1\n');
    expect(upstairs.run('avahi-resolve', '-4', '-n', 'miller.local')).toBe('miller.local\t10.77.0.1\n');
  });

  test('browsing finds both services with their ports and the domain', () => {
    const texts = (address: string) => `"fp=abcd" "join=http://${address}:5280/join" "domain=miller.local" "txtvers=1"`;
    expect(browse(colleague, '_xmpp-client._tcp')).toEqual([
      ['Miller', '_xmpp-client._tcp', 'local', 'miller.local', '192.168.77.1', '5222', texts('192.168.77.1')],
    ]);
    expect(browse(upstairs, '_xmpps-client._tcp')).toEqual([
      ['Miller', '_xmpps-client._tcp', 'local', 'miller.local', '10.77.0.1', '5223', texts('10.77.0.1')],
    ]);
  });

  test("Apple's direct SRV questions are answered, also to a resolver on another port than 5353", () => {
    const ask = (name: string) => colleague.run('python3', '-c', ASK_PLAINLY, name, '33', colleague.address).trim();
    const target = String.raw`b'\x06miller\x05local\x00'`;
    expect(ask('_xmpp-client._tcp.miller.local')).toBe(`192.168.77.1 4711 0x8400 1 1 1 10 5222 ${target}`);
    expect(ask('_xmpps-client._tcp.miller.local')).toBe(`192.168.77.1 4711 0x8400 1 1 1 10 5223 ${target}`);
  });

  test('a new address replaces the old one everywhere, and the other network does not notice', async () => {
    const told = server.lines.length;
    office.ip('addr', 'del', '192.168.77.1/24', 'dev', 'lan0');
    office.ip('addr', 'add', '192.168.77.9/24', 'dev', 'lan0');
    await server.line(/"announced","interface":"lan0","addresses":\["192\.168\.77\.9"\]/, told);
    // A cache drops the old address a second after it heard the new one (RFC 6762 section 10.2).
    const resolve = () => colleague.run('avahi-resolve', '-4', '-n', 'miller.local');
    await expect.poll(resolve, { timeout: 3000 }).toBe('miller.local\t192.168.77.9\n');
    expect(browse(colleague, '_xmpp-client._tcp').map(([name, , , , address]) => [name, address])).toEqual([
      ['Miller', '192.168.77.9'],
    ]);
    expect(server.lines.slice(told).join('\n')).not.toContain('lan1');
  });

  test('a closed port is taken back, and the domain stays', async () => {
    const changes = colleague.start('avahi-browse', '--parsable', '_xmpp-client._tcp');
    await changes.line(/^\+;lan0;IPv4;Miller;/);
    const told = server.lines.length;
    tell(server, { domain: 'miller.local', name: 'Miller', c2sTlsPort: 5223 });
    await changes.line(/^-;lan0;IPv4;Miller;/);
    await server.line(/"announced","interface":"lan0"/, told);
    expect(browse(colleague, '_xmpps-client._tcp')).toHaveLength(1);
    expect(colleague.run('avahi-resolve', '-4', '-n', 'miller.local')).toContain('192.168.77.9');
  });

  test('stopping says goodbye on every network and leaves nothing open', async () => {
    const watching = [colleague, upstairs].map((one) => one.start('avahi-browse', '--parsable', '_xmpps-client._tcp'));
    for (const one of watching) await one.line(/^\+;lan0;IPv4;Miller;/);
    const exited = new Promise<number | null>((resolve) => server.process.once('exit', resolve));
    server.process.stdin?.end();
    for (const one of watching) await one.line(/^-;lan0;IPv4;Miller;/);
    const { tookMs } = JSON.parse(await server.line(/"stopped"/)) as { tookMs: number };
    expect(tookMs).toBeLessThan(2000);
    expect(await exited).toBe(0);
    expect(server.lines.filter((line) => line.includes('"warn"') || line.includes('name-taken'))).toEqual([]);
  });

  test('a host name that another computer has is reported and not claimed; a service name is numbered', async () => {
    const other = upstairs.start('avahi-publish', '--service', 'Miller', '_xmpp-client._tcp', '5222');
    await other.line(/^Established/);
    const rival = announce(office, { ...MILLER, domain: 'listener.local' });
    const line = await rival.line(/"name-taken"/);
    expect(JSON.parse(line)).toMatchObject({
      problems: [
        {
          code: 'name-taken',
          text: expect.stringContaining('(192.168.77.2) is called listener.local already'),
          fix: expect.stringContaining('such as listener-chat.local'),
        },
      ],
    });
    // The other network has no such computer, so there the name is free.
    expect(await rival.line(/"announced","interface":"lan1"/)).toContain('"instance":"Miller (2)"');
    expect(upstairs.run('avahi-resolve', '-4', '-n', 'listener.local')).toBe('listener.local\t10.77.0.1\n');
    expect(colleague.run('avahi-resolve', '-4', '-n', 'listener.local')).toBe('listener.local\t192.168.77.2\n');
    expect(rival.lines.some((one) => one.includes('"announced","interface":"lan0"'))).toBe(false);
    await rival.end();
  });
});
