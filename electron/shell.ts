/** What happens when: the server's states to tray, window and notifications; people's wishes to the server. */
import type { ServerState, Status, WorkerReady } from '../server/control/contract.ts';
import type { Desktop } from './desktop.ts';
import { createNotifications, type Notify } from './notifications.ts';
import { askForFirstStart, askHowToClose, showFirstAccount } from './questions.ts';
import type { ServerPhase } from './server-phase.ts';
import { ServerProcess } from './server-process.ts';
import { serverState } from './server-state.ts';
import { SettingsWindow } from './settings-window.ts';
import { texts } from './texts.ts';
import { TrayView } from './tray.ts';
import { type TrayAction, type TrayModel, trayModel } from './tray-model.ts';
import { answerWindowCalls } from './window-calls.ts';
import { channels } from './window-channels.ts';
import { createWorkerFork } from './worker-process.ts';

export class Shell {
  readonly #desktop: Desktop;
  readonly #server: ServerProcess;
  readonly #window: SettingsWindow;
  readonly #notify: Notify;
  #tray: TrayView | undefined;
  #address: string | undefined;
  /** The page has asked for a port while the server did not run. */
  #isPortWanted = false;
  /** The state that the page has been told. */
  #told = '';
  #isSettingUp = false;
  #quitting: Promise<void> | undefined;
  /** Everything has been ended; Electron may quit. */
  #mayQuit = false;

