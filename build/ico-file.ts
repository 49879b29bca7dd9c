/** Several sizes of one picture in one file, of which Windows takes the one that it needs. */

export interface IconSize {
  /** Width and height in pixels. */
  readonly side: number;
  readonly png: Buffer;
}

const ICO_HEADER_BYTES = 6;
const ICO_ENTRY_BYTES = 16;

/** Microsoft's ICO: a directory of entries, then the images (PNG since Windows Vista). @throws above 256 pixels */
export function packIco(sizes: readonly IconSize[]): Buffer {
  const header = Buffer.alloc(ICO_HEADER_BYTES);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(sizes.length, 4);
  let offset = ICO_HEADER_BYTES + ICO_ENTRY_BYTES * sizes.length;
  const entries = sizes.map(({ side, png }) => {
    if (side > 256) throw new Error(`An ICO file holds at most 256 pixels, not ${side}.`);
    const entry = Buffer.alloc(ICO_ENTRY_BYTES);
    // One byte each: 256 is written as 0.
    entry.writeUInt8(side % 256, 0);
    entry.writeUInt8(side % 256, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([header, ...entries, ...sizes.map(({ png }) => png)]);
}
