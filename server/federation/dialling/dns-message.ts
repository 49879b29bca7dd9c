/**
 * Questions to a resolver and what it answers (RFC 1035), as far as finding a server needs them. Nothing here waits or
 * sends; whatever bytes come in, the result is a message, a word that it is none of ours, or a RangeError.
 */
import dnsPacket, { type Answer } from 'dns-packet';

export type QueryType = 'A' | 'AAAA' | 'SRV' | 'TLSA';

export interface DnsQuestion {
  /** A-labels. Its letters may be of mixed case: the answer must repeat it to the letter. */
  readonly name: string;
  readonly type: QueryType;
}

export interface AddressRecord {
  readonly type: 'A' | 'AAAA';
  readonly address: string;
}
export interface SrvRecord {
  readonly type: 'SRV';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** In small letters, without the final dot; `.` for “no such service” (RFC 2782). */
  readonly target: string;
}
export interface TlsaRecord {
  readonly type: 'TLSA';
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly association: Buffer;
}
export interface AliasRecord {
  readonly type: 'CNAME';
  readonly target: string;
}
interface RecordCommon {
  /** The name whose record it is, in small letters. */
  readonly owner: string;
  readonly ttlS: number;
}
interface RecordTypes {
  readonly A: AddressRecord;
  readonly AAAA: AddressRecord;
  readonly SRV: SrvRecord;
  readonly TLSA: TlsaRecord;
}
/** What a question for `T` is answered with. */
export type RecordOf<T extends QueryType> = RecordCommon & RecordTypes[T];
export type DnsRecord = RecordOf<QueryType> | (RecordCommon & AliasRecord);

export interface DnsMessage {
  /** RFC 1035 section 4.1.1, RFC 6895 section 2.3. */
  readonly responseCode: number;
  readonly isTruncated: boolean;
  /** The AD bit (RFC 4035 section 3.2.3): worth what the way to the resolver is worth. */
  readonly isAuthentic: boolean;
  readonly records: readonly DnsRecord[];
  /** How long “there is none” may be remembered (RFC 2308 section 5); undefined: not at all. */
  readonly negativeTtlS: number | undefined;
}

/** RFC 9715 section 3.1: what arrives unfragmented everywhere. Longer answers come by TCP. */
export const UDP_PAYLOAD_BYTES = 1232;
/** Far more than any domain has; the rest of a giant answer is not looked at. */
const MAX_RECORDS = 128;

const HEADER_BYTES = 12;
const TYPES_READ: ReadonlySet<string> = new Set(['A', 'AAAA', 'SRV', 'TLSA', 'CNAME']);

/**
 * The query. It sets AD, by which a resolver that validates says so (RFC 6840 section 5.7), and not DO, which would
 * only bring signatures that nobody here checks.
 */
export function encodeQuery(question: DnsQuestion, id: number, edns: 'edns' | 'plain'): Buffer {
  return dnsPacket.encode({
    type: 'query',
    id,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.AUTHENTIC_DATA,
    questions: [{ type: question.type, name: question.name, class: 'IN' }],
    additionals:
      edns === 'plain'
        ? []
        : [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: UDP_PAYLOAD_BYTES,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ],
  });
}

/**
 * What `bytes` say as an answer to `query`, itself as encoded. `foreign`: it answers something else, as a forgery by
 * somebody who cannot see the query does. `recased`: all is right but the case of the question's letters.
 * @throws RangeError when it answers the query and cannot be read.
 */
export function readAnswer(bytes: Buffer, query: Buffer): DnsMessage | 'foreign' | 'recased' {
  const asked = questionOf(query);
  const repeated = bytes.subarray(HEADER_BYTES, HEADER_BYTES + asked.length);
  if (bytes.length < HEADER_BYTES + asked.length || bytes.readUInt16BE(0) !== query.readUInt16BE(0)) return 'foreign';
  const isAnswerToQuery = (bytes.readUInt8(2) & 0xf8) === 0x80;
  if (!isAnswerToQuery || bytes.readUInt16BE(4) !== 1) return 'foreign';
  if (!repeated.equals(asked)) return lowered(repeated).equals(lowered(asked)) ? 'recased' : 'foreign';
  const isTruncated = (bytes.readUInt8(2) & 0x02) !== 0;
  const isAuthentic = (bytes.readUInt8(3) & 0x20) !== 0;
  const responseCode = bytes.readUInt8(3) & 0x0f;
  // What is cut off cannot be read, and is asked for again by TCP.
  if (isTruncated) return { responseCode, isTruncated, isAuthentic, records: [], negativeTtlS: undefined };
  const { answers, authorities, additionals } = decode(bytes);
  const extended = additionals.find((record) => record.type === 'OPT');
  return {
    responseCode: responseCode | ((extended?.type === 'OPT' ? extended.extendedRcode : 0) << 4),
    isTruncated,
    isAuthentic,
    records: answers.slice(0, MAX_RECORDS).flatMap(readRecord),
    negativeTtlS: negativeTtl(authorities),
  };
}

/** The question section of our own query: all that follows the header, up to the OPT record. */
function questionOf(query: Buffer): Buffer {
  let end = HEADER_BYTES;
  for (let length = query.readUInt8(end); length > 0; length = query.readUInt8(end)) end += length + 1;
  return query.subarray(HEADER_BYTES, end + 5);
}

function lowered(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)));
}

function decode(bytes: Buffer) {
  try {
    const { answers = [], authorities = [], additionals = [] } = dnsPacket.decode(bytes);
    // The decoder takes what a length promises beyond the end for there.
    if (dnsPacket.decode.bytes !== bytes.length) throw new RangeError('lengths that do not add up');
    return { answers, authorities, additionals };
  } catch (error) {
    throw new RangeError('an answer that cannot be read', { cause: error });
  }
}

function readRecord(record: Answer): DnsRecord[] {
  if (!TYPES_READ.has(record.type) || record.type === 'OPT' || record.class !== 'IN') return [];
  const common = { owner: hostName(record.name), ttlS: ttl(record.ttl) };
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return [{ ...common, type: record.type, address: record.data }];
    case 'CNAME':
      return [{ ...common, type: 'CNAME', target: hostName(record.data) }];
    case 'SRV': {
      const { priority = 0, weight = 0, port, target } = record.data;
      return [{ ...common, type: 'SRV', priority, weight, port, target: hostName(target) }];
    }
    case 'TLSA': {
      const { usage, selector, matchingType, certificate } = record.data;
      return [{ ...common, type: 'TLSA', usage, selector, matchingType, association: Buffer.from(certificate) }];
    }
    default:
      return [];
  }
}

function negativeTtl(authorities: readonly Answer[]): number | undefined {
  const start = authorities.find((record) => record.type === 'SOA');
  return start?.type === 'SOA' ? Math.min(ttl(start.ttl), ttl(start.data.minimum)) : undefined;
}

/** RFC 2181 section 8: the uppermost bit set means zero. */
function ttl(seconds = 0): number {
  return seconds > 0x7fff_ffff ? 0 : seconds;
}

function hostName(name: string): string {
  return name === '.' ? name : name.replace(/\.$/, '').toLowerCase();
}