  constructor(desktop: Desktop) {
    const { electron, system, paths, files, memory, log } = desktop;
    this.#desktop = desktop;
    this.#notify = createNotifications(electron, () => this.#window.show());
    this.#server = new ServerProcess({
      fork: createWorkerFork({
        utilityProcess: electron.utilityProcess,
        path: files.worker,
        environment: system.environment,
        log,
        killProcess: (pid) => system.killProcess(pid),
      }),
      clock: system.clock,
      random: () => system.random(),
      log,
      dataDir: paths.dataDir,
      needsSetup: !system.fileExists(paths.database),
      onPhase: (phase) => this.#onPhase(phase),
      onReady: (ready, isRecovery) => this.#onReady(ready, isRecovery),
    });
    this.#window = new SettingsWindow({
      BrowserWindow: electron.BrowserWindow,
      preload: files.preload,
      icon: files.windowIcon,
      version: electron.app.getVersion(),
      hasDevTools: !electron.app.isPackaged,
      memory,
      log,
      mayClose: () => this.#mayClose(),
      onOpened: () => this.#showInDock(true),
      onClosed: () => {
        this.#isPortWanted = false;
        this.#showInDock(false);
      },
      onSessionEnd: () => void this.quit(),
    });
  }

  /** Starts the server, and shows the window unless it is a silent start. */
  start(isHidden: boolean): void {
    this.#listen();
    const needsSetup = this.#server.phase.kind === 'needs-setup';
    if (!needsSetup) this.#server.start();
    if (isHidden) this.#showInDock(false);
    else this.#window.show();
    if (needsSetup && !isHidden) this.#setUp();
  }

  showTray(): void {
    if (this.#tray !== undefined || this.#quitting !== undefined) return;
    const { electron, files, system } = this.#desktop;
    const actions = this.#trayActions();
    this.#tray = new TrayView({
      electron,
      platform: system.platform,
      iconPath: (state) => files.trayIcon(state),
      model: this.#trayModel(),
      onAction: (action) => actions[action](),
    });
  }

  /** Somebody has started the app again: they look for the window. At login nobody does. */
  secondStart(isHidden: boolean): void {
    if (isHidden || this.#quitting !== undefined) return;
    this.#window.show();
    if (this.#server.phase.kind === 'needs-setup') this.#setUp();
  }

  /** Stops the server, which takes 5 s at most, and ends the app. */
  quit(): Promise<void> {
    this.#quitting ??= (async () => {
      this.#desktop.log.info({}, 'quitting');
      this.#window.destroy();
      await this.#server.stop('quit');
      this.#tray?.destroy();
      this.#mayQuit = true;
      this.#desktop.electron.app.quit();
    })();
    return this.#quitting;
  }

  #listen(): void {
    const { electron, system, log } = this.#desktop;
    const { app, powerMonitor } = electron;
    app.on('activate', () => this.secondStart(false));
    // Without a listener Electron would quit with the last window.
    app.on('window-all-closed', () => undefined);
    app.on('before-quit', (event) => {
      if (this.#mayQuit) return;
      event.preventDefault();
      void this.quit();
    });
    system.onEndSignal(() => void this.quit());
    powerMonitor.on('shutdown', () => void this.quit());
    powerMonitor.on('suspend', () => this.#server.suspend());
    powerMonitor.on('resume', () => this.#server.resume());
    answerWindowCalls(
      electron.ipcMain,
      {
        ownPageId: () => this.#window.contents?.id,
        connect: () => this.#connect(),
        copyText: (text) => electron.clipboard.writeText(text),
        openLogsFolder: () => this.#openLogs(),
        startServer: () => this.#server.start(),
        stopServer: () => this.#server.stop('paused'),
        restartServer: () => this.#server.restart(),
        serverState: () => this.#state(),
        getLoginItem: () => this.#desktop.autostart.isOn(),
        setLoginItem: (on) => this.#setLoginItem(on),
      },
      log,
    );
  }

  #onPhase(phase: ServerPhase): void {
    if (phase.kind === 'running') this.#address = phase.ready.domain;
    this.#draw();
    if (phase.kind === 'failed') this.#notify(texts.failedTitle, phase.message);
  }

  #onReady(ready: WorkerReady, isRecovery: boolean): void {
    const { electron, log } = this.#desktop;
    if (this.#isPortWanted) this.#connect();
    if (isRecovery) this.#notify(texts.recoveredTitle, texts.recoveredBody);
    if (ready.firstAdmin !== undefined) {
      showFirstAccount(electron, ready.firstAdmin).catch((error: unknown) => {
        log.error({ error: String(error) }, 'the first account could not be shown');
      });
    }
  }

  /** Asks before the very first start, once at a time. */
  #setUp(): void {
    if (this.#isSettingUp) return;
    this.#isSettingUp = true;
    void askForFirstStart(this.#desktop.electron).then((wanted) => {
      this.#isSettingUp = false;
      if (wanted && this.#quitting === undefined) this.#server.start();
    });
  }

  /** Hands the page a port to the server: now, or as soon as it runs. */
  #connect(): void {
    const { contents } = this.#window;
    if (contents === undefined) return;
    const { port1, port2 } = new this.#desktop.electron.MessageChannelMain();
    this.#isPortWanted = !this.#server.connect(port1);
    if (this.#isPortWanted) {
      port1.close();
      port2.close();
    } else contents.postMessage(channels.port, null, [port2]);
  }

  #trayActions(): Readonly<Record<TrayAction, () => void>> {
    const { electron, autostart } = this.#desktop;
    return {
      'copy-address': () => void electron.clipboard.writeText(this.#address ?? ''),
      'finish-setup': () => this.#setUp(),
      invite: () => this.#window.show('invite'),
      open: () => this.#window.show(),
      start: () => this.#server.start(),
      pause: () => void this.#server.stop('paused'),
      restart: () => void this.#server.restart(),
      attend: () => this.#window.show(),
      'toggle-federation': () => this.#server.setFederation(this.#status()?.federation.isEnabled !== true),
      'toggle-visible': () => this.#server.setVisible(this.#status()?.isVisible !== true),
      'toggle-login-item': () => void this.#setLoginItem(!autostart.isOn()),
      'view-logs': () => void this.#openLogs(),
      quit: () => void this.quit(),
    };
  }

  #setLoginItem(on: boolean): boolean {
    const { autostart, log } = this.#desktop;
    try {
      autostart.set(on);
    } catch (error) {
      log.error({ error: String(error) }, 'starting at login could not be changed');
    }
    this.#draw();
    return autostart.isOn();
  }

  async #openLogs(): Promise<void> {
    const { electron, paths, log } = this.#desktop;
    const fault = await electron.shell.openPath(paths.logs);
    if (fault !== '') log.error({ fault }, 'the logs folder could not be opened');
  }

  #mayClose(): boolean {
    if (this.#tray !== undefined || this.#quitting !== undefined) return true;
    const { electron, memory } = this.#desktop;
    const answer = memory.values.closeWithoutTray;
    if (answer === 'keep') return true;
    if (answer === 'quit') {
      void this.quit();
      return true;
    }
    void askHowToClose(electron).then((chosen) => {
      if (chosen === 'cancel') return;
      memory.remember({ closeWithoutTray: chosen });
      if (chosen === 'keep') this.#window.destroy();
      else void this.quit();
    });
    return false;
  }

  #state(): ServerState {
    return serverState(this.#server.phase, this.#desktop.system.clock.now(), this.#address);
  }

  /** Undefined while the server does not run, or has not told yet. */
  #status(): Status | undefined {
    const { phase } = this.#server;
    return phase.kind === 'running' ? phase.status : undefined;
  }

  #trayModel(): TrayModel {
    const { autostart } = this.#desktop;
    return trayModel({
      state: this.#state(),
      status: this.#status(),
      isLoginItem: autostart.isOn(),
      canBeLoginItem: autostart.isPossible,
    });
  }

  #draw(): void {
    this.#tray?.show(this.#trayModel());
    const state = this.#state();
    const told = JSON.stringify(state);
    // The server reports twice a second while much is said; the page is told what it does not know yet.
    if (told !== this.#told) this.#window.contents?.send(channels.serverStateChanged, state);
    this.#told = told;
  }

  /** macOS: an app that lives in the menu bar is in the Dock only while its window is open. */
  #showInDock(isShown: boolean): void {
    const { electron, system } = this.#desktop;
    if (system.platform === 'darwin') electron.app.setActivationPolicy(isShown ? 'regular' : 'accessory');
  }
}
