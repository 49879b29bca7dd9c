import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../server/clock/clock.ts';
import { refuseAddress } from '../../../server/federation/dialling/address-rules.ts';
import type { DialError, Dialled } from '../../../server/federation/dialling/dialled.ts';
import { createDialler, type DiallerOptions } from '../../../server/federation/dialling/dialler.ts';
import { keyPem, make } from '../trust/authority.ts';
import { FakeDns, inZone, type Zone } from './fake-dns.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

let identity: { cert: string; key: string };
beforeAll(async () => {
  const made = await make({ name: 'b.example', names: { dns: ['b.example'] } });
  identity = { cert: made.certificate.toString(), key: await keyPem(made) };
});

async function listen(server: Server, address = '127.0.0.1'): Promise<number> {
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    closing.push(() => socket.destroy());
  });
  server.listen(0, address);
  await once(server, 'listening');
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function diallerFor(dns: FakeDns, more: Partial<DiallerOptions> = {}) {
  return createDialler({
    clock: systemClock,
    servers: () => [dns.address],
    trustsAd: () => false,
    randomBytes,
    random: () => 0,
    dnsTimeoutMs: 2_000,
    refuseAddress: () => undefined,
    tlsOptions: () => ({}),
    ...more,
  });
}

async function dial(dns: FakeDns, domain = 'b.example', more: Partial<DiallerOptions> = {}): Promise<Dialled> {
  const dialled = await diallerFor(dns, more).dial(domain, new AbortController().signal);
  closing.push(() => dialled.socket.destroy());
  return dialled;
}

const inVain = (dns: FakeDns, domain = 'b.example', more: Partial<DiallerOptions> = {}): Promise<DialError> =>
  dial(dns, domain, more).then(
    () => Promise.reject(new Error('was reached')),
    (error: DialError) => error,
  );

const srv = (port: number, target: string, priority = 0) => ({ priority, weight: 0, port, target });
const SRV = 'SRV _xmpp-server._tcp.b.example';
const DIRECT = 'SRV _xmpps-server._tcp.b.example';
const HOST = 'A xmpp.b.example';

describe('a server that is there', () => {
  test('is reached at the target of its SRV record, and what it says first is not lost', async () => {
    const port = await listen(createServer((socket) => socket.write('welcome')));
    await using dns = await FakeDns.of({ [SRV]: [srv(port, 'xmpp.b.example')], [HOST]: ['127.0.0.1'] });
    const { socket, ...rest } = await dial(dns);
    expect(rest).toEqual({ isDirectTls: false, host: 'xmpp.b.example', port, address: '127.0.0.1', tlsa: undefined });
    const [chunk] = await once(socket, 'data');
    expect(String(chunk)).toBe('welcome');
  });

  test('is asked for at port 5269 of the domain when there is no SRV record', async () => {
    await using dns = await FakeDns.of({ 'A b.example': ['127.0.0.1'] });
    const port = await listen(createServer());
    const tried: string[] = [];
    const { connectTcp } = await import('../../../server/federation/dialling/tcp.ts');
    const connect = (address: string, to: number) => {
      tried.push(`${address} ${to}`);
      return connectTcp(address, port);
    };
    await dial(dns, 'b.example', { connect });
    expect(tried).toEqual(['127.0.0.1 5269']);
  });

  test('is reached over IPv6, and over IPv4 when IPv6 refuses', async () => {
    const port = await listen(createServer(), '::1');
    const other = await listen(createServer());
    await using dns = await FakeDns.of({
      [SRV]: [srv(port, 'xmpp.b.example')],
      [HOST]: ['127.0.0.1'],
      'AAAA xmpp.b.example': ['::1'],
      'SRV _xmpp-server._tcp.c.example': [srv(other, 'xmpp.b.example')],
    });
    expect((await dial(dns)).address).toBe('::1');
    expect((await dial(dns, 'c.example')).address).toBe('127.0.0.1');
  });

  test('the next target is tried when one is dead', async () => {
    const [dead, port] = [await deadPort(), await listen(createServer())];
    await using dns = await FakeDns.of({
      [SRV]: [srv(dead, 'xmpp.b.example', 1), srv(port, 'xmpp.b.example', 2)],
      [HOST]: ['127.0.0.1'],
    });
    expect((await dial(dns)).port).toBe(port);
  });

  test('an international domain is looked up by its A-labels', async () => {
    const port = await listen(createServer());
    await using dns = await FakeDns.of({
      'SRV _xmpp-server._tcp.xn--bcher-kva.example': [srv(port, 'xmpp.b.example')],
      [HOST]: ['127.0.0.1'],
    });
    expect((await dial(dns, 'bücher.example')).port).toBe(port);
  });

  test('a fixed target needs no DNS, also for names of the LAN', async () => {
    const port = await listen(createServer());
    await using dns = await FakeDns.of({});
    const override = (domain: string) =>
      domain === 'miller.local' ? [{ host: '127.0.0.1', port, isDirectTls: false }] : undefined;
    expect(await dial(dns, 'miller.local', { override })).toMatchObject({ host: '127.0.0.1', address: '127.0.0.1' });
    expect(dns.asked).toEqual([]);
  });
});

