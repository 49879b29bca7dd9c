import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import dnsPacket from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../server/clock/clock.ts';
import type { DnsFailure } from '../../../server/federation/dialling/dns-failure.ts';
import { DnsResolver, type ResolverOptions } from '../../../server/federation/dialling/dns-resolver.ts';
import { FakeClock } from '../../scene/fake-clock.ts';
import { type Answering, answerTo, FakeDns, SOA, type Zone } from './fake-dns.ts';

/** Where silence is what is tested. */
const SHORT = { timeoutMs: 100 };
const ZONE: Zone = { 'A b.example': ['192.0.2.1'], 'SRV _x._tcp.b.example': [] };

function resolver(servers: string | readonly string[], more: Partial<ResolverOptions> = {}): DnsResolver {
  const named = typeof servers === 'string' ? [servers] : servers;
  return new DnsResolver({
    clock: systemClock,
    servers: () => named,
    trustsAd: () => false,
    randomBytes,
    timeoutMs: 2_000,
    ...more,
  });
}

function failure(promise: Promise<unknown>): Promise<DnsFailure> {
  return promise.then(
    () => Promise.reject(new Error('was answered')),
    (error: unknown) => error as DnsFailure,
  );
}

const address = [{ type: 'A', name: 'b.example', ttl: 60, data: '192.0.2.1' }];
const addressesOf = async (dns: DnsResolver) => (await dns.query('b.example', 'A')).records.map((one) => one.address);

describe('answers', () => {
  test('records, a name without such records, and a name that is not there are told apart', async () => {
    await using server = await FakeDns.of(ZONE);
    const dns = resolver(server.address);
    expect(await dns.query('b.example', 'A')).toMatchObject({ records: [{ address: '192.0.2.1' }], exists: true });
    expect(await dns.query('b.example', 'AAAA')).toMatchObject({ records: [], exists: true });
    expect(await dns.query('c.example', 'A')).toMatchObject({ records: [], exists: false });
  });

  test('aliases are followed, in one answer and over several', async () => {
    await using server = await FakeDns.of({
      'CNAME www.example': ['web.example'],
      'CNAME web.example': ['b.example'],
      ...ZONE,
    });
    expect(await resolver(server.address).query('www.example', 'A')).toMatchObject({
      name: 'b.example',
      records: [{ address: '192.0.2.1' }],
    });
  });

  test.each([
    ['in one answer', ['a.example', 'b.example', 'a.example']],
    ['over several', []],
  ])('aliases in circles end, %s', async (_, hops) => {
    const circle = (asked: Parameters<Answering>[0]) => {
      const next = asked.question.name.toLowerCase() === 'a.example' ? 'b.example' : 'a.example';
      const own = [{ type: 'CNAME', name: asked.question.name, ttl: 60, data: next }];
      const all = hops.slice(1).map((data, at) => ({ type: 'CNAME', name: hops[at], ttl: 60, data }));
      return [answerTo(asked, all.length > 0 ? all : own)];
    };
    await using server = await FakeDns.of(circle);
    expect((await failure(resolver(server.address).query('a.example', 'A'))).kind).toBe('malformed');
    expect(server.asked.length).toBeLessThan(12);
  });

  test('an answer that does not fit comes by TCP', async () => {
    const many = Array.from({ length: 400 }, (_, at) => ({
      type: 'A',
      name: 'b.example',
      ttl: 60,
      data: `192.0.2.${at % 256}`,
    }));
    await using server = await FakeDns.of((asked) =>
      asked.by === 'udp' ? [answerTo(asked, [], { flags: dnsPacket.TRUNCATED_RESPONSE })] : [answerTo(asked, many)],
    );
    const { records } = await resolver(server.address).query('b.example', 'A');
    expect(server.asked).toEqual(['udp A b.example', 'tcp A b.example']);
    expect(records.length).toBe(128);
  });

  test('a server that knows no EDNS is asked without', async () => {
    await using server = await FakeDns.of((asked) => {
      const hasEdns = (dnsPacket.decode(asked.query).additionals ?? []).length > 0;
      return [hasEdns ? answerTo(asked, [], { code: 'FORMERR' }) : answerTo(asked, address)];
    });
    expect(await addressesOf(resolver(server.address))).toEqual(['192.0.2.1']);
  });
});

