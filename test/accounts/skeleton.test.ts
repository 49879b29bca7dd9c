/** UTS #39: names that look alike, and scripts that are mixed in one. */
import { describe, expect, test } from 'vitest';
import { isOfOneScript } from '../../server/accounts/script-mix.ts';
import { skeletonOf } from '../../server/accounts/skeleton.ts';

describe('skeletons (section 4)', () => {
  test.each([
    ['paypal', 'рауpаl'],
    ['coco', 'сосо'],
    ['romeo', 'rorneo'],
    ['anna1', 'annal'],
    ['bob', 'b0b'],
    ['ivan', 'іvan'],
    ['o', 'ο'],
    ['müller', 'müller'.normalize('NFD')],
  ])('%s looks like %s', (one, other) => {
    expect(skeletonOf(one)).toBe(skeletonOf(other));
  });

  test.each([
    ['anna', 'hanna'],
    ['muller', 'müller'],
    ['иван', 'ivan'],
    ['田中', '田申'],
    ['ann.a', 'anna'],
  ])('%s does not look like %s', (one, other) => {
    expect(skeletonOf(one)).not.toBe(skeletonOf(other));
  });

  test('a skeleton is its own skeleton', () => {
    for (const name of ['romeo', 'рауpаl', 'b0b-1', 'ελένη', 'ämilie', 'मीरा', 'שרה'])
      expect(skeletonOf(skeletonOf(name))).toBe(skeletonOf(name));
  });
});

describe('scripts (section 5.2, highly restrictive)', () => {
  test.each([
    'romeo',
    'o.k_2-go',
    'müller',
    'иван',
    'ελένη',
    '田中さん',
    'tanaka田中',
    '김민수',
    'lee李',
    'मीरा',
    'שרה',
    'محمد',
  ])('%s is a name that somebody can have', (name) => expect(isOfOneScript(name)).toBe(true));

  test.each(['рауpal', 'αnna', 'ελενa', 'анnа', 'annaא', 'さんя', 'anna٣'])('%s is mixed', (name) =>
    expect(isOfOneScript(name)).toBe(false),
  );
});