describe('direct TLS', () => {
  test('speaks TLS from the first byte, says which domain and what for, and judges nobody', async () => {
    const server = createTlsServer({ ...identity, ALPNProtocols: ['xmpp-client', 'xmpp-server'] });
    const seen = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const port = await listen(server);
    await using dns = await FakeDns.of({ [DIRECT]: [srv(port, 'xmpp.b.example')], [HOST]: ['127.0.0.1'] });
    const { socket, isDirectTls } = await dial(dns);
    const [accepted] = await seen;
    expect(isDirectTls).toBe(true);
    expect(socket).toBeInstanceOf(TLSSocket);
    expect([accepted.servername, accepted.alpnProtocol]).toEqual(['b.example', 'xmpp-server']);
  });

  test.each([
    ['speaks no TLS', () => createServer((socket) => socket.end('<stream:error/>')), 'does not speak TLS there'],
    ['closes', () => createServer((socket) => socket.destroy()), 'closed the connection'],
    ['is silent', () => createServer(), 'did not answer in time'],
  ])('STARTTLS is next when the port %s', async (_, make, failure) => {
    const [port, plain] = [await listen(make()), await listen(createServer())];
    await using dns = await FakeDns.of({
      [DIRECT]: [srv(port, 'xmpp.b.example', 1)],
      [SRV]: [srv(plain, 'xmpp.b.example', 2)],
      [HOST]: ['127.0.0.1'],
      'SRV _xmpps-server._tcp.c.example': [srv(port, 'xmpp.b.example')],
    });
    const quick = { connectTimeoutMs: 1_000 };
    expect(await dial(dns, 'b.example', quick)).toMatchObject({ isDirectTls: false, port: plain });
    expect((await inVain(dns, 'c.example', quick)).message).toContain(failure);
  });

  test('with somebody who is not meant is hung up on, and the next target tried', async () => {
    const [wrong, right] = [await listen(createTlsServer(identity)), await listen(createTlsServer(identity))];
    await using dns = await FakeDns.of({});
    const targets = (...ports: number[]) => ports.map((port) => ({ host: '127.0.0.1', port, isDirectTls: true }));
    const refusePeer = (_domain: string, { remotePort }: TLSSocket) =>
      remotePort === wrong ? 'has not the key' : undefined;
    const both = { refusePeer, override: () => targets(wrong, right) };
    expect(await dial(dns, 'miller.local', both)).toMatchObject({ port: right });
    const none = await inVain(dns, 'miller.local', { refusePeer, override: () => targets(wrong) });
    expect(none.message).toContain(`${wrong}) has not the key`);
  });
});

