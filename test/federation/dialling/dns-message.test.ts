import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeQuery, readAnswer } from '../../../server/federation/dialling/dns-message.ts';
import { answerTo } from './fake-dns.ts';

const QUERY = encodeQuery({ name: '_xmpp-server._tcp.b.example', type: 'SRV' }, 4711, 'edns');
const RECORDS = [
  {
    type: 'SRV',
    name: '_xmpp-server._tcp.b.example',
    ttl: 60,
    data: { priority: 1, weight: 2, port: 5269, target: 'X.example' },
  },
  {
    type: 'TLSA',
    name: 'b.example',
    ttl: 60,
    data: { usage: 3, selector: 1, matchingType: 1, certificate: Buffer.alloc(32) },
  },
  { type: 'AAAA', name: 'b.example', ttl: 0xffff_ffff, data: '2001:db8::1' },
];

function read(bytes: Buffer): unknown {
  try {
    return readAnswer(bytes, QUERY);
  } catch (error) {
    if (error instanceof RangeError) return 'unreadable';
    throw error;
  }
}

test('a query asks for validated answers, recursion and room for 1232 bytes', () => {
  const query = dnsPacket.decode(QUERY);
  expect(query).toMatchObject({ id: 4711, flag_rd: true, flag_ad: true, flag_cd: false });
  expect(query.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, flag_do: false }]);
});

test('the records of an answer are read, names in small letters, absurd times as none', () => {
  expect(read(answerTo({ query: QUERY }, RECORDS))).toMatchObject({
    responseCode: 0,
    isAuthentic: false,
    records: [
      { type: 'SRV', priority: 1, weight: 2, port: 5269, target: 'x.example' },
      { type: 'TLSA', usage: 3, selector: 1, matchingType: 1, association: Buffer.alloc(32) },
      { type: 'AAAA', address: '2001:db8::1', ttlS: 0 },
    ],
  });
});

test('records of other classes and types are passed over', () => {
  const others = [
    { type: 'A', class: 'CH', name: 'b.example', ttl: 1, data: '192.0.2.1' },
    { type: 'TXT', name: 'b.example', ttl: 1, data: 'x' },
  ];
  expect(read(answerTo({ query: QUERY }, others))).toMatchObject({ records: [] });
});

test('a name that points at itself is unreadable, and costs nothing', () => {
  const answer = answerTo({ query: QUERY }, [], {});
  const header = Buffer.from(answer);
  header.writeUInt16BE(1, 6);
  const pointer = Buffer.from([
    0xc0 | (answer.length >> 8),
    answer.length & 0xff,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    4,
    1,
    2,
    3,
    4,
  ]);
  expect(read(Buffer.concat([header, pointer]))).toBe('unreadable');
});

test('any bytes at all are an answer, foreign or unreadable, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void read(Buffer.from(bytes))),
    { numRuns: 300 },
  );
});

test('an answer with any bytes changed or cut off is read or refused, and nothing else happens', () => {
  const answer = answerTo({ query: QUERY }, RECORDS);
  const change = fc.tuple(fc.nat(answer.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(answer.length), (changes, length) => {
      const bytes = Buffer.from(answer);
      for (const [at, byte] of changes) bytes[at] = byte;
      const whole = read(bytes);
      const cut = read(bytes.subarray(0, length));
      for (const result of [whole, cut])
        if (typeof result === 'object') expect(result).toHaveProperty('records');
        else expect(['foreign', 'recased', 'unreadable']).toContain(result);
    }),
    { numRuns: 1_000 },
  );
});

test('the largest answer that TCP can carry is read in a moment', () => {
  const giant = Array.from({ length: 4_000 }, () => ({ type: 'A', name: '.', ttl: 1, data: '192.0.2.1' }));
  const startedMs = performance.now();
  expect(read(answerTo({ query: QUERY }, giant))).toMatchObject({ responseCode: 0 });
  expect(performance.now() - startedMs).toBeLessThan(500);
});
