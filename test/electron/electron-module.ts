/** What `import 'electron'` finds in a process of its own (`electron-hooks.ts`): the double, which ends with its process. */
import { createElectronDouble } from './double/electron.ts';

const double = createElectronDouble({ appPath: process.env.SNUG_TEST_APP ?? '' });
void double.app.ended.promise.then((status) => process.exit(status));

/** Does the setup, and tells the test, line by line, which worker runs and how the page sees the server. */
let told = '';
setInterval(async () => {
  // The page of a window that is closed is refused.
  if (double.windows.length === 0) return;
  const api = double.pages.at(-1)?.api;
  const state = await api?.serverState();
  if (state?.kind === 'needs-setup') await api?.startServer();
  const line = JSON.stringify({ worker: double.processes.started.at(-1)?.pid, state: state?.kind });
  if (line !== told) process.stdout.write(`${line}\n`);
  told = line;
}, 50);

export const {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  Notification,
  powerMonitor,
  protocol,
  session,
  shell,
  Tray,
  utilityProcess,
} = double.electron;
