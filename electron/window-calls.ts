/** What the page may ask the main process: each call with its sender and its arguments checked. */
import { z } from 'zod';
import type { ServerState } from '../server/control/contract.ts';
import { APP_ORIGIN } from './app-protocol.ts';
import type { DesktopLog } from './desktop-log.ts';
import type { ElectronObjects, PageCall } from './electron-objects.ts';
import { channels } from './window-channels.ts';

/** An address, a password, a fingerprint, a page of a log: nobody copies more with a button. */
const MAX_COPIED = 100_000;

export interface WindowDeeds {
  /** Only this page is answered; undefined while there is no window. */
  ownPageId(): number | undefined;
  connect(): void;
  copyText(text: string): Promise<void>;
  openLogsFolder(): Promise<void>;
  startServer(): void;
  stopServer(): Promise<void>;
  restartServer(): Promise<void>;
  serverState(): ServerState;
  getLoginItem(): boolean;
  setLoginItem(on: boolean): boolean;
}

export function answerWindowCalls(ipcMain: ElectronObjects['ipcMain'], deeds: WindowDeeds, log: DesktopLog): void {
  const answer = <Values extends unknown[]>(
    channel: string,
    schema: z.ZodType<Values>,
    deed: (...values: Values) => unknown,
  ): void => {
    ipcMain.handle(channel, (event, ...values) => {
      // SECURITY: the message says only “refused”: whoever asks from elsewhere learns nothing.
      if (!isOwnPage(event, deeds.ownPageId())) {
        log.warn(
          { channel, from: event.senderFrame?.url ?? 'a frame that has gone' },
          'call from a foreign page refused',
        );
        throw new Error('refused');
      }
      const checked = schema.safeParse(values);
      if (!checked.success) {
        log.warn({ channel }, 'call with wrong arguments refused');
        throw new Error('wrong arguments');
      }
      return deed(...checked.data);
    });
  };
  answer(channels.connect, z.tuple([]), () => deeds.connect());
  answer(channels.copyText, z.tuple([z.string().max(MAX_COPIED)]), (text) => deeds.copyText(text));
  answer(channels.openLogsFolder, z.tuple([]), () => deeds.openLogsFolder());
  answer(channels.startServer, z.tuple([]), () => deeds.startServer());
  answer(channels.stopServer, z.tuple([]), () => deeds.stopServer());
  answer(channels.restartServer, z.tuple([]), () => deeds.restartServer());
  answer(channels.serverState, z.tuple([]), () => deeds.serverState());
  answer(channels.getLoginItem, z.tuple([]), () => deeds.getLoginItem());
  answer(channels.setLoginItem, z.tuple([z.boolean()]), (on) => deeds.setLoginItem(on));
}

/** The settings window's own top frame, showing our own page. */
function isOwnPage({ sender, senderFrame }: PageCall, ownPageId: number | undefined): boolean {
  if (senderFrame === null || senderFrame.parent !== null || sender.id !== ownPageId) return false;
  return senderFrame.url === APP_ORIGIN || senderFrame.url.startsWith(`${APP_ORIGIN}/`);
}
