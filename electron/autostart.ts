/** “Start at login”: off until somebody switches it on, and always told as the system has it, not as we remember it. */

import { type DesktopFileFacts, isDesktopFileOn, removeDesktopFile, writeDesktopFile } from './autostart-file.ts';
import { HIDDEN_FLAG } from './command-line.ts';
import type { ElectronObjects } from './electron-objects.ts';

export interface Autostart {
  /** False where only the system's own settings can do it. */
  readonly isPossible: boolean;
  isOn(): boolean;
  /** Answers with what the system says afterwards. @throws when the system does not allow it */
  set(on: boolean): boolean;
}

export interface AutostartOptions extends DesktopFileFacts {
  readonly app: Pick<ElectronObjects['app'], 'getLoginItemSettings' | 'setLoginItemSettings'>;
  readonly platform: NodeJS.Platform;
}

export function createAutostart(options: AutostartOptions): Autostart {
  const { platform, environment, app } = options;
  if (platform === 'win32' || platform === 'darwin') return systemLoginItem(app, platform, options.command);
  // Inside Flatpak and Snap the autostart folder is not the desktop's.
  if (environment.FLATPAK_ID !== undefined || environment.SNAP !== undefined) return impossible;
  return {
    isPossible: true,
    isOn: () => isDesktopFileOn(options),
    set: (on) => {
      if (on) writeDesktopFile(options);
      else removeDesktopFile(options);
      return isDesktopFileOn(options);
    },
  };
}

function systemLoginItem(
  app: AutostartOptions['app'],
  platform: 'win32' | 'darwin',
  command: readonly string[],
): Autostart {
  const [path = '', ...words] = command;
  // Windows tells entries apart by their arguments; macOS starts the app as it is.
  const entry = platform === 'win32' ? { path, args: [...words, HIDDEN_FLAG] } : {};
  const isOn = (): boolean => {
    const settings = app.getLoginItemSettings(entry);
    // Windows: Task Manager can switch an entry off that is still there.
    return settings.openAtLogin && (platform !== 'win32' || settings.executableWillLaunchAtLogin);
  };
  return {
    isPossible: true,
    isOn,
    set: (on) => {
      app.setLoginItemSettings({ ...entry, openAtLogin: on, ...(platform === 'win32' ? { enabled: on } : {}) });
      return isOn();
    },
  };
}

const impossible: Autostart = { isPossible: false, isOn: () => false, set: () => false };
