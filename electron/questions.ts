/** The dialogs that the system draws: they must be there even when the window is not. */
import type { ElectronObjects } from './electron-objects.ts';
import { texts } from './texts.ts';

type Asking = Pick<ElectronObjects, 'clipboard' | 'dialog'>;

/** The first start: explains what is about to happen, because the system's own question about the network follows. */
export async function askForFirstStart({ dialog }: Pick<ElectronObjects, 'dialog'>): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: texts.product,
    message: texts.setupMessage,
    detail: texts.setupDetail,
    buttons: [texts.setupStart, texts.setupLater],
    defaultId: 0,
    cancelId: 1,
  });
  return response === 0;
}

/** Tells the account of the very first start. SECURITY: its password is stored nowhere in clear, so this is the only time. */
export async function showFirstAccount(
  { dialog, clipboard }: Asking,
  account: { readonly jid: string; readonly password: string },
): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'info',
    title: texts.firstAccountTitle,
    message: texts.firstAccountMessage,
    detail: texts.firstAccountDetail(account.jid, account.password),
    buttons: [texts.copyPassword, texts.done],
    defaultId: 0,
    cancelId: 1,
  });
  if (response === 0) await clipboard.writeText(account.password);
}

export type CloseAnswer = 'keep' | 'quit' | 'cancel';

/** Where there is no tray, closing the window could mean either. */
export async function askHowToClose({ dialog }: Asking): Promise<CloseAnswer> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: texts.product,
    message: texts.closeMessage,
    detail: texts.closeDetail,
    buttons: [texts.closeKeep, texts.closeQuit, texts.closeCancel],
    defaultId: 0,
    cancelId: 2,
  });
  return (['keep', 'quit', 'cancel'] as const)[response] ?? 'cancel';
}
