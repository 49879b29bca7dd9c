/**
 * A double of `electron`: everything that the shell uses of it, without pixels, but with real processes and ports.
 *
 * Its type is made of Electron's own declarations (`electron/electron-objects.ts`), to which the real module is held
 * in `electron/main.ts`: where either drifts, it does not compile.
 */
import { EventEmitter } from 'node:events';
import type {
  BrowserWindowConstructorOptions,
  LoginItemSettings,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  NotificationConstructorOptions,
  Settings,
} from 'electron';
import type { ElectronObjects, PageCall, SessionObject } from '../../../electron/electron-objects.ts';
import { NodePages, type PageLoader } from './page.ts';
import { MessageChannelDouble } from './ports.ts';
import { UtilityProcesses } from './utility-process.ts';
import { WindowDouble, type WindowSurroundings } from './window.ts';

type AppDoubleOptions = { readonly appPath: string; readonly singleInstance: SingleInstance };

/** The lock that two doubles of the same computer share. */
export class SingleInstance {
  #owner: AppDouble | undefined;

  request(app: AppDouble, argv: readonly string[]): boolean {
    if (this.#owner === undefined) {
      this.#owner = app;
      return true;
    }
    this.#owner.emit('second-instance', cancellable().event, [...argv], '/');
    return false;
  }
}

function cancellable() {
  const state = { isPrevented: false };
  const event = {
    preventDefault: () => {
      state.isPrevented = true;
    },
  };
  return { event, state };
}

export class AppDouble extends EventEmitter {
  readonly isPackaged = false;
  readonly paths: Record<string, string> = {};
  readonly names: string[] = [];
  /** The status with which the app has ended. */
  readonly ended = Promise.withResolvers<number>();
  isSandboxed = false;
  activationPolicy: string | undefined;
  loginItem: Settings = { openAtLogin: false };
  wasOpenedAtLogin = false;
  argv: readonly string[] = [];
  readonly #options: AppDoubleOptions;
  readonly #windows: () => readonly WindowDouble[];

  constructor(options: AppDoubleOptions, windows: () => readonly WindowDouble[]) {
    super();
    this.#options = options;
    this.#windows = windows;
  }

  getAppPath(): string {
    return this.#options.appPath;
  }

  getVersion(): string {
    return '0.0.0-double';
  }

  setName(name: string): void {
    this.names.push(name);
  }

  setPath(name: string, path: string): void {
    this.paths[name] = path;
  }

  setAppUserModelId(): void {}

  setActivationPolicy(policy: string): void {
    this.activationPolicy = policy;
  }

  enableSandbox(): void {
    this.isSandboxed = true;
  }

  requestSingleInstanceLock(): boolean {
    return this.#options.singleInstance.request(this, this.argv);
  }

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

  getLoginItemSettings(): LoginItemSettings {
    const openAtLogin = this.loginItem.openAtLogin === true;
    return {
      openAtLogin,
      wasOpenedAtLogin: this.wasOpenedAtLogin,
      status: openAtLogin ? 'enabled' : 'not-registered',
      executableWillLaunchAtLogin: openAtLogin && this.loginItem.enabled !== false,
      launchItems: [],
    };
  }

  setLoginItemSettings(settings: Settings): void {
    this.loginItem = settings;
  }

