/**
 * The real Electron with the real app, driven by Playwright: what no double can show. It runs where Electron’s program
 * is there, with a display, after `npm run build`; an app that was packaged is named by SNUG_APP.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { freshDataDirectory, PATIENTLY } from '../desktop-in-test.ts';

const ROOT = join(import.meta.dirname, '../../..');

interface Target {
  readonly executablePath: string;
  readonly args: readonly string[];
}

/** What to start, or why nothing can be. */
function findTarget(): Target | string {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return 'there is no display';
  }
  const packaged = process.env.SNUG_APP;
  const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  if (packaged !== undefined) return { executablePath: packaged, args: sandbox };
  const name = join(ROOT, 'node_modules/electron/path.txt');
  if (!existsSync(name)) return 'Electron’s program has not been fetched; npm start does that where it can';
  if (!existsSync(join(ROOT, '.vite/build/main.cjs'))) return 'the app has not been built: npm run build';
  const program = join(ROOT, 'node_modules/electron/dist', readFileSync(name, 'utf8'));
  return { executablePath: program, args: [...sandbox, ROOT] };
}

const target = findTarget();

describe('the real shell', () => {
  test('starts the server, shows the window, and leaves nothing behind', async ({ skip }) => {
    if (typeof target === 'string') {
      skip(target);
      return;
    }
    const dataDir = freshDataDirectory();
    const app = await _electron.launch({
      executablePath: target.executablePath,
      args: [...target.args],
      env: { ...definedOnly(process.env), SNUG_DATA: dataDir },
    });
    onTestFinished(() => {
      app.process().kill('SIGKILL');
    });
    const page = await app.firstWindow();
    expect(page.url()).toBe('app://snug/index.html');
    expect(await page.evaluate('typeof require + typeof process')).toBe('undefinedundefined');
    expect(await page.evaluate('window.snug.serverState()')).toEqual({ kind: 'needs-setup' });
    // The account of the first start is told in a dialog that only a person could close.
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false });
    });
    await page.evaluate('window.snug.startServer()');
    await vi.waitFor(async () => {
      expect(await page.evaluate('window.snug.serverState()')).toMatchObject({ kind: 'running' });
    }, PATIENTLY);
    await page.locator('[role=status][aria-label=Server][data-kind=running]').waitFor();
    const exited = new Promise((resolve) => app.process().once('exit', resolve));
    await app.evaluate(({ app: electronApp }) => electronApp.quit()).catch(() => undefined);
    expect(await exited).toBe(0);
  });
});

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
