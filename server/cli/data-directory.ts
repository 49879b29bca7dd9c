/** Where a server keeps everything, unless `--data` says otherwise. */
import { posix, win32 } from 'node:path';
import type { Terminal } from './terminal.ts';

/**
 * `$SNUG_DATA`, else the place that the system has for such things: `%APPDATA%\Snug` on Windows,
 * `~/Library/Application Support/Snug` on macOS, `$XDG_DATA_HOME/snug` or `~/.local/share/snug` elsewhere.
 */
export function defaultDataDirectory(terminal: Pick<Terminal, 'environment' | 'platform' | 'homeDirectory'>): string {
  const { environment, platform, homeDirectory } = terminal;
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