  /** Electron asks first, then closes the windows, which may refuse, and ends. */
  quit(): void {
    const { event, state } = cancellable();
    this.emit('before-quit', event);
    if (state.isPrevented) return;
    for (const window of this.#windows()) window.close();
    if (this.#windows().length === 0) this.exit(0);
  }

  exit(status = 0): void {
    this.ended.resolve(status);
  }
}

class TrayDouble extends EventEmitter {
  imagePath: string;
  toolTip = '';
  menu: MenuDouble | undefined;
  isDestroyed = false;

  constructor(imagePath: string) {
    super();
    this.imagePath = imagePath;
  }

  setImage(path: string): void {
    this.imagePath = path;
  }

  setToolTip(text: string): void {
    this.toolTip = text;
  }

  setContextMenu(menu: unknown): void {
    if (!(menu instanceof MenuDouble)) throw new Error('only menus of the double can be shown');
    this.menu = menu;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  /** The rows as a user reads them; those that cannot be chosen are in brackets. */
  get rows(): readonly string[] {
    return (this.menu?.template ?? []).map(({ type, label = '', enabled, checked }) => {
      if (type === 'separator') return '──';
      const mark = type === 'checkbox' ? (checked === true ? '✓ ' : '☐ ') : '';
      return enabled === false ? `(${mark}${label})` : `${mark}${label}`;
    });
  }

  /** A user chooses the row with this label. */
  choose(label: string): void {
    const row = this.menu?.template.find((item) => item.label === label);
    if (row === undefined) throw new Error(`the menu has no row “${label}”: ${this.rows.join(' | ')}`);
    if (row.enabled === false) throw new Error(`the row “${label}” cannot be chosen`);
    // The real objects that come along are not looked at.
    (row.click as (() => void) | undefined)?.();
  }
}

class MenuDouble {
  readonly items = [];
  readonly template: readonly MenuItemConstructorOptions[];

  constructor(template: readonly MenuItemConstructorOptions[]) {
    this.template = template;
  }
}

class SessionDouble {
  handlers: {
    request?: Parameters<SessionObject['setPermissionRequestHandler']>[0];
    check?: Parameters<SessionObject['setPermissionCheckHandler']>[0];
    device?: Parameters<SessionObject['setDevicePermissionHandler']>[0];
  } = {};

  setPermissionRequestHandler(handler: Parameters<SessionObject['setPermissionRequestHandler']>[0]): void {
    this.handlers.request = handler;
  }

  setPermissionCheckHandler(handler: Parameters<SessionObject['setPermissionCheckHandler']>[0]): void {
    this.handlers.check = handler;
  }

  setDevicePermissionHandler(handler: Parameters<SessionObject['setDevicePermissionHandler']>[0]): void {
    this.handlers.device = handler;
  }

  setDisplayMediaRequestHandler(): void {}
}

export interface ElectronDoubleOptions {
  readonly appPath: string;
  readonly singleInstance?: SingleInstance;
  readonly pages?: PageLoader;
}

/** One app, with what a test may look at and press beside what the shell sees. */
export function createElectronDouble(options: ElectronDoubleOptions) {
  const windows: WindowDouble[] = [];
  const app = new AppDouble(
    { appPath: options.appPath, singleInstance: options.singleInstance ?? new SingleInstance() },
    () => [...windows],
  );
  const nodePages = new NodePages();
  const session = new SessionDouble();
  const processes = new UtilityProcesses();
  const powerMonitor = new EventEmitter();
  const trays: TrayDouble[] = [];
  const notifications: (EventEmitter & { readonly options: NotificationConstructorOptions })[] = [];
  const dialogs: { readonly options: MessageBoxOptions; answer(button: string): void }[] = [];
  const clipboard = { text: '' };
  const openedPaths: string[] = [];
  const schemes: unknown[] = [];
  const ipc = new Map<string, (event: PageCall, ...values: unknown[]) => unknown>();
  const protocols = new Map<string, (request: Request) => Response | Promise<Response>>();
  let applicationMenu: unknown;

  const surroundings: WindowSurroundings = {
    pages: options.pages ?? nodePages,
    request: async (url, method = 'GET') => {
      const handler = protocols.get(new URL(url).protocol.slice(0, -1));
      if (handler === undefined) throw new Error(`nobody handles ${url}`);
      return await handler(new Request(url, { method }));
    },
    call: async (channel, event, values) => {
      const handler = ipc.get(channel);
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
      return await handler(event, ...(structuredClone(values) as unknown[]));
    },
    onCreated: (window) => {
      windows.push(window);
      app.emit('web-contents-created', cancellable().event, window.webContents);
    },
    onDestroyed: (window) => {
      windows.splice(windows.indexOf(window), 1);
      if (windows.length === 0 && !app.emit('window-all-closed')) app.quit();
    },
  };

  const electron = {
    app,
    BrowserWindow: class extends WindowDouble {
      constructor(windowOptions: BrowserWindowConstructorOptions) {
        super(windowOptions, surroundings);
      }
    },
    clipboard: {
      writeText: (text: string) => {
        clipboard.text = text;
        return Promise.resolve();
      },
    },
    dialog: {
      showMessageBox: (dialogOptions: MessageBoxOptions) =>
        new Promise<{ response: number; checkboxChecked: boolean }>((resolve) => {
          dialogs.push({
            options: dialogOptions,
            answer: (button) => {
              const response = dialogOptions.buttons?.indexOf(button) ?? -1;
              if (response < 0) throw new Error(`the dialog has no button “${button}”`);
              resolve({ response, checkboxChecked: false });
            },
          });
        }),
    },
    ipcMain: {
      handle: (channel: string, listener: (event: PageCall, ...values: unknown[]) => unknown) => {
        ipc.set(channel, listener);
      },
    },
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => new MenuDouble(template),
      setApplicationMenu: (menu: unknown) => {
        applicationMenu = menu;
      },
    },
    MessageChannelMain: MessageChannelDouble,
    Notification: class extends EventEmitter {
      static isSupported = () => true;
      readonly options: NotificationConstructorOptions;
      constructor(notificationOptions: NotificationConstructorOptions) {
        super();
        this.options = notificationOptions;
      }
      show(): void {
        notifications.push(this);
      }
    },
    powerMonitor,
    protocol: {
      handle: (scheme: string, handler: (request: Request) => Response | Promise<Response>) => {
        protocols.set(scheme, handler);
      },
      registerSchemesAsPrivileged: (registered: unknown[]) => {
        schemes.push(...registered);
      },
    },
    session: { defaultSession: session },
    shell: {
      openPath: (path: string) => {
        openedPaths.push(path);
        return Promise.resolve('');
      },
    },
    Tray: class extends TrayDouble {
      constructor(imagePath: string) {
        super(imagePath);
        trays.push(this);
      }
    },
    utilityProcess: { fork: processes.fork },
  } satisfies ElectronObjects;

  return {
    electron: electron as ElectronObjects,
    app,
    windows,
    pages: nodePages.loaded,
    session,
    processes,
    powerMonitor,
    trays,
    notifications,
    dialogs,
    clipboard,
    openedPaths,
    schemes,
    request: surroundings.request,
    call: surroundings.call,
    get applicationMenu() {
      return applicationMenu;
    },
  };
}

export type ElectronDouble = ReturnType<typeof createElectronDouble>;
