/** What no page may ever do here, whichever it is and however it came to be loaded. */
import type { DesktopLog } from './desktop-log.ts';
import type { ElectronObjects, SessionObject, WebContentsObject } from './electron-objects.ts';

/** SECURITY: before the first page is loaded, so that none escapes. */
export function installGuards({ app, session }: Pick<ElectronObjects, 'app' | 'session'>, log: DesktopLog): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents, log));
  app.on('session-created', denyPermissions);
  denyPermissions(session.defaultSession);
}

/** The window is one page that never goes elsewhere, and opens nothing. */
function guardContents(contents: WebContentsObject, log: DesktopLog): void {
  const refuse = (what: string) => (event: { preventDefault(): void }) => {
    event.preventDefault();
    log.warn({ what }, 'page was refused something');
  };
  contents.on('will-navigate', refuse('navigation'));
  contents.on('will-frame-navigate', refuse('navigation of a frame'));
  contents.on('will-redirect', refuse('redirection'));
  contents.on('will-attach-webview', refuse('webview'));
  contents.setWindowOpenHandler(() => {
    log.warn({ what: 'window' }, 'page was refused something');
    return { action: 'deny' };
  });
}

/** Electron grants permissions unless told otherwise. */
function denyPermissions(session: SessionObject): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler(null);
}
