import { describe, expect, test } from 'vitest';
import { der, derObjectIdentifier, readDer, readExtension, TAG } from '../../server/certificates/der.ts';

describe('writing DER', () => {
  test('an object identifier has the bytes of the published example', () => {
    // X.690 section 8.19.5: {2 999 3} is 06 03 88 37 03.
    expect(derObjectIdentifier('2.999.3').toString('hex')).toBe('0603883703');
    expect(derObjectIdentifier('1.3.6.1.5.5.7.8.5').toString('hex')).toBe('06082b06010505070805');
  });

  test('a length of 128 and more is written in the long form', () => {
    expect(der(TAG.octetString, Buffer.alloc(127)).subarray(0, 2).toString('hex')).toBe('047f');
    expect(der(TAG.octetString, Buffer.alloc(128)).subarray(0, 3).toString('hex')).toBe('048180');
    expect(der(TAG.octetString, Buffer.alloc(300)).subarray(0, 4).toString('hex')).toBe('0482012c');
  });
});

describe('reading DER', () => {
  test('what was written is read back, whatever its length', () => {
    for (const length of [0, 127, 128, 255, 256, 70_000]) {
      const values = readDer(
        Buffer.concat([der(TAG.octetString, Buffer.alloc(length, 7)), der(TAG.boolean, Buffer.of(255))]),
      );
      expect(values.map((value) => [value.tag, value.content.length])).toEqual([
        [TAG.octetString, length],
        [TAG.boolean, 1],
      ]);
    }
  });

  test.each([
    ['a value that is cut off', '0405aabb'],
    ['a missing length', '04'],
    ['an indefinite length', '3080020101'],
    ['a tag of more than one byte', '1f8101010000'],
    ['a length of five bytes', '04850000000001aa'],
  ])('%s is refused', (_what, hex) => {
    expect(() => readDer(Buffer.from(hex, 'hex'))).toThrow(RangeError);
  });

  test('bytes that are no certificate have no extensions', () => {
    expect(readExtension(der(TAG.sequence, der(TAG.sequence)), '2.5.29.17')).toBeUndefined();
    expect(readExtension(Buffer.alloc(0), '2.5.29.17')).toBeUndefined();
  });
});
