/** A page as the double of the window loads it: the real preload script, and what it gives to the page. */
import { createContext, runInContext } from 'node:vm';
import type { MessagePort } from 'node:worker_threads';
import type { SnugApi } from '../../../server/control/contract.ts';

/** How a page reaches the main process, and what comes from there. */
export interface PageSide {
  readonly url: string;
  readonly origin: string;
  /** What the app's protocol answers. */
  request(url: string, method: string): Promise<Response>;
  invoke(channel: string, values: readonly unknown[]): Promise<unknown>;
  onMessage(listener: (channel: string, values: readonly unknown[], ports: readonly MessagePort[]) => void): void;
}

/** Something that shows pages: Node's `vm` here, a browser elsewhere. */
export interface PageLoader {
  load(page: PageSide, preload: { readonly code: string; readonly argv: readonly string[] }): Promise<void>;
}

/** What the page's own script would see. */
export interface PageInNode {
  readonly api: SnugApi;
  /** The messages that the preload script posted to the page. */
  readonly posted: { readonly data: unknown; readonly origin: string; readonly ports: readonly MessagePort[] }[];
  /** Resolves with the next port that the preload script hands to the page. */
  nextPort(): Promise<MessagePort>;
}

/** Runs the preload script in a context of its own, with the two objects of Electron that a sandbox leaves it. */
export class NodePages implements PageLoader {
  readonly loaded: PageInNode[] = [];

  load(page: PageSide, preload: { readonly code: string; readonly argv: readonly string[] }): Promise<void> {
    const world: Record<string, unknown> = {};
    const posted: PageInNode['posted'] = [];
    const waiting: ((port: MessagePort) => void)[] = [];
    const electron = createRendererDouble(page, (name, api) => {
      world[name] = api;
    });
    const window = {
      location: { origin: page.origin },
      postMessage: (data: unknown, origin: string, ports: readonly MessagePort[]) => {
        posted.push({ data, origin, ports });
        const [port] = ports;
        if (port !== undefined) waiting.shift()?.(port);
      },
    };
    const modules: Readonly<Record<string, unknown>> = { electron };
    const context = createContext({
      window,
      process: { platform: process.platform, argv: preload.argv },
      exports: {},
      module: { exports: {} },
      require: (name: string) => {
        if (Object.hasOwn(modules, name)) return modules[name];
        throw new Error(`a sandboxed preload script cannot load ${name}`);
      },
    });
    runInContext(preload.code, context);
    this.loaded.push({
      api: world.snug as SnugApi,
      posted,
      nextPort: () => new Promise((resolve) => waiting.push(resolve)),
    });
    return Promise.resolve();
  }
}

type Listener = (event: { readonly ports: readonly MessagePort[] }, ...values: unknown[]) => void;

/** `electron` as a sandboxed preload script gets it. */
function createRendererDouble(page: PageSide, expose: (name: string, api: unknown) => void) {
  const listeners = new Map<string, Set<Listener>>();
  page.onMessage((channel, values, ports) => {
    for (const listener of listeners.get(channel) ?? []) listener({ ports }, ...values);
  });
  return {
    contextBridge: { exposeInMainWorld: expose },
    ipcRenderer: {
      on: (channel: string, listener: Listener) => {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
      },
      off: (channel: string, listener: Listener) => {
        listeners.get(channel)?.delete(listener);
      },
      invoke: (channel: string, ...values: unknown[]) => page.invoke(channel, values),
    },
  };
}
