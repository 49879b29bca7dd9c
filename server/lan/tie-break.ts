/** Two computers that ask for one name at the same moment: who goes first (RFC 6762 section 8.2). */
import type { DnsRecord } from 'multicast-dns';

const TYPE_NUMBERS: Readonly<Record<string, number>> = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33 };

/**
 * Compares what both mean to say under one name, as RFC 6762 section 8.2.1 has it: record by record, in order of type
 * and contents; what comes later in the order wins.
 * @returns below 0 when `ours` loses, above 0 when it wins, 0 when both say the same.
 */
export function compareClaims(ours: readonly DnsRecord[], theirs: readonly DnsRecord[]): number {
  const [one, other] = [ours, theirs].map((records) => records.map(comparable).sort(Buffer.compare));
  if (one === undefined || other === undefined) return 0;
  for (const [index, record] of one.entries()) {
    const against = other[index];
    if (against === undefined) return 1;
    const order = Buffer.compare(record, against);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

/** Type and contents as bytes that sort as the records do; all are of the class IN. */
function comparable({ type, data }: DnsRecord): Buffer {
  const number = Buffer.alloc(2);
  number.writeUInt16BE(TYPE_NUMBERS[type] ?? 0xffff);
  return Buffer.concat([number, contents(type, data)]);
}

function contents(type: string, data: unknown): Buffer {
  if (type === 'A') return Buffer.from(String(data).split('.').map(Number));
  if (type === 'AAAA') return ipv6Bytes(String(data));
  if (type === 'PTR') return nameBytes(String(data));
  if (type === 'TXT' && Array.isArray(data)) return Buffer.concat(data.map((part) => lengthAnd(Buffer.from(part))));
  if (type === 'SRV' && typeof data === 'object' && data !== null) {
    const { priority = 0, weight = 0, port = 0, target = '' } = data as Partial<Record<string, string | number>>;
    const numbers = Buffer.alloc(6);
    for (const [index, value] of [priority, weight, port].entries()) numbers.writeUInt16BE(Number(value), 2 * index);
    return Buffer.concat([numbers, nameBytes(String(target))]);
  }
  return Buffer.isBuffer(data) ? data : Buffer.alloc(0);
}

function nameBytes(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  return Buffer.concat([...labels.map((label) => lengthAnd(Buffer.from(label))), Buffer.alloc(1)]);
}

function lengthAnd(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** RFC 4291 section 2.2. */
function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => 0);
  return Buffer.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]));
}
