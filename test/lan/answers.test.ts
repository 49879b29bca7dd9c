import type { DnsPacket, DnsRecord } from 'multicast-dns';
import { describe, expect, test } from 'vitest';
import { answerQuery, hasSharedRecords, MDNS_PORT, type Replies } from '../../server/lan/answers.ts';
import { recordKey } from '../../server/lan/records.ts';
import { A, DIRECT, INSTANCE, PTR, packet, RECORDS, SERVICE, SRV, TXT } from './office-records.ts';

const NOW_MS = 1_000_000;
const QU_IN = 'UNKNOWN_32769';

interface Circumstances {
  readonly fromPort?: number;
  readonly records?: readonly DnsRecord[];
  readonly lastMs?: Readonly<Record<string, number>>;
}

function ask(
  query: Partial<DnsPacket>,
  { fromPort = MDNS_PORT, records = RECORDS, lastMs = {} }: Circumstances = {},
): Replies {
  const lastMulticastMs = (record: DnsRecord) => lastMs[recordKey(record)];
  return answerQuery({ query: packet(query), fromPort, records, nowMs: NOW_MS, lastMulticastMs });
}

const question = (name: string, type: string, ofClass = 'IN') => ({ questions: [{ name, type, class: ofClass }] });
const noAaaa = {
  name: 'miller.local',
  type: 'NSEC',
  ttl: 120,
  flush: true,
  data: { nextDomain: 'miller.local', rrtypes: ['A'] },
};

describe('questions from the group', () => {
  test('the address of the domain, and that there is no other kind', () => {
    expect(ask(question('Miller.Local', 'A'))).toEqual({ toGroup: { answers: [A], additionals: [noAaaa] } });
  });

  test('a kind of address that does not exist is denied at once, with the one that does', () => {
    expect(ask(question('miller.local', 'AAAA')).toGroup?.answers).toEqual([noAaaa]);
  });

  test('where both kinds exist nothing is denied', () => {
    const aaaa = { ...A, type: 'AAAA', data: 'fd12::5' };
    const { toGroup } = ask(question('miller.local', 'A'), { records: [...RECORDS, aaaa] });
    expect(toGroup).toEqual({ answers: [A], additionals: [aaaa] });
  });

  test("Apple's direct SRV questions are answered with the address beside", () => {
    const { toGroup } = ask(question('_xmpp-client._tcp.miller.local', 'SRV'));
    expect(toGroup).toEqual({ answers: [DIRECT[0]], additionals: [A, noAaaa] });
  });

  test('browsing gets the instance, its place, its text and its address in one packet', () => {
    const { toGroup } = ask(question(SERVICE, 'PTR'));
    expect(toGroup).toEqual({ answers: [PTR], additionals: [SRV, TXT, A, noAaaa] });
    expect(toGroup && hasSharedRecords(toGroup)).toBe(true);
  });

  test('a question for everything gets everything under that name', () => {
    expect(ask(question(INSTANCE, 'ANY')).toGroup?.answers).toEqual([SRV, TXT]);
  });

  test('names of others, and what we cannot deny because it is shared, get no answer', () => {
    expect(ask(question('other.local', 'A'))).toEqual({});
    expect(ask(question(SERVICE, 'TXT'))).toEqual({});
    expect(ask({})).toEqual({});
  });

  test('a packet of questions without end is answered as far as a sane one goes', () => {
    const questions = Array.from({ length: 5000 }, (_, number) => ({ name: `n${number}.local`, type: 'A' }));
    const last = { name: 'miller.local', type: 'A' };
    expect(ask({ questions: [...questions, last] })).toEqual({});
    expect(ask({ questions: [...questions.slice(0, 199), last] }).toGroup?.answers).toEqual([A]);
  });

  test('several questions for what does not exist get one denial', () => {
    const questions = ['AAAA', 'MX', 'CAA'].map((type) => ({ name: 'miller.local', type, class: 'IN' }));
    expect(ask({ questions }).toGroup?.answers).toEqual([noAaaa]);
  });

  test('two questions get one answer', () => {
    const { toGroup } = ask({
      questions: [...question('miller.local', 'A').questions, ...question('miller.local', 'ANY').questions],
    });
    expect(toGroup?.answers).toEqual([A]);
  });
});

describe('what the asker knows', () => {
  test('an answer that the asker will know for more than half of its life is left out', () => {
    expect(ask({ ...question(SERVICE, 'PTR'), answers: [{ ...PTR, ttl: 14_400 }] })).toEqual({});
  });

  test('an answer that is about to be forgotten, or is another one, is given', () => {
    expect(ask({ ...question(SERVICE, 'PTR'), answers: [{ ...PTR, ttl: 14_399 }] }).toGroup?.answers).toEqual([PTR]);
    expect(
      ask({ ...question('miller.local', 'A'), answers: [{ ...A, data: '192.168.1.9' }] }).toGroup?.answers,
    ).toEqual([A]);
  });
});

describe('how often', () => {
  const lastMs = (agoMs: number) => ({ lastMs: { [recordKey(A)]: NOW_MS - agoMs } });

  test('a record is multicast once a second', () => {
    expect(ask(question('miller.local', 'A'), lastMs(999))).toEqual({});
    expect(ask(question('miller.local', 'A'), lastMs(1000)).toGroup?.answers).toEqual([A]);
  });

  test('a probe is answered sooner, so that the name is defended in time', () => {
    const probe = { ...question('miller.local', 'ANY'), authorities: [{ ...A, data: '192.168.1.9' }] };
    expect(ask(probe, lastMs(249))).toEqual({});
    expect(ask(probe, lastMs(250)).toGroup?.answers).toEqual([A]);
  });

  test('who asks for unicast gets it while the group has heard the record lately, and else all do', () => {
    const unicast = question('miller.local', 'A', QU_IN);
    expect(ask(unicast, lastMs(29_999))).toEqual({ toSender: { answers: [A], additionals: [noAaaa] } });
    expect(ask(unicast, lastMs(30_000))).toEqual({ toGroup: { answers: [A], additionals: [noAaaa] } });
  });
});

describe('resolvers that are not on the mDNS port', () => {
  test('get an ordinary DNS response: their number and question, short lives, no cache-flush bit, no NSEC', () => {
    const query = { id: 4711, ...question('_xmpp-client._tcp.miller.local', 'SRV', QU_IN) };
    const { toSender, toGroup } = ask(query, { fromPort: 40_000 });
    expect(toGroup).toBeUndefined();
    expect(toSender).toEqual({
      id: 4711,
      questions: [{ name: '_xmpp-client._tcp.miller.local', type: 'SRV', class: 'IN' }],
      answers: [{ name: DIRECT[0]?.name, type: 'SRV', ttl: 10, data: DIRECT[0]?.data }],
      additionals: [{ name: 'miller.local', type: 'A', ttl: 10, data: '192.168.1.5' }],
    });
  });

  test('are given back the questions that were answered, each once', () => {
    const odd = `${'\u{fffd}'.repeat(63)}.local`;
    const names = ['miller.local', odd, 'miller.local', 'Miller.local'];
    const { toSender } = ask(
      { id: 1, questions: names.map((name) => ({ name, type: 'A', class: 'IN' })) },
      { fromPort: 40_000 },
    );
    expect(toSender?.questions?.map(({ name }) => name)).toEqual(['miller.local', 'Miller.local']);
    expect(toSender?.answers).toHaveLength(1);
  });

  test('get nothing about names of others', () => {
    expect(ask(question('other.local', 'A'), { fromPort: 40_000 })).toEqual({});
  });
});
