/** The window is built from the contract and from nothing else of the server. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const RENDERER = join(ROOT, 'renderer');

const sources = readdirSync(RENDERER, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map(({ parentPath, name }) => join(parentPath, name));

test('of the server the renderer imports the types of contract.ts alone', () => {
  const foreign = sources.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/import (type )?[^;]*?from '(\.[^']+)'/g)].flatMap(
      ([, isType, specifier]) => {
        const target = relative(ROOT, resolve(path, '..', specifier ?? ''));
        if (target.startsWith('renderer/')) return [];
        return target === 'server/control/contract.ts' && isType !== undefined
          ? []
          : [`${relative(ROOT, path)}: ${target}`];
      },
    ),
  );
  expect(sources.length).toBeGreaterThan(20);
  expect(foreign).toEqual([]);
});
