/**
 * What the shell uses of Electron, and nothing more: handed in, so that everything but the pixels runs under Node.
 *
 * Members are taken from Electron's own declarations. Where it overloads `on` the events in use are repeated, because
 * their result, the whole object, is more than a double could be.
 */
import type * as Electron from 'electron';

type Cancellable = Pick<Electron.Event, 'preventDefault'>;

export type AppObject = Pick<
  Electron.App,
  | 'enableSandbox'
  | 'exit'
  | 'getAppPath'
  | 'getLoginItemSettings'
  | 'getVersion'
  | 'isPackaged'
  | 'quit'
  | 'requestSingleInstanceLock'
  | 'setActivationPolicy'
  | 'setAppUserModelId'
  | 'setLoginItemSettings'
  | 'setName'
  | 'setPath'
  | 'whenReady'
> & {
  on(event: 'activate' | 'window-all-closed', listener: () => void): unknown;
  on(event: 'before-quit', listener: (event: Cancellable) => void): unknown;
  on(event: 'second-instance', listener: (event: Cancellable, argv: string[]) => void): unknown;
  on(event: 'session-created', listener: (session: SessionObject) => void): unknown;
  on(event: 'web-contents-created', listener: (event: Cancellable, contents: WebContentsObject) => void): unknown;
};

export type FrameObject = Pick<Electron.WebFrameMain, 'url'> & { readonly parent: unknown };

export type WebContentsObject = Pick<Electron.WebContents, 'id' | 'isDestroyed' | 'send' | 'setWindowOpenHandler'> & {
  postMessage(channel: string, message: unknown, transfer?: PortObject[]): void;
  on(event: 'will-attach-webview' | 'will-redirect', listener: (event: Cancellable) => void): unknown;
  on(event: 'will-frame-navigate' | 'will-navigate', listener: (event: Cancellable) => void): unknown;
  on(
    event: 'render-process-gone',
    listener: (event: Cancellable, details: Pick<Electron.RenderProcessGoneDetails, 'exitCode' | 'reason'>) => void,
  ): unknown;
};

export type WindowObject = Pick<
  Electron.BrowserWindow,
  'destroy' | 'focus' | 'getNormalBounds' | 'isDestroyed' | 'isMaximized' | 'isMinimized' | 'loadURL' | 'maximize'
> &
  Pick<Electron.BrowserWindow, 'restore' | 'show'> & {
    readonly webContents: WebContentsObject;
    on(event: 'close', listener: (event: Cancellable) => void): unknown;
    on(event: 'closed' | 'ready-to-show', listener: () => void): unknown;
    /** Windows only: the user logs off, or the computer is shut down. */
    on(event: 'session-end', listener: () => void): unknown;
  };

export type SessionObject = Pick<
  Electron.Session,
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setPermissionRequestHandler'
>;

export type MenuObject = Pick<Electron.Menu, 'items'>;

export type TrayObject = Pick<Electron.Tray, 'destroy' | 'setToolTip'> & {
  setContextMenu(menu: MenuObject | null): void;
  setImage(path: string): void;
  on(event: 'click', listener: () => void): unknown;
};

export type PortObject = Pick<Electron.MessagePortMain, 'close' | 'start'> & {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
};

export type NotificationObject = Pick<Electron.Notification, 'show'> & {
  on(event: 'click' | 'close', listener: () => void): unknown;
};

/** A call from a page, as far as the guards look at it. */
export interface PageCall {
  readonly sender: Pick<Electron.WebContents, 'id'>;
  readonly senderFrame: FrameObject | null;
}

export interface IpcMainObject {
  handle(channel: string, listener: (event: PageCall, ...args: unknown[]) => unknown): void;
}

export type ChildObject = Pick<Electron.UtilityProcess, 'kill' | 'pid' | 'stderr' | 'stdout'> & {
  postMessage(message: unknown, transfer?: PortObject[]): void;
  on(event: 'exit', listener: (code: number) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
};

export interface ElectronObjects {
  readonly app: AppObject;
  readonly BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => WindowObject;
  readonly clipboard: Pick<Electron.Clipboard, 'writeText'>;
  readonly dialog: { showMessageBox(options: Electron.MessageBoxOptions): Promise<Electron.MessageBoxReturnValue> };
  readonly ipcMain: IpcMainObject;
  readonly Menu: {
    buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): MenuObject;
    setApplicationMenu(menu: MenuObject | null): void;
  };
  readonly MessageChannelMain: new () => { readonly port1: PortObject; readonly port2: PortObject };
  readonly Notification: (new (
    options: Electron.NotificationConstructorOptions,
  ) => NotificationObject) & {
    isSupported(): boolean;
  };
  readonly powerMonitor: { on(event: 'resume' | 'shutdown' | 'suspend', listener: () => void): unknown };
  readonly protocol: Pick<Electron.Protocol, 'handle' | 'registerSchemesAsPrivileged'>;
  readonly session: { readonly defaultSession: SessionObject };
  readonly shell: Pick<Electron.Shell, 'openPath'>;
  readonly Tray: new (imagePath: string) => TrayObject;
  readonly utilityProcess: {
    fork(modulePath: string, args?: string[], options?: Electron.ForkOptions): ChildObject;
  };
}
