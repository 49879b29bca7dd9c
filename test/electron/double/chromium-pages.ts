/**
 * Pages in a real browser: Debian's chromium shows what the app's protocol answers, with the real preload script.
 *
 * The browser does not know `app:`, so the page lives under a name that leads nowhere, and every request is answered by
 * the app's own handler, headers included. Ports are carried between the page and the main process message by message.
 */
import type { MessagePort } from 'node:worker_threads';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { PageLoader, PageSide } from './page.ts';

export const CHROMIUM = '/usr/bin/chromium';
const ORIGIN = 'https://snug.invalid';
const APP_ORIGIN = 'app://snug';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the page says to the main process. */
type FromPage =
  | { readonly kind: 'invoke'; readonly channel: string; readonly values: readonly unknown[] }
  | { readonly kind: 'port'; readonly port: number; readonly data: unknown };

export class ChromiumPages implements PageLoader {
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  readonly pages: Page[] = [];
  /** What the browser's console said. */
  readonly complaints: string[] = [];
  #lastPort = 0;

  private constructor(browser: Browser, context: BrowserContext) {
    this.#browser = browser;
    this.#context = context;
  }

  static async open(): Promise<ChromiumPages> {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    return new ChromiumPages(browser, await browser.newContext());
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  async load(side: PageSide, preload: { readonly code: string; readonly argv: readonly string[] }): Promise<void> {
    const page = await this.#context.newPage();
    this.pages.push(page);
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    await page.route('**/*', async (route) => {
      const { url, method } = { url: route.request().url(), method: route.request().method() };
      const response = await side.request(url.replace(ORIGIN, APP_ORIGIN), method);
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      });
    });
    const ports = new Map<number, MessagePort>();
    await page.exposeFunction('snugToMain', (message: FromPage) => {
      if (message.kind === 'invoke') return side.invoke(message.channel, message.values);
      ports.get(message.port)?.postMessage(message.data);
      return undefined;
    });
    const tell = (event: string, ...values: unknown[]): void => {
      // A page that has just been closed hears nothing more.
      const detail = JSON.stringify({ detail: values });
      page.evaluate(`dispatchEvent(new CustomEvent(${JSON.stringify(event)}, ${detail}))`).catch(() => undefined);
    };
    side.onMessage((channel, values, given) => {
      const numbers = given.map((port) => {
        this.#lastPort += 1;
        const number = this.#lastPort;
        ports.set(number, port);
        port.on('message', (data: unknown) => tell('snug-port-message', number, data));
        port.on('close', () => tell('snug-port-close', number));
        return number;
      });
      tell('snug-from-main', channel, values, numbers);
    });
    await page.addInitScript(`(() => {
      const process = ${JSON.stringify({ platform: process.platform, argv: preload.argv })};
      const require = (${rendererHalf})();
      const module = { exports: {} };
      const exports = module.exports;
      ${preload.code}
    })();`);
    await page.goto(side.url.replace(APP_ORIGIN, ORIGIN));
  }
}

/** Runs in the page, where Electron would be: as much of its renderer half as a sandboxed script gets. */
const rendererHalf = `() => {
  const toMain = window.snugToMain;
  const listeners = new Map();
  const ends = new Map();
  addEventListener('snug-from-main', ({ detail: [channel, values, numbers] }) => {
    const ports = numbers.map((number) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => toMain({ kind: 'port', port: number, data });
      ends.set(number, port1);
      return port2;
    });
    for (const listener of listeners.get(channel) ?? []) listener({ ports }, ...values);
  });
  addEventListener('snug-port-message', ({ detail: [number, data] }) => ends.get(number)?.postMessage(data));
  addEventListener('snug-port-close', ({ detail: [number] }) => ends.get(number)?.close());
  const electron = {
    contextBridge: {
      exposeInMainWorld: (name, api) => Object.defineProperty(window, name, { value: Object.freeze(api) }),
    },
    ipcRenderer: {
      on: (channel, listener) => listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener)),
      off: (channel, listener) => listeners.get(channel)?.delete(listener),
      invoke: (channel, ...values) => toMain({ kind: 'invoke', channel, values }),
    },
  };
  return (name) => {
    if (name === 'electron') return electron;
    throw new Error('a sandboxed preload script cannot load ' + name);
  };
}`;
