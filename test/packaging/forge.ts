/** Runs Forge on a copy of this project, against a stand-in for Electron and without a network. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FakePlatform, writeFakeElectron } from './fake-electron.ts';

const ROOT = join(import.meta.dirname, '../..');
const FORGE = join(ROOT, 'node_modules/@electron-forge/cli/dist/electron-forge.js');
const NOT_COPIED = new Set(['node_modules', '.git', '.vite', 'out', 'dist', 'coverage', 'test', 'docs']);

export interface ProjectCopy {
  /** The copy's folder; Forge writes below `out/` in it. */
  readonly folder: string;
  /** Runs `electron-forge` there. @throws Error with what it printed */
  forge(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<void>;
  remove(): void;
}

export function copyProject(platforms: readonly FakePlatform[]): ProjectCopy {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'snug-packaging-')));
  const folder = join(parent, 'project');
  const zips = join(parent, 'electron');
  mkdirSync(folder);
  for (const name of readdirSync(ROOT)) {
    if (!NOT_COPIED.has(name)) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const platform of platforms) writeFakeElectron(zips, platform);
  return {
    folder,
    forge: async (args, environment = {}) => {
      const env = { ...process.env, CI: 'true', NODE_ENV: '', SNUG_ELECTRON_ZIPS: zips, ...environment };
      try {
        await promisify(execFile)(process.execPath, [FORGE, ...args], { cwd: folder, env, maxBuffer: 2 ** 24 });
      } catch (error) {
        const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
        throw new Error(`electron-forge ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
      }
    },
    remove: () => rmSync(parent, { recursive: true, force: true }),
  };
}
