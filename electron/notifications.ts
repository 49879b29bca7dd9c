/** Notifications of the desktop: only for what people would otherwise find out from somebody's complaint. */
import type { ElectronObjects, NotificationObject } from './electron-objects.ts';

export type Notify = (title: string, body: string) => void;

/** A click on one opens the window. Where the system has none, nothing happens: the tray says the same. */
export function createNotifications(
  { Notification }: Pick<ElectronObjects, 'Notification'>,
  onClick: () => void,
): Notify {
  // One that nobody holds is collected, and its click with it.
  const shown = new Set<NotificationObject>();
  return (title, body) => {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    shown.add(notification);
    notification.on('click', () => {
      shown.delete(notification);
      onClick();
    });
    notification.on('close', () => {
      shown.delete(notification);
    });
    notification.show();
  };
}
