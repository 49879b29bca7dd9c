/** `npm start`: the desktop app where there is Electron and a display, otherwise the same server in the terminal. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHAT_CONFIG, WINDOW_CONFIG } from './bundle-settings.ts';
import { fetchElectron } from './fetch-electron.ts';
import { isFresh } from './freshness.ts';
import { decideStart, headlessLine } from './start-decision.ts';
import { CHAT_SOURCES } from './web-chat/sources.ts';

const ROOT = join(import.meta.dirname, '..');
const ELECTRON = join(ROOT, 'node_modules', 'electron');
/** A desktop app that ends sooner with an error has not come up: a library is missing, as a rule. */
const COME_UP_MS = 5_000;

const words = process.argv.slice(2);
/** With --json the output is for a program, which expects the server's lines alone. */
const print = (text: string): void => {
  (words.includes('--json') ? process.stderr : process.stdout).write(text);
};

/** Where Electron's program lies; undefined when it was never fetched, or for another version. */
function electronProgram(): string | undefined {
  try {
    const read = (path: string): string => readFileSync(join(ELECTRON, path), 'utf8').trim();
    if (read('dist/version').replace(/^v/, '') !== electronVersion()) return undefined;
    const program = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(ELECTRON, 'dist'), read('path.txt'));
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

function electronVersion(): string {
  try {
    return JSON.parse(readFileSync(join(ELECTRON, 'package.json'), 'utf8')).version;
  } catch {
    return 'unknown';
  }
}

/** Why the desktop app does not run, as the end of a sentence; undefined after it has run. */
async function runDesktop(): Promise<string | undefined> {
  const decision = decideStart({
    platform: process.platform,
    environment: process.env,
    words,
    isRoot: process.getuid?.() === 0,
    isElectronThere: electronProgram() !== undefined,
  });
  if (decision.kind === 'headless') return decision.reason;
  if (decision.kind === 'fetch') {
    const script = join(ELECTRON, 'install.js');
    if (!existsSync(script)) return 'Electron is not installed';
    const fault = await fetchElectron({
      script,
      version: electronVersion(),
      environment: process.env,
      print,
      isTerminal: process.stdout.isTTY === true,
    });
    if (fault !== undefined) return fault;
  }
  const program = electronProgram();
  if (program === undefined) return 'Electron could not be installed';
  if (
    !build(
      'the app',
      '.vite/build/main.cjs',
      ['electron', 'server', 'renderer', 'package.json', ...CHAT_SOURCES],
      ['build/bundle.ts'],
    )
  )
    return 'the app could not be built';
  return await runElectron(program);
}

function runElectron(program: string): Promise<string | undefined> {
  const beganAt = performance.now();
  const child = spawn(program, [ROOT, ...words], { stdio: 'inherit' });
  // Ctrl+C reaches the app by itself; we only wait for its end.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`Electron could not be started (${error.message})`));
    child.once('exit', (status, signal) => {
      if (status !== 0 && signal === null && performance.now() - beganAt < COME_UP_MS) {
        for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(name);
        resolve(`Electron could not be started (it ended with status ${status})`);
        return;
      }
      process.exitCode = status ?? 1;
      resolve(undefined);
    });
  });
}

/** Builds what is missing or older than its sources. */
function build(what: string, output: string, sources: readonly string[], command: readonly string[]): boolean {
  if (
    isFresh(
      join(ROOT, output),
      sources.map((source) => join(ROOT, source)),
    )
  )
    return true;
  print(`Building ${what} …\n`);
  return spawnSync(process.execPath, [...command], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

function vite(config: string): readonly string[] {
  return ['node_modules/vite/bin/vite.js', 'build', '--config', config, '--logLevel', 'error'];
}

/** In this very process, so that signals and exit status are the server's own. */
async function runHeadless(reason: string): Promise<void> {
  print(headlessLine(reason));
  // Where they cannot be built, the server's pages say so; the server needs none.
  build('the window', 'dist/renderer/index.html', ['renderer', 'server/control/contract.ts'], vite(WINDOW_CONFIG));
  build('the web chat', 'dist/chat/index.html', CHAT_SOURCES, vite(CHAT_CONFIG));
  const cli = join(ROOT, 'server', 'cli.ts');
  process.argv = [process.execPath, cli, 'serve', ...words.filter((word) => word !== '--hidden')];
  await import('../server/cli.ts');
}

const reason = await runDesktop();
if (reason !== undefined) await runHeadless(reason);
