/** The real shell on a double of Electron and of the computer around it, with a data directory of its own. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { type Clock, systemClock } from '../../electron/clock.ts';
import { startDesktop } from '../../electron/desktop.ts';
import type { System } from '../../electron/system.ts';
import { SingleInstance } from './double/app.ts';
import { createElectronDouble, type ElectronDouble } from './double/electron.ts';
import type { PageInNode, PageLoader } from './double/page.ts';

export interface DesktopOptions {
  readonly appPath: string;
  readonly argv?: readonly string[];
  readonly platform?: NodeJS.Platform;
  readonly hasTrayHost?: boolean;
  readonly clock?: Clock;
  readonly pages?: PageLoader;
  /** For the server; the ports are free ones on loopback. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The directory of another one in the same test. */
  readonly dataDir?: string;
  readonly singleInstance?: SingleInstance;
  /** A directory in which nothing was set up is given nothing: not even settings. */
  readonly isSetUp?: boolean;
}

export interface DesktopInTest extends ElectronDouble {
  readonly dataDir: string;
  readonly homeDirectory: string;
  /** The first row of the tray's menu. */
  headline(): string;
  tray(): ElectronDouble['trays'][number];
  page(): PageInNode;
  /** Presses Ctrl+C in the terminal. */
  interrupt(): void;
  logLines(): readonly Record<string, unknown>[];
}

/** Long for a machine that does much else meanwhile; nothing waits that long when all is well. */
export const PATIENTLY = { timeout: 15_000, interval: 20 } as const;

/** A directory in which a server was set up before, as far as the shell can see. */
export function freshDataDirectory(settings: Readonly<Record<string, unknown>> = {}): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'snug-desktop-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const quiet = {
    'listen.address': '127.0.0.1',
    'c2s.port': 0,
    'c2s.directTlsPort': 0,
    'web.port': 0,
    'proxy.port': 0,
    'lan.mdns': false,
  };
  writeFileSync(join(dataDir, 'settings.json'), JSON.stringify({ ...quiet, ...settings }));
  return dataDir;
}

export async function startInTest(options: DesktopOptions): Promise<DesktopInTest> {
  const dataDir = options.dataDir ?? freshDataDirectory(options.settings);
  const homeDirectory = mkdtempSync(join(tmpdir(), 'snug-home-'));
  onTestFinished(() => rmSync(homeDirectory, { recursive: true, force: true }));
  const double = createElectronDouble({
    appPath: options.appPath,
    singleInstance: options.singleInstance ?? new SingleInstance(),
    ...(options.pages === undefined ? {} : { pages: options.pages }),
  });
  onTestFinished(() => double.processes.killAll());
  let interrupt = (): void => undefined;
  const argv = ['electron', ...(options.argv ?? [])];
  double.app.argv = argv;
  const system: System = {
    platform: options.platform ?? 'linux',
    environment: { ...process.env, SNUG_DATA: dataDir, XDG_CONFIG_HOME: undefined },
    homeDirectory,
    argv,
    execPath: '/opt/Snug/snug',
    clock: options.clock ?? systemClock,
    random: () => 0.5,
    runProgram: () => Promise.resolve(`(<${options.hasTrayHost ?? true}>,)`),
    fileExists: (path) => (options.isSetUp === false ? existsSync(path) : true),
    killProcess: (pid) => process.kill(pid, 'SIGKILL'),
    onEndSignal: (listener) => {
      interrupt = listener;
    },
  };
  startDesktop(double.electron, system);
  if (options.hasTrayHost !== false && system.platform === 'linux') {
    await vi.waitFor(() => {
      if (double.trays.length === 0) throw new Error('there is no tray icon');
    }, PATIENTLY);
  }
  return {
    ...double,
    dataDir,
    homeDirectory,
    tray: () => last(double.trays, 'tray icon'),
    headline: () => last(double.trays, 'tray icon').rows[0] ?? '',
    page: () => last(double.pages, 'page'),
    interrupt: () => interrupt(),
    logLines: () =>
      readFileSync(join(dataDir, 'logs', 'desktop.log'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  };
}

function last<Value>(values: readonly Value[], name: string): Value {
  const value = values.at(-1);
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}
