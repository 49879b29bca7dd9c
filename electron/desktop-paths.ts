/** Where the shell finds its parts, and where it and the server keep things. */
import { posix, win32 } from 'node:path';
import type { ServerState } from '../server/control/contract.ts';

/** Parts of the app, below `app.getAppPath()`: the same in the source tree, in the archive and in tests. */
export interface AppFiles {
  readonly worker: string;
  readonly preload: string;
  readonly renderer: string;
  trayIcon(state: ServerState['kind']): string;
  readonly windowIcon: string;
}

export function appFiles(appPath: string, platform: NodeJS.Platform): AppFiles {
  const { join } = platform === 'win32' ? win32 : posix;
  const icons = join(appPath, 'build', 'icons');
  return {
    worker: join(appPath, '.vite', 'build', 'worker.cjs'),
    preload: join(appPath, '.vite', 'build', 'preload.cjs'),
    renderer: join(appPath, 'dist', 'renderer'),
    trayIcon: (state) => join(icons, 'tray', trayIconName(state, platform)),
    windowIcon: join(icons, 'window.png'),
  };
}

/** Windows takes the size it needs out of one file; macOS colours a template itself. */
function trayIconName(state: ServerState['kind'], platform: NodeJS.Platform): string {
  if (platform === 'win32') return `${state}.ico`;
  return platform === 'darwin' ? `${state}Template.png` : `${state}.png`;
}

export interface PathFacts {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
}

export interface DesktopPaths {
  /** The server's: the one that the `snug` command uses as well, so that both speak of the same server. */
  readonly dataDir: string;
  /** The server's database; without one nothing has been set up. */
  readonly database: string;
  /** Chromium's profile. The single-instance lock belongs to it, and so to the data directory. */
  readonly profile: string;
  readonly logs: string;
  readonly log: string;
  readonly memory: string;
}

/**
 * `$SNUG_DATA`, else `%APPDATA%\Snug` on Windows, `~/Library/Application Support/Snug` on macOS, `$XDG_DATA_HOME/snug`
 * or `~/.local/share/snug` elsewhere.
 */
export function desktopPaths(facts: PathFacts): DesktopPaths {
  const { join } = facts.platform === 'win32' ? win32 : posix;
  const dataDir = dataDirectory(facts);
  const profile = join(dataDir, 'desktop');
  const logs = join(dataDir, 'logs');
  return {
    dataDir,
    database: join(dataDir, 'snug.db'),
    profile,
    logs,
    log: join(logs, 'desktop.log'),
    memory: join(profile, 'remembered.json'),
  };
}

function dataDirectory({ platform, environment, homeDirectory }: PathFacts): string {
  if (environment.SNUG_DATA) return environment.SNUG_DATA;
  if (platform === 'win32') {
    return win32.join(environment.APPDATA || win32.join(homeDirectory, 'AppData', 'Roaming'), 'Snug');
  }
  if (platform === 'darwin') return posix.join(homeDirectory, 'Library', 'Application Support', 'Snug');
  const dataHome = environment.XDG_DATA_HOME;
  // The XDG Base Directory Specification: a path that is not absolute is invalid and must be ignored.
  const isUsable = dataHome !== undefined && posix.isAbsolute(dataHome);
  return posix.join(isUsable ? dataHome : posix.join(homeDirectory, '.local', 'share'), 'snug');
}