describe('a server that cannot be reached', () => {
  const failing = async (zone: Zone, domain?: string, more?: Partial<DiallerOptions>) => {
    await using dns = await FakeDns.of(zone);
    const { condition, message } = await inVain(dns, domain, more);
    return {
      condition,
      message: message.replace(/127\.0\.0\.1 [0-9]+/g, 'ADDRESS').replace(/server 127[0-9.]+/, 'server X'),
    };
  };

  test('a domain that does not exist is not found', async () => {
    expect(await failing({})).toEqual({
      condition: 'remote-server-not-found',
      message: 'b.example has no server for chat: there is no address of one in DNS.',
    });
  });

  test('a domain that says it has no server is believed', async () => {
    const none = [{ priority: 0, weight: 0, port: 0, target: '.' }];
    expect(await failing({ [SRV]: none, 'A b.example': ['127.0.0.1'] })).toEqual({
      condition: 'remote-server-not-found',
      message: 'b.example says in its DNS that it has no server for chat.',
    });
  });

  test('a DNS that fails is not taken for one that knows nothing', async () => {
    expect(await failing({ [`SERVFAIL ${SRV.slice(0)}`]: [], 'A b.example': ['127.0.0.1'] })).toEqual({
      condition: 'remote-server-not-found',
      message:
        'The server of b.example could not be looked up: the DNS server X could not resolve _xmpp-server._tcp.b.example ' +
        '(the domain’s own DNS servers are out of order, or its DNSSEC signatures are wrong).',
    });
  });

  test('a DNS that is silent is a matter of time', async () => {
    await using dns = await FakeDns.of(() => []);
    const { condition, message } = await inVain(dns, 'b.example', { dnsTimeoutMs: 60 });
    expect(condition).toBe('remote-server-timeout');
    expect(message).toBe('The server of b.example could not be looked up: the DNS server 127.0.0.1 did not answer.');
  });

  test('a server that refuses is named with its address', async () => {
    const port = await deadPort();
    expect(await failing({ [SRV]: [srv(port, 'xmpp.b.example')], [HOST]: ['127.0.0.1'] })).toEqual({
      condition: 'remote-server-timeout',
      message: 'No server of b.example can be reached: xmpp.b.example (ADDRESS) refused the connection.',
    });
  });

  test('targets without an address do not exist', async () => {
    expect((await failing({ [SRV]: [srv(5269, 'gone.example')] })).condition).toBe('remote-server-not-found');
  });

  test.each(['192.0.2.1', 'x..y', `${'a'.repeat(64)}.example`])('the target “%s” is no host', async (target) => {
    const zone = { [SRV]: [srv(5269, target)] };
    expect((await failing(zone)).condition).toBe('remote-server-not-found');
  });

  test.each(['localhost', 'miller.local', 'nas.lan', 'x.internal', 'x.home.arpa', 'x.onion', '192.0.2.1', '[::1]'])(
    '%s is not looked for',
    async (domain) => {
      await using dns = await FakeDns.of({});
      const { condition, message } = await inVain(dns, domain);
      expect(condition).toBe('remote-server-not-found');
      expect(message).toMatch(/local network only|IP address/);
      expect(dns.asked).toEqual([]);
    },
  );

  test('a domain that leads to this computer, or back to this very server, is not followed', async () => {
    const port = await listen(createServer());
    const zone = { [SRV]: [srv(port, 'xmpp.b.example')], [HOST]: ['127.0.0.1'] };
    const rules = (allows: boolean, own: number) => ({
      refuseAddress: (address: string, to: number) =>
        refuseAddress(address, to, {
          own: () => [{ address: '127.0.0.1', port: own }],
          allowsThisComputer: () => allows,
        }),
    });
    expect(await failing(zone, 'b.example', rules(false, 1))).toMatchObject({
      condition: 'remote-server-not-found',
      message: expect.stringContaining('has the address 127.0.0.1, which is this computer itself'),
    });
    expect((await failing(zone, 'b.example', rules(true, port))).message).toContain('which is this server itself');
  });

  test('a hundred targets are not all tried', async () => {
    const port = await deadPort();
    const many = Array.from({ length: 100 }, (_, at) => srv(port, `x${at}.b.example`, at));
    const hosts = Object.fromEntries(many.map(({ target }) => [`A ${target}`, ['127.0.0.1']]));
    await using dns = await FakeDns.of({ [SRV]: many, ...hosts });
    const { attempts, message } = await inVain(dns);
    expect(attempts.length).toBe(8);
    expect(message).toMatch(/; and 5 more\.$/);
  });

  test('everything together has its time', async () => {
    const port = await listen(createServer());
    await using dns = await FakeDns.of({ [DIRECT]: [srv(port, 'xmpp.b.example')], [HOST]: ['127.0.0.1'] });
    const { condition, message } = await inVain(dns, 'b.example', { dialTimeoutMs: 150 });
    expect([condition, message]).toEqual([
      'remote-server-timeout',
      'The server of b.example could not be reached in time.',
    ]);
  });

  test('an abort ends it at once with its reason', async () => {
    const port = await listen(createServer());
    await using dns = await FakeDns.of({ [DIRECT]: [srv(port, 'xmpp.b.example')], [HOST]: ['127.0.0.1'] });
    const abort = new AbortController();
    const dialling = diallerFor(dns).dial('b.example', abort.signal);
    abort.abort(new Error('federation is off'));
    await expect(dialling).rejects.toThrow('federation is off');
  });
});

