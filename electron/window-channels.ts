/** The names under which preload and main process talk. The page sees none of them, only the functions of `SnugApi`. */
export const channels = {
  connect: 'snug:connect',
  copyText: 'snug:copy-text',
  openLogsFolder: 'snug:open-logs-folder',
  startServer: 'snug:start-server',
  stopServer: 'snug:stop-server',
  restartServer: 'snug:restart-server',
  serverState: 'snug:server-state',
  getLoginItem: 'snug:get-login-item',
  setLoginItem: 'snug:set-login-item',
  /** To the page: a state, and a message port. */
  serverStateChanged: 'snug:server-state-changed',
  port: 'snug:port',
  /** To the page: which sheet it shall open. */
  openSheet: 'snug:open-sheet',
} as const;

/** How the preload script, which may read nothing, learns the app's version. */
export const VERSION_ARGUMENT = '--snug-version=';
