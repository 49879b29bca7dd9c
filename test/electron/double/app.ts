/** `app`: its events, its single-instance lock and its end. */
import { EventEmitter } from 'node:events';
import type { LoginItemSettings, Settings } from 'electron';
import type { WindowDouble } from './window.ts';

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

/** An event of Electron's, and whether its listener has prevented what follows. */
export function cancellable() {
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
