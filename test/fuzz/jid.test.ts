/** Whatever a stranger sends as an address: preparation never throws, settles at once and lets nothing slip through. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prepareDomainpart } from '../../server/jid/domainpart.ts';
import { parseJid } from '../../server/jid/jid.ts';
import { prepareLocalpart, prepareResourcepart } from '../../server/jid/precis.ts';

const RUNS = { numRuns: 3000 };
const MAX_PART_BYTES = 1023;

/** Ranges in which the rules have something to say; anything from all of Unicode is mixed in besides. */
const RANGES: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0x61, 0x7a],
  [0xa0, 0x17f],
  [0x300, 0x3ff],
  [0x591, 0x5f4],
  [0x600, 0x6ff],
  [0x710, 0x74a],
  [0x900, 0x97f],
  [0x1100, 0x11ff],
  [0x13a0, 0x13ff],
  [0x1e00, 0x1fff],
  [0x2000, 0x206f],
  [0x2100, 0x218b],
  [0x3000, 0x30ff],
  [0xac00, 0xac40],
  [0xd800, 0xdfff],
  [0xfb00, 0xfdff],
  [0xfe00, 0xffff],
  [0x10800, 0x10fff],
  [0x1d100, 0x1d7ff],
  [0x1e900, 0x1e95f],
  [0x1f300, 0x1f6ff],
  [0xe0000, 0xe01ef],
];

const point = fc.oneof(
  ...RANGES.map(([min, max]) => fc.integer({ min, max }).map((code) => String.fromCodePoint(code))),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  fc.constantFrom('@', '/', '.', '-', 'xn--', '\u200C', '\u200D', '\u00B7', '\u30FB', '[', ']', ':', '%25'),
);

/** Half of them stay within one range, as words do; otherwise hardly any would be valid. */
const word = fc
  .constantFrom(...RANGES)
  .chain(([min, max]) =>
    fc
      .array(fc.integer({ min, max }), { minLength: 1, maxLength: 8 })
      .map((codes) => codes.map((code) => String.fromCodePoint(code)).join('')),
  );
const text = fc.oneof(
  fc.array(point, { maxLength: 12 }).map((points) => points.join('')),
  word,
);
const address = fc.oneof(
  text,
  fc.tuple(text, text, text).map(([local, domain, resource]) => `${local}@${domain}/${resource}`),
  fc.tuple(word, word).map(([local, resource]) => `${local}@example.com/${resource}`),
  fc.string({ unit: 'binary', maxLength: 5000 }),
);

describe('any text as an address', () => {
  test('is a JID whose canonical form is the same JID, or none', () => {
    fc.assert(
      fc.property(address, (any) => {
        const jid = parseJid(any);
        if (jid === undefined) return;
        expect(parseJid(jid.full)).toEqual(jid);
        expect(parseJid(jid.bare)?.full).toBe(jid.bare);
      }),
      RUNS,
    );
  });

  test('gives parts within their limits that join to the whole', () => {
    fc.assert(
      fc.property(address, (any) => {
        const jid = parseJid(any);
        if (jid === undefined) return;
        for (const part of [jid.local, jid.domain, jid.resource]) {
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(MAX_PART_BYTES);
          expect(part.isWellFormed()).toBe(true);
          expect(part.normalize('NFC')).toBe(part);
        }
        expect(jid.domain).not.toBe('');
        const bare = jid.local === '' ? jid.domain : `${jid.local}@${jid.domain}`;
        expect(jid.full).toBe(jid.resource === '' ? bare : `${bare}/${jid.resource}`);
      }),
      RUNS,
    );
  });
});

test('a prepared localpart has no excluded characters, spaces, capitals or ignorable code points, and stays as it is', () => {
  fc.assert(
    fc.property(text, (any) => {
      const localpart = prepareLocalpart(any);
      if (localpart === undefined) return;
      expect(localpart).not.toMatch(/["&'/:<>@\p{Z}\p{Lt}\p{Cc}\p{Cn}\p{Co}\p{Cs}]/u);
      expect(localpart.replace(/[\u200C\u200D]/g, '')).not.toMatch(/\p{Default_Ignorable_Code_Point}/u);
      expect(localpart.toLowerCase()).toBe(localpart);
      expect(prepareLocalpart(localpart)).toBe(localpart);
    }),
    RUNS,
  );
});

test('a prepared resourcepart has no controls and no space but the ASCII one, and stays as it is', () => {
  fc.assert(
    fc.property(text, (any) => {
      const resourcepart = prepareResourcepart(any);
      if (resourcepart === undefined) return;
      expect(resourcepart.replace(/[ \u200C\u200D]/g, '')).not.toMatch(/[\p{Z}\p{C}]/u);
      expect(resourcepart.startsWith(' ')).toBe(false);
      expect(prepareResourcepart(resourcepart)).toBe(resourcepart);
    }),
    RUNS,
  );
});

test('a prepared domainpart separates nothing else, has no A-labels and stays as it is', () => {
  fc.assert(
    fc.property(text, (any) => {
      const domainpart = prepareDomainpart(any);
      if (domainpart === undefined) return;
      expect(domainpart).not.toMatch(/[@/\p{Z}A-Z_]/u);
      expect(domainpart).not.toMatch(/(?:^|\.)xn--|\.$/);
      expect(prepareDomainpart(domainpart)).toBe(domainpart);
    }),
    RUNS,
  );
});