describe('TLSA records', () => {
  const TLSA = { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.alloc(32, 7) };
  const zoneAt = (port: number): Zone => ({
    [SRV]: [srv(port, 'xmpp.b.example')],
    [HOST]: ['127.0.0.1'],
    [`TLSA _${port}._tcp.xmpp.b.example`]: [TLSA],
  });

  test('come along when every step was signed', async () => {
    const port = await listen(createServer());
    await using dns = await FakeDns.of({ ...zoneAt(port), secure: [] });
    const found = [
      { usage: 3, selector: 1, matchingType: 1, association: Buffer.alloc(32, 7), host: 'xmpp.b.example' },
    ];
    expect((await dial(dns)).tlsa).toEqual(found);
    expect(await diallerFor(dns).tlsaOf('b.example', new AbortController().signal)).toEqual(found);
  });

  test('are not even asked for when the domain is not signed', async () => {
    const port = await listen(createServer());
    await using dns = await FakeDns.of(zoneAt(port));
    expect((await dial(dns)).tlsa).toBeUndefined();
    expect(await diallerFor(dns).tlsaOf('b.example', new AbortController().signal)).toEqual([]);
    expect(dns.asked.filter((asked) => asked.includes('TLSA'))).toEqual([]);
  });

  test('that cannot be had of a signed target make it unusable', async () => {
    const port = await listen(createServer());
    await using dns = await FakeDns.of({
      ...zoneAt(port),
      [`SERVFAIL TLSA _${port}._tcp.xmpp.b.example`]: [],
      secure: [],
    });
    expect((await inVain(dns)).message).toContain('could not be looked up');
  });

  test('do not count when they themselves are not signed, nor below a host that is not', async () => {
    const port = await listen(createServer());
    const signing = (isSigned: (type: string) => boolean, zone: Zone) =>
      FakeDns.of((asked) => {
        const signed: Zone = isSigned(asked.question.type) ? { ...zone, secure: [] } : zone;
        return [inZone(signed, asked)];
      });
    await using unsignedRecords = await signing((type) => type !== 'TLSA', zoneAt(port));
    expect((await dial(unsignedRecords)).tlsa).toBeUndefined();
    const broken = { ...zoneAt(port), [`SERVFAIL TLSA _${port}._tcp.xmpp.b.example`]: [] };
    await using unsignedHost = await signing((type) => type === 'SRV', broken);
    expect((await dial(unsignedHost)).tlsa).toBeUndefined();
  });

  test('are looked for at the end of the aliases of a host first, and at the host itself after', async () => {
    const port = await listen(createServer());
    const zone = {
      [SRV]: [srv(port, 'xmpp.b.example')],
      'CNAME xmpp.b.example': ['web.example'],
      'A web.example': ['127.0.0.1'],
    };
    const at = (name: string) => ({ ...zone, [`TLSA _${port}._tcp.${name}`]: [TLSA], secure: [] });
    for (const host of ['web.example', 'xmpp.b.example']) {
      await using dns = await FakeDns.of(at(host));
      expect((await dial(dns)).tlsa).toMatchObject([{ host }]);
    }
  });

  test('are none for a domain whose DNS does not answer', async () => {
    await using dns = await FakeDns.of(() => []);
    expect(await diallerFor(dns, { dnsTimeoutMs: 60 }).tlsaOf('b.example', new AbortController().signal)).toEqual([]);
  });
});
