/** The little of DNS's wire format (RFC 1035 section 4) that signed updates need, written and read byte for byte. */

export const TYPE = { soa: 6, txt: 16, tsig: 250 } as const;
export const CLASS = { in: 1, none: 254, any: 255 } as const;
export const OPCODE_UPDATE = 5;
const HEADER_BYTES = 12;
const MAX_LABEL = 63;
const MAX_NAME = 255;

/** Uncompressed and in small letters, which is also the canonical form that TSIG digests (RFC 8945 section 4.3.3). */
export function encodeName(name: string): Buffer {
  const labels = name
    .toLowerCase()
    .replace(/\.$/, '')
    .split('.')
    .filter((label) => label !== '');
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, 'latin1');
    if (bytes.length > MAX_LABEL) throw new RangeError('a label of this name is too long');
    return Buffer.concat([Buffer.of(bytes.length), bytes]);
  });
  const encoded = Buffer.concat([...parts, Buffer.of(0)]);
  if (encoded.length > MAX_NAME) throw new RangeError('this name is too long');
  return encoded;
}

export function u16(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) buffer.writeUInt16BE(value, index * 2);
  return buffer;
}

export function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

/** Seconds since 1970 in 48 bits (RFC 8945 section 4.2). */
export function u48(value: number): Buffer {
  const buffer = Buffer.alloc(6);
  buffer.writeUIntBE(value, 0, 6);
  return buffer;
}

export interface ResourceRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: Buffer;
}

export function encodeRecord({ name, type, class: klass, ttl, data }: ResourceRecord): Buffer {
  return Buffer.concat([encodeName(name), u16(type, klass), u32(ttl), u16(data.length), data]);
}

/** RFC 1035 section 3.3.14: strings of at most 255 bytes each. */
export function encodeTxt(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 255) {
    const piece = bytes.subarray(at, at + 255);
    parts.push(Buffer.of(piece.length), piece);
  }
  return Buffer.concat(parts);
}

export interface Answer {
  readonly id: number;
  readonly rcode: number;
  /** The last record of the message and where it begins, which is where TSIG stands (RFC 8945 section 5.1). */
  readonly last: (ResourceRecord & { readonly start: number }) | undefined;
}

/** @throws RangeError for what is no DNS message */
export function readAnswer(message: Buffer): Answer {
  if (message.length < HEADER_BYTES) throw new RangeError('the answer is too short');
  const id = message.readUInt16BE(0);
  const rcode = message.readUInt16BE(2) & 0xf;
  const questions = message.readUInt16BE(4);
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let at = HEADER_BYTES;
  for (let index = 0; index < questions; index++) at = readName(message, at).end + 4;
  let last: Answer['last'];
  for (let index = 0; index < records; index++) {
    const start = at;
    const { name, end } = readName(message, at);
    const length = message.readUInt16BE(end + 8);
    const dataAt = end + 10;
    if (dataAt + length > message.length) throw new RangeError('the answer is cut off');
    last = {
      name,
      start,
      type: message.readUInt16BE(end),
      class: message.readUInt16BE(end + 2),
      ttl: message.readUInt32BE(end + 4),
      data: message.subarray(dataAt, dataAt + length),
    };
    at = dataAt + length;
  }
  return { id, rcode, last };
}

/** A name, compressed or not, and where the next thing begins. @throws RangeError */
export function readName(message: Buffer, from: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = from;
  let end: number | undefined;
  for (let steps = 0; steps < 128; steps++) {
    const length = message.readUInt8(at);
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
      continue;
    }
    if (at + 1 + length > message.length) throw new RangeError('a name is cut off');
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  throw new RangeError('a name has no end');
}