describe('forgeries', () => {
  const forged = [{ type: 'A', name: 'b.example', ttl: 60, data: '192.0.2.66' }];
  test.each([
    [
      'with another id',
      (asked: Parameters<Answering>[0]) =>
        answerTo(asked, forged, { id: dnsPacket.decode(asked.query).id === 1 ? 2 : 1 }),
    ],
    [
      'to another question',
      (asked: Parameters<Answering>[0]) => answerTo(asked, forged, { questions: [{ type: 'A', name: 'c.example' }] }),
    ],
    ['without a question', (asked: Parameters<Answering>[0]) => answerTo(asked, forged, { questions: [] })],
    ['that is a query', (asked: Parameters<Answering>[0]) => answerTo(asked, forged, { type: 'query' })],
    ['of three bytes', () => Buffer.from('abc')],
  ])('an answer %s is passed over', async (_, forge) => {
    await using server = await FakeDns.of((asked) => [forge(asked), answerTo(asked, address)]);
    expect(await addressesOf(resolver(server.address))).toEqual(['192.0.2.1']);
    expect(server.asked).toEqual(['udp A b.example']);
  });

  test('an answer from somewhere else is not heard', async () => {
    const stranger = createSocket('udp4');
    await using server = await FakeDns.of(() => []);
    server.answering = (asked) => {
      stranger.send(answerTo(asked, forged), asked.from?.port, asked.from?.address);
      return [];
    };
    const silent = await failure(resolver(server.address, SHORT).query('b.example', 'A'));
    expect(silent.kind).toBe('timeout');
    expect(server.asked.length).toBe(2);
    stranger.close();
  });

  test('many wrong answers send the question by TCP, where nobody can guess', async () => {
    await using server = await FakeDns.of((asked) =>
      asked.by === 'udp'
        ? Array.from({ length: 40 }, () => answerTo(asked, forged, { questions: [{ type: 'A', name: 'c.example' }] }))
        : [answerTo(asked, address)],
    );
    expect(await addressesOf(resolver(server.address))).toEqual(['192.0.2.1']);
  });

  test('an answer that does not repeat the case of letters is asked for again by TCP', async () => {
    await using server = await FakeDns.of((asked) => [
      answerTo(asked, asked.by === 'udp' ? forged : address, {
        questions: [{ type: 'A', name: asked.by === 'udp' ? 'B.eXaMpLe' : 'b.example' }],
      }),
    ]);
    const randomCase = (count: number) => Buffer.alloc(count);
    expect(await addressesOf(resolver(server.address, { randomBytes: randomCase }))).toEqual(['192.0.2.1']);
    expect(server.asked).toEqual(['udp A b.example', 'tcp A b.example']);
  });
});

