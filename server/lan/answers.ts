/**
 * What a query gets for an answer (RFC 6762 sections 5 to 7): which records, to whom, and when nothing.
 *
 * bonjour-service's own answers are not used: they take no notice of who asks, of what the asker knows already, or of
 * resolvers that are not on port 5353, and never say that something does not exist.
 */
import type { DnsPacket, DnsQuestion, DnsRecord } from 'multicast-dns';
import { isSameName, isSameRecord } from './records.ts';

export const MDNS_PORT = 5353;
/** RFC 6762 section 6.7: such a resolver cannot be told about changes. */
const LEGACY_TTL_SECONDS = 10;
/** RFC 6762 section 6: one record is multicast at most once a second, or 250 ms in answer to a probe. */
const MIN_INTERVAL_MS = 1000;
const MIN_PROBE_INTERVAL_MS = 250;
/** Ten times what browsers of networks ask at once. Without a limit one packet could ask for seconds of work. */
const MAX_QUESTIONS = 200;

export interface Reply {
  readonly id?: number;
  readonly questions?: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

export interface Replies {
  readonly toSender?: Reply;
  readonly toGroup?: Reply;
}

export interface Asked {
  readonly query: DnsPacket;
  readonly fromPort: number;
  readonly records: readonly DnsRecord[];
  readonly nowMs: number;
  /** When a record was last multicast here, in the same milliseconds as `nowMs`. */
  readonly lastMulticastMs: (record: DnsRecord) => number | undefined;
}

export function answerQuery({ query, fromPort, records, nowMs, lastMulticastMs }: Asked): Replies {
  const found = new Map<DnsRecord, DnsQuestion[]>();
  for (const question of query.questions.slice(0, MAX_QUESTIONS)) {
    for (const record of answersTo(question, records)) found.set(record, [...(found.get(record) ?? []), question]);
  }
  if (fromPort !== MDNS_PORT) return legacyReply(query.id, found, records);
  const sinceMs = (record: DnsRecord) => nowMs - (lastMulticastMs(record) ?? Number.NEGATIVE_INFINITY);
  const minIntervalMs = query.authorities.length > 0 ? MIN_PROBE_INTERVAL_MS : MIN_INTERVAL_MS;
  const toSender: DnsRecord[] = [];
  const toGroup: DnsRecord[] = [];
  for (const [record, questions] of found) {
    if (query.answers.some((known) => isKnown(known, record))) continue;
    // Section 5.4: who asks for unicast gets it, unless the others' caches are due for a refreshment anyway.
    const isLately = sinceMs(record) < (record.ttl * 1000) / 4;
    if (isLately && questions.some(wantsUnicast)) toSender.push(record);
    if ((!isLately || !questions.every(wantsUnicast)) && sinceMs(record) >= minIntervalMs) toGroup.push(record);
  }
  return {
    ...(toSender.length > 0 && { toSender: withAdditionals(unique(toSender), records) }),
    ...(toGroup.length > 0 && { toGroup: withAdditionals(unique(toGroup), records) }),
  };
}

/** Whether others may be answering the same question at this moment: then the answer waits a little (section 6). */
export function hasSharedRecords(reply: Reply): boolean {
  return reply.answers.some((record) => record.flush !== true);
}

/** Section 6.1: that a name of ours has no record of the type that was asked for. */
function denial(name: string, records: readonly DnsRecord[]): DnsRecord {
  const rrtypes = [...new Set(records.filter((record) => isSameName(record.name, name)).map((record) => record.type))];
  const ttl = Math.min(...records.filter((record) => isSameName(record.name, name)).map((record) => record.ttl));
  return { name, type: 'NSEC', ttl, flush: true, data: { nextDomain: name, rrtypes } };
}

function answersTo(question: DnsQuestion, records: readonly DnsRecord[]): DnsRecord[] {
  const named = records.filter((record) => isSameName(record.name, question.name));
  const found = named.filter((record) => question.type === 'ANY' || record.type === question.type);
  const owned = named.find((record) => record.flush === true);
  return found.length === 0 && owned !== undefined ? [denial(owned.name, records)] : found;
}

/** Section 12: what will be asked next; and that there is no second kind of address, so that nobody waits for it. */
function withAdditionals(answers: readonly DnsRecord[], records: readonly DnsRecord[]): Reply {
  const all = [...answers];
  const add = (name: string, types: readonly string[]) => {
    for (const record of records) {
      if (types.includes(record.type) && isSameName(record.name, name) && !all.includes(record)) all.push(record);
    }
  };
  for (const answer of answers) if (answer.type === 'PTR') add(String(answer.data), ['SRV', 'TXT']);
  for (const record of [...all]) {
    if (record.type === 'SRV') add((record.data as { target: string }).target, ['A', 'AAAA']);
    if (record.type === 'A' || record.type === 'AAAA') add(record.name, ['A', 'AAAA']);
  }
  const hosts = new Set(all.filter(({ type }) => type === 'A' || type === 'AAAA').map(({ name }) => name));
  const lacking = [...hosts].filter((host) => !['A', 'AAAA'].every((type) => hasType(host, type, records)));
  return { answers, additionals: [...all.slice(answers.length), ...lacking.map((host) => denial(host, records))] };
}

/** Section 6.7: an ordinary DNS response, with the query's number and question, and no bits it would not understand. */
function legacyReply(id: number, found: ReadonlyMap<DnsRecord, readonly DnsQuestion[]>, records: readonly DnsRecord[]) {
  const existing = [...found].filter(([record]) => record.type !== 'NSEC');
  if (existing.length === 0) return {};
  const plain = ({ name, type, ttl, data }: DnsRecord) => ({
    name,
    type,
    ttl: Math.min(ttl, LEGACY_TTL_SECONDS),
    data,
  });
  const answers = existing.map(([record]) => record);
  const { additionals } = withAdditionals(answers, records);
  const more = additionals.filter((record) => record.type !== 'NSEC').map(plain);
  // Only what has an answer is repeated: other names may be such that they cannot be written down again.
  const asked = existing.flatMap(([, of]) => of.map(({ name, type }) => ({ name, type, class: 'IN' })));
  const questions = [...new Map(asked.map((question) => [`${question.type} ${question.name}`, question])).values()];
  return { toSender: { id, questions, answers: answers.map(plain), additionals: more } };
}

/** Section 7.1: not if the asker knows it and will for more than half of its life. */
function isKnown(known: DnsRecord, ours: DnsRecord): boolean {
  return known.type === ours.type && known.type !== 'NSEC' && isSameRecord(known, ours) && known.ttl >= ours.ttl / 2;
}

/** The DNS library takes the top bit of the class for a part of the number. */
function wantsUnicast(question: DnsQuestion): boolean {
  const number = /^UNKNOWN_(\d+)$/.exec(question.class ?? '')?.[1];
  return number !== undefined && (Number(number) & 0x8000) !== 0;
}

function hasType(name: string, type: string, records: readonly DnsRecord[]): boolean {
  return records.some((record) => record.type === type && isSameName(record.name, name));
}

/** Each once; denials are made anew for each question, and count as the same by their name. */
function unique(records: readonly DnsRecord[]): DnsRecord[] {
  return [...new Map(records.map((record) => [record.type === 'NSEC' ? record.name : record, record])).values()];
}
