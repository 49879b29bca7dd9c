/** The one connection of this window: a message port inside the desktop app, a WebSocket in a browser. */
import { type Connection, keepConnected } from './connection.ts';
import { desktop } from './desktop.ts';
import { dialPort } from './dial-port.ts';
import { dialWebSocket } from './dial-web-socket.ts';

export function connectWindow(): Connection {
  const shell = desktop();
  if (shell === undefined) return keepConnected(dialWebSocket(window));
  const connection = keepConnected(dialPort(shell, window));
  // The shell knows before any timer does that the worker is back.
  shell.onServerState(({ kind }) => {
    if (kind === 'running' || kind === 'running-with-problem') connection.retry();
  });
  return connection;
}
