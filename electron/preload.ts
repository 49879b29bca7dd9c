/**
 * The bridge into the page: `window.snug`, named functions and nothing else (`SnugApi` in the contract).
 *
 * It runs sandboxed and isolated from the page; the main process checks every call again.
 */
import { contextBridge, ipcRenderer } from 'electron';
import type { ServerState, SnugApi, WindowSheet } from '../server/control/contract.ts';
import { channels, VERSION_ARGUMENT } from './window-channels.ts';

/** The part of the page's window that is used here. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
};

// A port cannot cross the bridge, but a message to the page can carry it.
ipcRenderer.on(channels.port, (event) => {
  window.postMessage({ type: 'snug-port' }, window.location.origin, event.ports);
});

const api: SnugApi = {
  platform: process.platform,
  version: process.argv.find((word) => word.startsWith(VERSION_ARGUMENT))?.slice(VERSION_ARGUMENT.length) ?? '',
  connect: () => {
    // A refusal is in the log of the main process; the page would not know what to do with it.
    ipcRenderer.invoke(channels.connect).catch(() => undefined);
  },
  copyText: (text) => ipcRenderer.invoke(channels.copyText, text),
  openLogsFolder: () => ipcRenderer.invoke(channels.openLogsFolder),
  startServer: () => ipcRenderer.invoke(channels.startServer),
  stopServer: () => ipcRenderer.invoke(channels.stopServer),
  restartServer: () => ipcRenderer.invoke(channels.restartServer),
  serverState: () => ipcRenderer.invoke(channels.serverState),
  onServerState: (listener) => {
    // SECURITY: the event must not reach the page; it holds the way to send anything on any channel.
    const pass = (_event: unknown, state: ServerState): void => listener(state);
    ipcRenderer.on(channels.serverStateChanged, pass);
    return () => {
      ipcRenderer.off(channels.serverStateChanged, pass);
    };
  },
  onOpenSheet: (listener) => {
    const pass = (_event: unknown, sheet: WindowSheet): void => listener(sheet);
    ipcRenderer.on(channels.openSheet, pass);
    return () => {
      ipcRenderer.off(channels.openSheet, pass);
    };
  },
  getLoginItem: () => ipcRenderer.invoke(channels.getLoginItem),
  setLoginItem: (on) => ipcRenderer.invoke(channels.setLoginItem, on),
};

contextBridge.exposeInMainWorld('snug', api);
