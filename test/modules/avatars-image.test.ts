import { expect, test } from 'vitest';
import { sniffImage } from '../../server/modules/avatars/image.ts';

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

test.each([
  ['PNG', bytes(PNG, [0, 0, 0, 13], 'IHDR', [0, 0, 0, 64, 0, 0, 0, 48]), 'image/png'],
  ['GIF', bytes('GIF89a', [64, 0, 48, 0]), 'image/gif'],
  [
    'JPEG, whose frame comes after other segments',
    bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc4, 0, 2, 0xff, 0xc2, 0, 17, 8, 0, 48, 0, 64, 3]),
    'image/jpeg',
  ],
  ['WebP, lossy', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', new Array(10).fill(0), [64, 0, 48, 0]), 'image/webp'],
  [
    'WebP, lossless',
    bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0, 0x2f, 63, 0xc0, 11, 0], new Array(8).fill(0)),
    'image/webp',
  ],
  ['WebP, extended', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', new Array(8).fill(0), [63, 0, 0, 47, 0, 0]), 'image/webp'],
] as const)('a %s is known by its bytes, and its size', (_, picture, type) => {
  expect(sniffImage(picture)).toEqual({ type, size: { width: 64, height: 48 } });
});

test.each([
  ['PNG', bytes(PNG, [0, 0])],
  ['GIF', bytes('GIF87a', [64])],
  ['JPEG', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 1, 0, 0, 0, 0, 0, 0])],
  ['JPEG', bytes([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0, 0, 0, 0, 0, 0])],
  ['WebP', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ')],
  ['WebP', bytes('RIFF', [0, 0, 0, 0], 'WEBPNEW ', new Array(20).fill(0))],
] as const)('a %s that is cut short has no size', (_, picture) => {
  expect(sniffImage(picture)).toMatchObject({ size: undefined });
});

test.each(['', '<svg/>', 'MZ', '\xff\xd8'])('%j is no picture', (text) => {
  expect(sniffImage(bytes(text))).toBeUndefined();
});
