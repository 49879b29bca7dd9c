/** The one window: its page sees `window.snug` and a message port to the server, and nothing of Node. */
import type { WindowSheet } from '../server/control/contract.ts';
import { APP_ORIGIN } from './app-protocol.ts';
import type { DesktopLog } from './desktop-log.ts';
import type { ElectronObjects, WebContentsObject, WindowObject } from './electron-objects.ts';
import { type Memory, MIN_WINDOW } from './memory.ts';
import { texts } from './texts.ts';
import { channels, VERSION_ARGUMENT } from './window-channels.ts';

/** Room for the navigation and one comfortable column. */
const DEFAULT_SIZE = { width: 1080, height: 740 } as const;
const PAGE = `${APP_ORIGIN}/index.html`;

export interface SettingsWindowOptions {
  readonly BrowserWindow: ElectronObjects['BrowserWindow'];
  readonly preload: string;
  readonly icon: string;
  readonly version: string;
  readonly hasDevTools: boolean;
  readonly memory: Memory;
  readonly log: DesktopLog;
  /** The user wants it closed. Answers whether it may: otherwise whoever is asked destroys it later, or not. */
  mayClose(): boolean;
  onOpened(): void;
  onClosed(): void;
  /** Windows: the session of the user ends. */
  onSessionEnd(): void;
}

export class SettingsWindow {
  readonly #options: SettingsWindowOptions;
  #window: WindowObject | undefined;

  constructor(options: SettingsWindowOptions) {
    this.#options = options;
  }

  /** The page, while there is one. */
  get contents(): WebContentsObject | undefined {
    const contents = this.#window?.webContents;
    return contents === undefined || contents.isDestroyed() ? undefined : contents;
  }

  /** Opens it, or brings it to the front; with this sheet beside its page. */
  show(sheet?: WindowSheet): void {
    if (this.#window === undefined) {
      this.#open(sheet);
      return;
    }
    if (sheet !== undefined) this.contents?.send(channels.openSheet, sheet);
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  destroy(): void {
    this.#window?.destroy();
  }

  #open(sheet: WindowSheet | undefined): void {
    const { BrowserWindow, preload, icon, version, hasDevTools, memory, log } = this.#options;
    const size = memory.values.window;
    const window = new BrowserWindow({
      title: texts.product,
      width: size?.width ?? DEFAULT_SIZE.width,
      height: size?.height ?? DEFAULT_SIZE.height,
      minWidth: MIN_WINDOW.width,
      minHeight: MIN_WINDOW.height,
      icon,
      // Nothing white flashes before the page is there.
      show: false,
      autoHideMenuBar: true,
      webPreferences: {
        preload,
        additionalArguments: [`${VERSION_ARGUMENT}${version}`],
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
        devTools: hasDevTools,
      },
    });
    this.#window = window;
    window.on('ready-to-show', () => {
      if (size?.isMaximized === true) window.maximize();
      window.show();
    });
    window.on('close', (event) => {
      this.#remember(window);
      if (!this.#options.mayClose()) event.preventDefault();
    });
    window.on('closed', () => {
      this.#window = undefined;
      this.#options.onClosed();
    });
    window.on('session-end', () => this.#options.onSessionEnd());
    window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
      log.error({ reason, exitCode }, 'page of the window ended; it comes anew when the window is opened again');
      window.destroy();
    });
    window.loadURL(sheet === undefined ? PAGE : `${PAGE}#/overview/${sheet}`).catch((error: unknown) => {
      log.error({ error: String(error) }, 'page of the window could not be loaded');
    });
    this.#options.onOpened();
  }

  #remember(window: WindowObject): void {
    const { width, height } = window.getNormalBounds();
    this.#options.memory.remember({ window: { width, height, isMaximized: window.isMaximized() } });
  }
}
