/**
 * A double of `electron`: everything that the shell uses of it, without pixels, but with real processes and ports.
 *
 * Its type is made of Electron's own declarations (`electron/electron-objects.ts`), to which the real module is held
 * in `electron/main.ts`: where either drifts, it does not compile.
 */
import { EventEmitter } from 'node:events';
import type {
  BrowserWindowConstructorOptions,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  NotificationConstructorOptions,
} from 'electron';
import type { ElectronObjects, PageCall, SessionObject } from '../../../electron/electron-objects.ts';
import { AppDouble, cancellable, SingleInstance } from './app.ts';
import { NodePages, type PageLoader } from './page.ts';
import { MessageChannelDouble } from './ports.ts';
import { MenuDouble, TrayDouble } from './tray.ts';
import { UtilityProcesses } from './utility-process.ts';
import { WindowDouble, type WindowSurroundings } from './window.ts';

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
  const applicationMenus: unknown[] = [];

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
        applicationMenus.push(menu);
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
    applicationMenus,
  };
}

export type ElectronDouble = ReturnType<typeof createElectronDouble>;
