/** `npm start` as a whole, where there is no desktop: one line of reason, then the server as from the `snug` command. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildWindow } from '../e2e/window/build-window.ts';
import { freshDataDirectory } from '../electron/desktop-in-test.ts';

const ROOT = join(import.meta.dirname, '../..');
describe('npm start', () => {
  test('runs the server in the terminal, says why, and ends with it', async () => {
    await buildWindow();
    const env: NodeJS.ProcessEnv = { ...process.env, SNUG_DATA: freshDataDirectory({ 'window.port': 0 }) };
    delete env.DISPLAY;
    delete env.WAYLAND_DISPLAY;
    const child = spawn(process.execPath, [join(ROOT, 'build/start.ts')], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    const lines: string[] = [];
    await new Promise<void>((resolve, reject) => {
      void exited.then((status) => reject(new Error(`it ended with ${status}: ${lines.join('\n')}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        lines.push(line);
        if (line.includes('To stop it press')) resolve();
      });
    });
    expect(lines[0]).toBe(
      'Starting without the desktop app, because this computer has no display; its window opens in a browser instead.',
    );
    expect(lines.some((line) => /Window\s+http:\/\/127\.0\.0\.1:\d+\/#token=/.test(line))).toBe(true);
    child.kill('SIGINT');
    expect(await exited).toBe(0);
  });
});
