/** The tray's pictures as they are in the repository. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../build/icons');
const STATES = ['needs-setup', 'starting', 'running', 'running-with-problem', 'stopped', 'failed'] as const;
const SIGNATURE = '89504e470d0a1a0a';

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, opacity of each pixel. */
  readonly pixels: readonly (readonly [number, number, number, number])[];
}

/** PNG as rsvg-convert writes it: eight bits, RGBA or grey with opacity, not interlaced (PNG specification, 3rd edition). */
function readPng(bytes: Buffer): Picture {
  expect(bytes.subarray(0, 8).toString('hex')).toBe(SIGNATURE);
  const chunks = new Map<string, Buffer[]>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    chunks.set(type, [...(chunks.get(type) ?? []), bytes.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  const [head = Buffer.alloc(13)] = chunks.get('IHDR') ?? [];
  const [width, height, depth, colour, interlace] = [
    head.readUInt32BE(0),
    head.readUInt32BE(4),
    head[8],
    head[9],
    head[12],
  ];
  const channels = colour === 6 ? 4 : 2;
  expect([depth, [4, 6].includes(colour ?? 0), interlace]).toEqual([8, true, 0]);
  const raw = unfilter(inflateSync(Buffer.concat(chunks.get('IDAT') ?? [])), width * channels, channels);
  const pixels = Array.from({ length: width * height }, (_, index) => {
    const at = (channel: number): number => raw[index * channels + channel] ?? 0;
    return (channels === 4 ? [at(0), at(1), at(2), at(3)] : [at(0), at(0), at(0), at(1)]) as [
      number,
      number,
      number,
      number,
    ];
  });
  return { width, height, pixels };
}

/** Section 9: each line begins with how its bytes were predicted from their left and upper neighbours. */
function unfilter(data: Buffer, lineBytes: number, pixelBytes: number): Buffer {
  const lines = data.length / (lineBytes + 1);
  const out = Buffer.alloc(lines * lineBytes);
  const at = (line: number, index: number): number =>
    line < 0 || index < 0 ? 0 : (out[line * lineBytes + index] ?? 0);
  for (let line = 0; line < lines; line++) {
    const filter = data[line * (lineBytes + 1)] ?? 0;
    for (let index = 0; index < lineBytes; index++) {
      const left = at(line, index - pixelBytes);
      const up = at(line - 1, index);
      const corner = index < pixelBytes ? 0 : at(line - 1, index - pixelBytes);
      const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[line * lineBytes + index] = ((data[line * (lineBytes + 1) + 1 + index] ?? 0) + predicted) & 0xff;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [byLeft, byUp, byCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

const read = (path: string): Picture => readPng(readFileSync(join(FOLDER, path)));

describe('the tray’s pictures', () => {
  test.each(STATES)('%s has the sizes that the systems want', (state) => {
    const side = (path: string): number => {
      const { width, height } = read(`tray/${path}.png`);
      expect(width).toBe(height);
      return width;
    };
    expect([side(state), side(`${state}@2x`)]).toEqual([24, 48]);
    expect([side(`${state}Template`), side(`${state}Template@2x`)]).toEqual([18, 36]);
    const ico = readFileSync(join(FOLDER, `tray/${state}.ico`));
    const sides = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
      const entry = 6 + 16 * index;
      const png = ico.subarray(
        ico.readUInt32LE(entry + 12),
        ico.readUInt32LE(entry + 12) + ico.readUInt32LE(entry + 8),
      );
      expect(readPng(png).width).toBe(ico[entry]);
      return ico[entry];
    });
    expect(sides).toEqual([16, 20, 24, 32, 48]);
  });

  test.each(STATES)('%s is, for macOS, black of varying opacity and nothing else', (state) => {
    const { pixels } = read(`tray/${state}Template@2x.png`);
    const visible = pixels.filter(([, , , opacity]) => opacity > 0);
    expect(visible.filter(([red, green, blue]) => red + green + blue > 0)).toEqual([]);
    expect(visible.length).toBeGreaterThan(200);
  });

  test('differ in shape, so that nobody has to know a colour', () => {
    const shapes = STATES.map((state) => read(`tray/${state}Template.png`).pixels.map(([, , , opacity]) => opacity));
    const tooAlike: string[] = [];
    for (const [index, shape] of shapes.entries()) {
      for (const [other, otherShape] of shapes.entries()) {
        if (other <= index) continue;
        // A pixel counts when it is there in one and not in the other.
        const different = shape.filter((opacity, at) => Math.abs(opacity - (otherShape[at] ?? 0)) > 96).length;
        if (different < 10) tooAlike.push(`${STATES[index]} and ${STATES[other]}: ${different}`);
      }
    }
    expect(tooAlike).toEqual([]);
  });
});
