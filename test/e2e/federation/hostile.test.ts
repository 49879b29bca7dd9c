/**
 * A hostile server against a real one, while two people there chat: each thing that it tries is refused in the right
 * way, none of it is felt by anybody else, and neither memory nor log are filled by it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { FederationOverview } from '../../../server/control/contract.ts';
import { FakeDns } from '../../federation/dialling/fake-dns.ts';
import { identityOf } from '../../federation/links/linked-servers.ts';
import { freePort } from '../../free-port.ts';
import { ServerInTest } from '../server-in-test.ts';
import { addAccount, runSnug } from '../snug-command.ts';
import { Chatting } from './chatting.ts';
import { HostilePeer } from './hostile-peer.ts';
import { Person } from './two-servers.ts';

const WAIT = { timeout: 15_000 };
const QUIET_MS = 4_000;
const WINDOW_MS = 1_500;
/** On a machine that does other things as well only what is far beyond noise says something: the numbers are printed. */
const MAX_FACTOR = 10;
const FLOOR_MS = 250;
const MAX_GROWTH_KB = 200_000;
const MAX_LOG_LINES = 500;

const memoryOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN);
/** Milliseconds of CPU so far. */
const cpuOf = (pid: number) => {
  const [, , , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/\(.*\)/, '')
    .split(/\s+/);
  return (Number(user) + Number(system)) * 10;
};
const ms = (number: number) => number.toFixed(1);

