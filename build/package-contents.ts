/**
 * What of this folder goes into the app: the bundles, the window, the web chat, and the one package that cannot be bundled,
 * better-sqlite3, with the one compiled file that the target system needs. Everything else stays out.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const BETTER_SQLITE3 = '/node_modules/better-sqlite3';
/** Folders in which nothing is taken for itself, but something below them is. */
const ON_THE_WAY = [
  '',
  '/.vite',
  '/.vite/build',
  '/build',
  '/build/icons',
  '/dist',
  '/node_modules',
  BETTER_SQLITE3,
  `${BETTER_SQLITE3}/prebuilds`,
];
const FILES = [
  '/package.json',
  '/build/icons/window.png',
  `${BETTER_SQLITE3}/package.json`,
  `${BETTER_SQLITE3}/LICENSE`,
];
/** Taken as they are: the window, the web chat, and the pictures of the tray. */
const WHOLE_FOLDERS = /^\/(dist\/(renderer|chat)|build\/icons\/tray)(\/|$)/;
/** How better-sqlite3 finds its compiled file. `lib/linux-x64.js` and its like are for other bundlers. */
const BETTER_SQLITE3_CODE =
  /^\/node_modules\/better-sqlite3\/lib(\/(?!(darwin|linux|linuxmusl|win32)-)[\w-]+\.js|\/methods(\/[\w-]+\.js)?)?$/;
const BUNDLE = /^\/\.vite\/build\/[\w-]+\.cjs$/;
const PREBUILT = /^\/node_modules\/better-sqlite3\/prebuilds\/((?:darwin|linux|win32)-(?:x64|arm64))\.node$/;

/** Whether Forge leaves a file or folder out, before it knows the target; `path` begins with `/`, the project being ``. */
export function isLeftOut(path: string): boolean {
  if (ON_THE_WAY.includes(path) || FILES.includes(path)) return false;
  if (WHOLE_FOLDERS.test(path)) return path.endsWith('.map');
  return !(BUNDLE.test(path) || BETTER_SQLITE3_CODE.test(path) || PREBUILT.test(path));
}

/** What Electron reads of package.json, and what a bug report may ask for. */
const KEPT_FIELDS = ['name', 'productName', 'version', 'description', 'license', 'author', 'desktopName', 'main'];

/** A copied app for one target. A universal macOS app is made of two of these. */
export interface CopiedApp {
  readonly buildPath: string;
  /** As Node names them: `linux`, `darwin`, `win32`; `x64`, `arm64`. */
  readonly platform: string;
  readonly arch: string;
}

/** Removes the compiled files for other systems, and from package.json what concerns only its developers. */
export async function trimContents({ buildPath, platform, arch }: CopiedApp): Promise<void> {
  const prebuilds = join(buildPath, BETTER_SQLITE3, 'prebuilds');
  const needed = `${platform}-${arch}.node`;
  const names = await readdir(prebuilds);
  if (!names.includes(needed)) throw new Error(`better-sqlite3 brings no compiled file for ${platform} on ${arch}.`);
  for (const name of names) if (name !== needed) await rm(join(prebuilds, name));

  const description = join(buildPath, 'package.json');
  const fields: Record<string, unknown> = JSON.parse(await readFile(description, 'utf8'));
  const kept = Object.fromEntries(Object.entries(fields).filter(([field]) => KEPT_FIELDS.includes(field)));
  await writeFile(description, `${JSON.stringify(kept, null, 2)}\n`);
}
