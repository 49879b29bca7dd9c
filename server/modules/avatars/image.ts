/** What the first bytes of a picture tell: its type, whatever somebody calls it (XEP-0153 section 5), and its size. */

export interface ImageKind {
  /** Media type. */
  readonly type: 'image/gif' | 'image/jpeg' | 'image/png' | 'image/webp';
  /** In pixels; undefined when the header does not tell. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const SOI = 0xffd8;

/** Undefined for what is no picture that clients can show. */
export function sniffImage(bytes: Buffer): ImageKind | undefined {
  if (bytes.subarray(0, 8).equals(PNG)) return { type: 'image/png', size: pngSize(bytes) };
  const start = bytes.toString('latin1', 0, 6);
  if (start === 'GIF87a' || start === 'GIF89a') return { type: 'image/gif', size: gifSize(bytes) };
  if (bytes.length > 3 && bytes.readUInt16BE(0) === SOI && bytes[2] === 0xff) {
    return { type: 'image/jpeg', size: jpegSize(bytes) };
  }
  if (start.startsWith('RIFF') && bytes.toString('latin1', 8, 12) === 'WEBP') {
    return { type: 'image/webp', size: webpSize(bytes) };
  }
  return undefined;
}

/** The header chunk comes first (PNG specification, section 11.2.1). */
function pngSize(bytes: Buffer): ImageKind['size'] {
  if (bytes.length < 24 || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

function gifSize(bytes: Buffer): ImageKind['size'] {
  if (bytes.length < 10) return undefined;
  return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** Segments follow each other, each with its length, until one begins a frame (ITU-T T.81 annex B). */
function jpegSize(bytes: Buffer): ImageKind['size'] {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++; // fill bytes may stand before a marker
      continue;
    }
    // C4, C8 and CC are no frames though they lie between them.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}

/** RFC 9649 sections 2.5 to 2.7: three kinds of first chunk, each with the size in its own place. */
function webpSize(bytes: Buffer): ImageKind['size'] {
  if (bytes.length < 30) return undefined;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    default:
      return undefined;
  }
}
