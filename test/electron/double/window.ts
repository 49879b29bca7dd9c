/** `BrowserWindow` and its contents, without pixels. */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { MessagePort } from 'node:worker_threads';
import type { BrowserWindowConstructorOptions, WebContents } from 'electron';
import type { FrameObject, PageCall, PortObject } from '../../../electron/electron-objects.ts';
import type { PageLoader } from './page.ts';
import { PortDouble } from './ports.ts';

type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];

export interface WindowSurroundings {
  readonly pages: PageLoader;
  /** What the app's protocol handler answers. */
  request(url: string, method?: string): Promise<Response>;
  call(channel: string, event: PageCall, values: readonly unknown[]): Promise<unknown>;
  onCreated(window: WindowDouble): void;
  onDestroyed(window: WindowDouble): void;
}

let lastId = 0;

export class ContentsDouble extends EventEmitter {
  readonly id: number;
  url = 'about:blank';
  openHandler: OpenHandler = () => ({ action: 'allow' });
  readonly sent: { readonly channel: string; readonly values: readonly unknown[] }[] = [];
  #isDestroyed = false;
  readonly #listeners: ((channel: string, values: readonly unknown[], ports: readonly MessagePort[]) => void)[] = [];

  constructor() {
    super();
    lastId += 1;
    this.id = lastId;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  send(channel: string, ...values: unknown[]): void {
    this.sent.push({ channel, values });
    this.#tell(channel, values, []);
  }

  postMessage(channel: string, message: unknown, transfer: readonly PortObject[] = []): void {
    const ports = transfer.map((port) => {
      if (!(port instanceof PortDouble)) throw new Error('only ports of the double can be transferred');
      return port.inner;
    });
    this.#tell(channel, [message], ports);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }

  onMessage(listener: (channel: string, values: readonly unknown[], ports: readonly MessagePort[]) => void): void {
    this.#listeners.push(listener);
  }

  destroy(): void {
    this.#isDestroyed = true;
  }

  #tell(channel: string, values: readonly unknown[], ports: readonly MessagePort[]): void {
    for (const listener of this.#listeners) listener(channel, structuredClone(values) as unknown[], ports);
  }
}

export class WindowDouble extends EventEmitter {
  readonly webContents = new ContentsDouble();
  readonly options: BrowserWindowConstructorOptions;
  readonly #surroundings: WindowSurroundings;
  isVisible = false;
  focusCount = 0;
  size: { width: number; height: number };
  #isMaximized = false;
  #isMinimized = false;
  #isDestroyed = false;

  constructor(options: BrowserWindowConstructorOptions, surroundings: WindowSurroundings) {
    super();
    this.options = options;
    this.#surroundings = surroundings;
    this.size = { width: options.width ?? 800, height: options.height ?? 600 };
    surroundings.onCreated(this);
  }

  /** As Electron does: the page is requested from the protocol's handler, and the preload script runs before its scripts. */
  async loadURL(url: string): Promise<void> {
    const response = await this.#surroundings.request(url);
    if (this.#isDestroyed) return;
    const contents = this.webContents;
    contents.url = url;
    const { webPreferences } = this.options;
    if (webPreferences?.sandbox !== true || webPreferences.contextIsolation !== true) {
      throw new Error('the double shows sandboxed, isolated pages only');
    }
    const frame: FrameObject = { url, parent: null };
    const event: PageCall = { sender: contents, senderFrame: frame };
    await this.#surroundings.pages.load(
      {
        url,
        origin: new URL(url).origin === 'null' ? `${new URL(url).protocol}//${new URL(url).host}` : new URL(url).origin,
        request: (address, method) => this.#surroundings.request(address, method),
        invoke: async (channel, values) => structuredClone(await this.#surroundings.call(channel, event, values)),
        onMessage: (listener) => contents.onMessage(listener),
      },
      {
        code: readFileSync(webPreferences.preload ?? '', 'utf8'),
        argv: ['electron', ...(webPreferences.additionalArguments ?? [])],
      },
    );
    if (!this.#isDestroyed) this.emit('ready-to-show');
    await response.arrayBuffer();
  }

  show(): void {
    this.isVisible = true;
  }

  focus(): void {
    this.focusCount += 1;
  }

  maximize(): void {
    this.#isMaximized = true;
  }

  isMaximized(): boolean {
    return this.#isMaximized;
  }

  minimize(): void {
    this.#isMinimized = true;
  }

  isMinimized(): boolean {
    return this.#isMinimized;
  }

  restore(): void {
    this.#isMinimized = false;
  }

  getNormalBounds() {
    return { x: 0, y: 0, ...this.size };
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  /** The user presses the ✕. */
  close(): void {
    let isPrevented = false;
    this.emit('close', {
      preventDefault: () => {
        isPrevented = true;
      },
    });
    if (!isPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.webContents.destroy();
    this.emit('closed');
    this.#surroundings.onDestroyed(this);
  }
}
