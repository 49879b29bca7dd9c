/** Writes zip archives, as Electron is handed out in, without a program that not every machine has. */
import { crc32 } from 'node:zlib';

export interface ZipEntry {
  /** Path in the archive; one that ends in `/` is a folder. */
  readonly path: string;
  readonly content: Buffer;
  readonly isExecutable?: boolean;
}

const UNIX = 3 << 8;
/** 1 January 1980, the first day that a zip can name. */
const DATE = 0x21;

/** The entries, uncompressed: APPNOTE 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end). */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content, isExecutable = false } of entries) {
    const name = Buffer.from(path);
    const sum = crc32(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(10, 4);
    local.writeUInt16LE(DATE, 12);
    local.writeUInt32LE(sum, 14);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(content.length, 22);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(UNIX | 10, 4);
    local.copy(central, 6, 4, 30);
    central.writeUInt32LE(unixMode(path, isExecutable) * 0x10000, 38);
    central.writeUInt32LE(offset, 42);
    parts.push(local, name, content);
    directory.push(central, name);
    offset += local.length + name.length + content.length;
  }
  const size = directory.reduce((total, part) => total + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

function unixMode(path: string, isExecutable: boolean): number {
  if (path.endsWith('/')) return 0o040755;
  return isExecutable ? 0o100755 : 0o100644;
}
