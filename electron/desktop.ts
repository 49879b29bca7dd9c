/** The desktop app, put together: one server process, one tray icon, one window. */
import { APP_SCHEME, createAppProtocol } from './app-protocol.ts';
import { type Autostart, createAutostart } from './autostart.ts';
import { isHiddenStart } from './command-line.ts';
import { createDesktopLog, type DesktopLog } from './desktop-log.ts';
import { type AppFiles, appFiles, type DesktopPaths, desktopPaths } from './desktop-paths.ts';
import type { ElectronObjects } from './electron-objects.ts';
import { Memory } from './memory.ts';
import { Shell } from './shell.ts';
import type { System } from './system.ts';
import { texts } from './texts.ts';
import { hasTrayHost } from './tray-host.ts';
import { installGuards } from './window-guards.ts';

/** Windows groups windows and notifications by it, and the installers carry the same. */
const APP_ID = 'im.snug.Snug';

/** What every part of the shell is made from. */
export interface Desktop {
  readonly electron: ElectronObjects;
  readonly system: System;
  readonly paths: DesktopPaths;
  readonly files: AppFiles;
  readonly autostart: Autostart;
  readonly memory: Memory;
  readonly log: DesktopLog;
}

/** Starts the app, unless it runs already: then that one shows its window and this process ends. */
export function startDesktop(electron: ElectronObjects, system: System): void {
  const { app } = electron;
  const paths = desktopPaths(system);
  app.setName(texts.product);
  // The lock below belongs to this folder: two data directories are two servers.
  app.setPath('userData', paths.profile);
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  app.enableSandbox();
  if (system.platform === 'win32') app.setAppUserModelId(APP_ID);
  electron.protocol.registerSchemesAsPrivileged([APP_SCHEME]);
  const log = createDesktopLog(paths.log, () => system.clock.now());
  run(electron, system, paths, log).catch((error: unknown) => {
    log.error({ error: error instanceof Error ? error.stack : String(error) }, 'the desktop app could not start');
    app.exit(1);
  });
}

async function run(electron: ElectronObjects, system: System, paths: DesktopPaths, log: DesktopLog): Promise<void> {
  const { app } = electron;
  // Listened to from the beginning: the events can come before everything is there.
  const secondStarts: string[][] = [];
  let onSecondStart = (argv: string[]): void => {
    secondStarts.push(argv);
  };
  app.on('second-instance', (_event, argv) => onSecondStart(argv));
  await app.whenReady();

  installGuards(electron, log);
  const files = appFiles(app.getAppPath(), system.platform);
  electron.protocol.handle('app', createAppProtocol(files.renderer));
  // Copy and paste are in the menu or nowhere on macOS; elsewhere the window needs no menu bar.
  electron.Menu.setApplicationMenu(
    system.platform === 'darwin'
      ? electron.Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
  const autostart = createAutostart({
    app,
    platform: system.platform,
    environment: system.environment,
    homeDirectory: system.homeDirectory,
    command: app.isPackaged ? [system.execPath] : [system.execPath, app.getAppPath()],
  });
  const isHidden = isHiddenStart(system.argv) || startedByLoginItem(electron, system.platform);
  const shell = new Shell({ electron, system, paths, files, autostart, log, memory: new Memory(paths.memory) });
  onSecondStart = (argv) => shell.secondStart(isHiddenStart(argv));
  shell.start(isHidden);
  for (const argv of secondStarts) onSecondStart(argv);
  const hasTray = await hasTrayHost({
    platform: system.platform,
    run: system.runProgram,
    clock: system.clock,
    isPatient: isHidden,
  });
  log.info({ hasTray, isHidden }, 'desktop app started');
  if (hasTray) shell.showTray();
}

/** macOS starts login items without arguments, but says so. */
function startedByLoginItem({ app }: ElectronObjects, platform: NodeJS.Platform): boolean {
  return platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}
