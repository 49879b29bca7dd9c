import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isFresh } from '../../build/freshness.ts';

function project() {
  const folder = mkdtempSync(join(tmpdir(), 'snug-fresh-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const at = (path: string, seconds: number): string => {
    const full = join(folder, path);
    if (path.endsWith('.ts')) writeFileSync(full, '');
    utimesSync(full, seconds, seconds);
    return full;
  };
  mkdirSync(join(folder, 'pages'));
  const source = at('pages/one.ts', 100);
  const output = at('out.ts', 200);
  at('pages', 100);
  return { folder, source, output, at, pages: join(folder, 'pages') };
}

describe('what was built', () => {
  test('is good while nothing it was made from is newer', () => {
    const { output, pages } = project();
    expect(isFresh(output, [pages])).toBe(true);
  });

  test('is out of date after a source was changed, added or removed, or where it is missing', () => {
    const { folder, output, pages, at } = project();
    at('pages/one.ts', 300);
    at('pages', 100);
    expect(isFresh(output, [pages])).toBe(false);
    at('pages/one.ts', 100);
    at('pages', 300);
    expect(isFresh(output, [pages])).toBe(false);
    expect(isFresh(join(folder, 'missing'), [pages])).toBe(false);
  });

  test('does not miss a source that was never there', () => {
    const { folder, output } = project();
    expect(isFresh(output, [join(folder, 'missing')])).toBe(true);
  });
});