describe('failures', () => {
  test('silence, SERVFAIL, nonsense and nobody there each have their own words', async () => {
    await using silent = await FakeDns.of(() => []);
    await using failing = await FakeDns.of((asked) => [answerTo(asked, [], { code: 'SERVFAIL' })]);
    await using refusing = await FakeDns.of((asked) => [answerTo(asked, [], { code: 'REFUSED' })]);
    await using mad = await FakeDns.of((asked) => [answerTo(asked, address).subarray(0, -3)]);
    const gone = await FakeDns.of(ZONE);
    await gone[Symbol.asyncDispose]();
    const kindOf = async (server: string) => (await failure(resolver(server, SHORT).query('b.example', 'A'))).kind;
    expect(await kindOf(silent.address)).toBe('timeout');
    expect(await kindOf(failing.address)).toBe('server-failure');
    expect(await kindOf(refusing.address)).toBe('server-failure');
    expect(await kindOf(mad.address)).toBe('malformed');
    expect(await kindOf(gone.address)).toBe('unreachable');
  });

  test('another server is asked when one fails, and first from then on', async () => {
    await using failing = await FakeDns.of((asked) => [answerTo(asked, [], { code: 'SERVFAIL' })]);
    await using working = await FakeDns.of(ZONE);
    const dns = resolver([failing.address, working.address]);
    expect(await addressesOf(dns)).toEqual(['192.0.2.1']);
    await dns.query('c.example', 'A');
    expect(failing.asked.length).toBe(1);
  });

  test('a lost datagram is asked for again', async () => {
    let asks = 0;
    await using server = await FakeDns.of((asked) => (asks++ === 0 ? [] : [answerTo(asked, address)]));
    expect(await addressesOf(resolver(server.address))).toEqual(['192.0.2.1']);
  });
});

describe('what is remembered', () => {
  test('an answer is kept as long as it says, and no longer than an hour', async () => {
    const clock = new FakeClock();
    let ttl = 60;
    await using server = await FakeDns.of((asked) => [answerTo(asked, [{ ...address[0], ttl }])]);
    const dns = resolver(server.address, { clock });
    await dns.query('b.example', 'A');
    clock.advance(59_000);
    await dns.query('B.example', 'A');
    expect(server.asked.length).toBe(1);
    clock.advance(1_000);
    ttl = 1_000_000;
    await dns.query('b.example', 'A');
    clock.advance(3_600_000);
    await dns.query('b.example', 'A');
    expect(server.asked.length).toBe(3);
  });

  test('that there is nothing is kept for as long as the zone says, five minutes at most, and not at all without', async () => {
    const clock = new FakeClock();
    let authorities = [{ ...SOA, ttl: 86_400, data: { mname: 'ns.example', rname: 'root.example', minimum: 86_400 } }];
    await using server = await FakeDns.of((asked) => [
      answerTo(asked, [], { code: 'NXDOMAIN', authorities: authorities as never }),
    ]);
    const dns = resolver(server.address, { clock });
    await dns.query('b.example', 'A');
    clock.advance(299_000);
    await dns.query('b.example', 'A');
    expect(server.asked.length).toBe(1);
    clock.advance(1_000);
    authorities = [];
    await dns.query('b.example', 'A');
    await dns.query('b.example', 'A');
    expect(server.asked.length).toBe(3);
  });

  test('who asks the same at the same time shares one question', async () => {
    await using server = await FakeDns.of(ZONE);
    const dns = resolver(server.address);
    await Promise.all([dns.query('b.example', 'A'), dns.query('b.example', 'A'), dns.query('b.example', 'A')]);
    expect(server.asked.length).toBe(1);
  });

  test('it is forgotten when other servers are set', async () => {
    await using first = await FakeDns.of(ZONE);
    await using second = await FakeDns.of({ 'A b.example': ['192.0.2.2'] });
    let servers = [first.address];
    const dns = resolver('', { servers: () => servers });
    expect(await addressesOf(dns)).toEqual(['192.0.2.1']);
    servers = [second.address];
    expect(await addressesOf(dns)).toEqual(['192.0.2.2']);
  });
});

test('that an answer is secure counts from a server on this computer, and needs every alias to be so', async () => {
  await using server = await FakeDns.of((asked) => {
    const isAlias = asked.question.name.toLowerCase() === 'www.example';
    const answers = isAlias ? [{ type: 'CNAME', name: 'www.example', ttl: 60, data: 'b.example' }] : address;
    return [answerTo(asked, answers, { flags: isAlias ? 0 : dnsPacket.AUTHENTIC_DATA })];
  });
  const dns = resolver(server.address);
  expect((await dns.query('b.example', 'A')).isSecure).toBe(true);
  expect((await dns.query('www.example', 'A')).isSecure).toBe(false);
});
