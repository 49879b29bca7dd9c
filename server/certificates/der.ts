/**
 * The few lines of ASN.1 DER (X.690) that certificates need here and that Node does not offer: writing the two
 * extensions whose name forms @peculiar/x509 has no words for, and reading extensions back out of a certificate.
 */

/** Universal tags (X.690 section 8) and the context tags [n] of RFC 5280's GeneralName. */
export const TAG = {
  boolean: 0x01,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  ia5String: 0x16,
  sequence: 0x30,
  constructed: (n: number) => 0xa0 | n,
  primitive: (n: number) => 0x80 | n,
} as const;

export interface DerValue {
  readonly tag: number;
  readonly content: Buffer;
}

/** One value: tag, definite length, contents one after the other. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), encodeLength(content.length), content]);
}

/** OBJECT IDENTIFIER from its dotted form, e.g. `1.3.6.1.5.5.7.8.5`. */
export function derObjectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...arcs] = dotted.split('.').map(Number);
  return der(TAG.objectIdentifier, Buffer.from([first * 40 + second, ...arcs].flatMap(encodeBase128)));
}

/**
 * The values that stand one after the other in `bytes`.
 * @throws RangeError when a length does not fit, or for forms that DER forbids in certificates (indefinite length,
 *   tags of more than one byte).
 */
export function readDer(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes.readUInt8(at);
    if ((tag & 0x1f) === 0x1f) throw new RangeError('a DER tag of more than one byte');
    let length = bytes.readUInt8(at + 1);
    let start = at + 2;
    if (length >= 0x80) {
      const lengthBytes = length & 0x7f;
      if (lengthBytes === 0 || lengthBytes > 4) throw new RangeError('a DER length that is not allowed');
      length = bytes.readUIntBE(start, lengthBytes);
      start += lengthBytes;
    }
    if (start + length > bytes.length) throw new RangeError('a DER value that is cut off');
    values.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return values;
}

/**
 * The value of one extension of a certificate (RFC 5280 section 4.1: the contents of extnValue), or undefined.
 * @throws RangeError when the certificate is not DER.
 */
export function readExtension(certificate: Buffer, dottedIdentifier: string): Buffer | undefined {
  const identifier = derObjectIdentifier(dottedIdentifier);
  const toBeSigned = readDer(readDer(certificate)[0]?.content ?? Buffer.alloc(0))[0]?.content ?? Buffer.alloc(0);
  const extensions = readDer(toBeSigned).find((field) => field.tag === TAG.constructed(3));
  if (extensions === undefined) return undefined;
  for (const extension of readDer(readDer(extensions.content)[0]?.content ?? Buffer.alloc(0))) {
    const fields = readDer(extension.content);
    const name = fields[0];
    if (name === undefined || !der(name.tag, name.content).equals(identifier)) continue;
    return fields.find((field) => field.tag === TAG.octetString)?.content;
  }
  return undefined;
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function encodeBase128(arc: number): number[] {
  const bytes = [arc % 128];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | (rest % 128));
  return bytes;
}
