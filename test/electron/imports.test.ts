/** The shell knows nothing of XMPP, and only its two entries know Electron when they run (ARCHITECTURE.md, Layout). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../electron');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));

interface Import {
  readonly file: string;
  readonly isType: boolean;
  readonly from: string;
}

const imports: readonly Import[] = files.flatMap((file) =>
  [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/^import (type )?[^;]*?from '([^']+)';/gm)].map(
    ([, type, from = '']) => ({ file, isType: type !== undefined, from }),
  ),
);

describe('the imports of the shell', () => {
  test('lead to the contract alone, and there to types', () => {
    const ofServer = imports.filter(({ from }) => from.includes('/server/'));
    expect(ofServer.length).toBeGreaterThan(3);
    expect(ofServer.filter(({ from, isType }) => !isType || from !== '../server/control/contract.ts')).toEqual([]);
    expect(imports.filter(({ from }) => from.includes('renderer'))).toEqual([]);
  });

  test('of Electron itself are in the entries alone; everything else is handed its objects', () => {
    const running = imports.filter(({ from, isType }) => from === 'electron' && !isType).map(({ file }) => file);
    expect(running.sort()).toEqual(['main.ts', 'preload.ts']);
  });

  test('of the preload script are few enough for a sandbox', () => {
    const ofPreload = imports.filter(({ file, isType }) => file === 'preload.ts' && !isType).map(({ from }) => from);
    expect(ofPreload.sort()).toEqual(['./window-channels.ts', 'electron']);
  });
});
