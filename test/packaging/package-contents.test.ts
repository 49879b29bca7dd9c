/** What goes into the app and what does not. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isLeftOut, trimContents } from '../../build/package-contents.ts';

const SQLITE = '/node_modules/better-sqlite3';

test('bundles, window, pictures and better-sqlite3 go in, with the folders on the way to them', () => {
  const taken = [
    '',
    '/package.json',
    '/.vite',
    '/.vite/build',
    '/.vite/build/worker.cjs',
    '/build',
    '/build/icons',
    '/build/icons/window.png',
    '/build/icons/tray/running.png',
    '/dist',
    '/dist/renderer',
    '/dist/renderer/index.html',
    '/dist/renderer/assets/index.js',
    '/dist/chat/index.html.br',
    '/dist/chat/converse-14.0.0/converse.min.js',
    '/node_modules',
    SQLITE,
    `${SQLITE}/package.json`,
    `${SQLITE}/lib`,
    `${SQLITE}/lib/index.js`,
    `${SQLITE}/lib/methods`,
    `${SQLITE}/lib/methods/backup.js`,
    `${SQLITE}/prebuilds`,
    `${SQLITE}/prebuilds/linux-x64.node`,
  ];
  expect(taken.filter(isLeftOut)).toEqual([]);
});

test('sources, tests, other packages and what compiles better-sqlite3 stay out', () => {
  const left = [
    '/.git',
    '/.vite/renderer',
    '/.vite/build/worker.cjs.map',
    '/build/app-icon/snug.icns',
    '/build/icons/snug.svg',
    '/build/installers.ts',
    '/dist/renderer/assets/index.js.map',
    '/electron/main.ts',
    '/node_modules/better-sqlite3-extra',
    '/node_modules/zod',
    '/out',
    '/server/main.ts',
    '/test',
    `${SQLITE}/deps`,
    `${SQLITE}/src`,
    `${SQLITE}/build`,
    `${SQLITE}/lib/linux-x64.js`,
    `${SQLITE}/prebuilds/linuxmusl-x64.node`,
  ];
  expect(left.filter((path) => !isLeftOut(path))).toEqual([]);
});

function copiedApp(prebuilt: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'snug-contents-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, SQLITE, 'prebuilds'), { recursive: true });
  for (const name of prebuilt) writeFileSync(join(folder, SQLITE, 'prebuilds', name), '');
  writeFileSync(join(folder, 'package.json'), '{"name":"snug","main":"x.cjs","scripts":{},"devDependencies":{}}');
  return folder;
}

test("of better-sqlite3's compiled files the target's alone stays", async () => {
  const buildPath = copiedApp(['linux-x64.node', 'linux-arm64.node', 'darwin-x64.node', 'win32-x64.node']);
  await trimContents({ buildPath, platform: 'linux', arch: 'x64' });
  expect(readdirSync(join(buildPath, SQLITE, 'prebuilds'))).toEqual(['linux-x64.node']);
});

test('package.json keeps only what the app needs', async () => {
  const buildPath = copiedApp(['linux-x64.node']);
  await trimContents({ buildPath, platform: 'linux', arch: 'x64' });
  expect(JSON.parse(readFileSync(join(buildPath, 'package.json'), 'utf8'))).toEqual({ name: 'snug', main: 'x.cjs' });
});

test('a system for which better-sqlite3 brings nothing is refused before anything is removed', async () => {
  const buildPath = copiedApp(['linux-x64.node']);
  await expect(trimContents({ buildPath, platform: 'linux', arch: 'riscv64' })).rejects.toThrow('linux on riscv64');
  expect(existsSync(join(buildPath, SQLITE, 'prebuilds/linux-x64.node'))).toBe(true);
});