test('a hostile server harms nobody', { timeout: 120_000 }, async () => {
  const [port, directTlsPort] = [await freePort(), await freePort()];
  const serves = (at: number) => [{ priority: 1, weight: 1, port: at, target: 'a.test' }];
  await using dns = await FakeDns.of({
    'A a.test': ['127.0.0.1'],
    'SRV _xmpp-server._tcp.self.test': serves(port),
    'SRV _xmpp-server._tcp.nowhere.test': [{ priority: 1, weight: 1, port: 5269, target: 'nowhere.test' }],
    'A nowhere.test': ['0.0.0.0'],
    'CNAME _xmpp-server._tcp.loop.test': ['_xmpp-server._tcp.loop.test'],
    'SRV _xmpp-server._tcp.bank.test': serves(port),
  });
  const evil = await identityOf('evil.test');
  const good = await identityOf('good.test');
  const folder = mkdtempSync(join(tmpdir(), 'snug-hostile-'));
  const bundle = join(folder, 'trust.pem');
  writeFileSync(bundle, `${evil.authorityPem}\n${good.authorityPem}`);
  const server = await ServerInTest.start({
    domain: 'a.test',
    settings: [
      `federation.port=${port}`,
      `federation.directTlsPort=${directTlsPort}`,
      'federation.authentication=dialback',
      `dns.servers=${dns.address}`,
      `tls.trust=${bundle}`,
    ],
  });
  try {
    const overview = (await runSnug(server.dataDir, 'federation', 'on')) as unknown as FederationOverview;
    expect(overview.state).toBe('on');
    const { pid, ports } = server.process;
    const [romeo, juliet, alice] = [
      await addAccount(server.dataDir, 'romeo'),
      await addAccount(server.dataDir, 'juliet'),
      await Person.login(await addAccount(server.dataDir, 'alice'), ports.c2sTls),
    ];
    await using chatting = new Chatting(ports.c2sTls, 'a.test', romeo, juliet);
    await expect.poll(() => chatting.arrived, WAIT).toBeGreaterThan(100);
    const logFile = join(server.dataDir, 'logs', 'snug.log');
    const logLines = () => readFileSync(logFile, 'utf8').split('\n').length;
    const before = { memory: memoryOf(pid), lines: logLines() };

    chatting.begin();
    await pause(QUIET_MS);
    const quiet = { median: chatting.percentile(0.5), p99: chatting.percentile(0.99) };

    const target = { domain: 'a.test', port, directTlsPort };
    using peer = new HostilePeer('evil.test', evil, target);
    const message = (from: string, body = 'x') =>
      `<message from='${from}' to='alice@a.test' type='chat'><body>${body}</body></message>`;

    // ---- one at a time: refused in the right way
    expect(await peer.says('127.0.1.1', message('romeo@a.test'))).toBe('invalid-from');
    expect(await peer.says('127.0.1.1', message('teller@bank.test'))).toBe('invalid-from');
    expect(await peer.says('127.0.1.1', message('x@sub.evil.test'))).toBe('invalid-from');
    expect(await peer.says('127.0.1.1', "<message from='x@evil.test' to='y@bank.test'/>")).toBe('host-unknown');
    expect(
      await peer.says('127.0.1.1', "<db:result from='a.test' to='evil.test' type='valid'/>"),
      'an answer that nobody asked for',
    ).toBe('policy-violation');
    expect(await peer.says('127.0.1.1', message('x@evil.test', 'x'.repeat(600_000)))).toBe('policy-violation');
    expect(await peer.says('127.0.1.1', '<message><body></message>')).toBe('not-well-formed');
    expect(await peer.says('127.0.1.1', '<!DOCTYPE x [<!ENTITY a "b">]>')).toBe('restricted-xml');
    expect(await peer.says('127.0.1.1', "<resume xmlns='urn:xmpp:sm:3' previd='x' h='4294967296'/>")).toBe(
      'bad-format',
    );
    expect(await peer.saysAtOnce('127.0.1.2', `<stream:stream to='${'x'.repeat(100_000)}`)).toBe('policy-violation');
    expect(await peer.saysAtOnce('127.0.1.2', 'GET / HTTP/1.1\r\n\r\n')).toBe('not-well-formed');
    expect(await peer.dialsBack('127.0.1.3', 'bank.test'), 'for a third party').toBe('remote-server-not-found');
    expect(await peer.dialsBack('127.0.1.3', 'a.test'), 'for ourselves').toBe('not-acceptable');
    expect(await peer.offered('127.0.1.4', 'bank.test', evil), 'another name').not.toContain('mechanisms');
    const impostor = await identityOf('a.test');
    await expect(peer.offered('127.0.1.4', 'a.test', impostor)).rejects.toThrow('not <features/>');
    const untrusted = await identityOf('tricky.test');
    expect(await peer.offered('127.0.1.4', 'tricky.test', untrusted), 'self-made').not.toContain('mechanisms');
    await peer.garbage('127.0.1.5');
    await peer.handshake('127.0.1.5', { servername: 'other.test', maxVersion: 'TLSv1.2', rejectUnauthorized: false });

    // ---- where DNS leads: to ourselves, to nowhere, in circles
    for (const domain of ['self', 'nowhere', 'loop', 'none']) {
      alice.send(`<message to='x@${domain}.test' type='chat' id='${domain}'><body>x</body></message>`);
      await expect.poll(() => alice.returned, WAIT).toContain(`${domain} remote-server-not-found`);
    }

    // ---- all at once, one more every second
    chatting.begin();
    const windows: string[] = [];
    const attack = async (name: string, begin: () => unknown) => {
      const from = chatting.count;
      const cpu = cpuOf(pid);
      await begin();
      await pause(WINDOW_MS);
      const slowest = ms(chatting.percentile(0.99, from));
      windows.push(`${name} ${ms(chatting.percentile(0.5, from))} ${slowest} (${cpuOf(pid) - cpu} ms of CPU)`);
    };
    await attack('half-open', () => peer.halfOpen('127.0.2.1', 2_000, `<stream:stream xmlns='jabber:server' to='a.te`));
    await attack('slow writers', () => peer.slowWriters('127.0.2.2', 20));
    const madeUp = (street: string) => Array.from({ length: 90 }, (_, i) => `d${i}.${street}.made-up.test`);
    const dialledBack: Promise<(string | undefined)[]>[] = [];
    await attack('made-up domains', () => {
      for (const street of ['one', 'two', 'three']) dialledBack.push(peer.dialsBackFor('127.0.2.3', madeUp(street)));
    });
    await attack('messages', async () => {
      (await peer.proven('127.0.2.4')).write(message('x@evil.test', 'x'.repeat(500)).repeat(20_000));
    });
    const ask = "<iq type='get' id='1' from='evil.test' to='a.test'>";
    await attack('slow reader', async () => {
      const reader = await peer.proven('127.0.2.5');
      reader.stalls();
      reader.write(`${ask}<query xmlns='http://jabber.org/protocol/disco#info'/></iq>`.repeat(20_000));
    });
    await attack('questions', async () => {
      const asking = await peer.proven('127.0.2.6');
      asking.write("<db:verify from='evil.test' to='a.test' id='1'>made-up</db:verify>".repeat(20_000));
    });
    await attack('no TLS', async () => {
      for (let i = 0; i < 50; i++) await peer.garbage('127.0.2.7');
    });

    // Meanwhile an honest server is heard.
    using friend = new HostilePeer('good.test', good, target);
    const stream = await friend.proven('127.0.3.1');
    stream.write(message('friend@good.test', 'Hello'));
    await expect.poll(() => alice.heard, WAIT).toContain('Hello');
    await pause(WINDOW_MS);
    const attacked = { median: chatting.percentile(0.5), p99: chatting.percentile(0.99), count: chatting.count };
    const refused = (await Promise.all(dialledBack)).flat().filter((answer) => answer === 'resource-constraint').length;
    const dialled = new Set(dns.asked.filter((asked) => /srv _xmpp-server\._tcp\..*made-up\.test$/i.test(asked))).size;

    await chatting.stop();
    const after = { memory: memoryOf(pid), lines: logLines() };
    process.stdout.write(
      `local chat, median and p99 in ms: quiet ${ms(quiet.median)}, ${ms(quiet.p99)}; attacked ${ms(attacked.median)}, ` +
        `${ms(attacked.p99)} (×${ms(attacked.p99 / quiet.p99)}, ${attacked.count} messages); memory ` +
        `${before.memory} → ${after.memory} kB; ${after.lines - before.lines} lines of log; ${dialled} of 270 made-up ` +
        `domains were looked for, ${refused} refused\n${windows.join('\n')}\n`,
    );
    expect(chatting.arrived, 'nothing is lost').toBe(chatting.sent);
    expect(peer.closed, 'half-open streams').toBeGreaterThan(1_950);
    expect(dialled, 'what a stranger makes us look for').toBeLessThanOrEqual(90);
    expect(alice.heard.filter((body) => body.startsWith('xxx')).length, 'a stranger’s messages').toBeLessThanOrEqual(5);
    expect(after.lines - before.lines).toBeLessThan(MAX_LOG_LINES);
    expect(after.memory - before.memory).toBeLessThan(MAX_GROWTH_KB);
    expect(attacked.median).toBeLessThan(Math.max(FLOOR_MS, MAX_FACTOR * quiet.median));
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
});
