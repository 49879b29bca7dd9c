/** What differs between the systems; the worker only lives. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AppFolder, createAppFolder } from './app-folder.ts';
import { type DesktopInTest, startInTest } from './desktop-in-test.ts';

const IDLE_WORKER = `process.parentPort.on('message', ({ data }) => { if (data.type === 'stop') process.exit(0); });`;

let app: AppFolder;
beforeAll(async () => {
  app = await createAppFolder();
  app.useWorker(IDLE_WORKER);
});
afterAll(() => app.remove());

async function startOn(platform: NodeJS.Platform, argv: readonly string[] = []): Promise<DesktopInTest> {
  const desktop = await startInTest({ appPath: app.path, platform, argv });
  await vi.waitFor(() => expect(desktop.trays).toHaveLength(1));
  return desktop;
}

/** Whether a click on the icon opens the window. */
async function opensOnClick(platform: NodeJS.Platform): Promise<boolean> {
  const desktop = await startOn(platform, ['--hidden']);
  desktop.tray().emit('click');
  return desktop.windows.length === 1;
}

describe('on each system', () => {
  test('a click on the icon opens the window, but on macOS, where it opens the menu', async () => {
    expect([await opensOnClick('win32'), await opensOnClick('linux'), await opensOnClick('darwin')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test('the icon is of the kind that the system draws', async () => {
    expect((await startOn('win32')).tray().imagePath).toMatch(/starting\.ico$/);
    expect((await startOn('darwin')).tray().imagePath).toMatch(/startingTemplate\.png$/);
  });

  test('macOS has the app in the Dock while its window is open, and in the menu bar only otherwise', async () => {
    const desktop = await startOn('darwin');
    expect(desktop.app.activationPolicy).toBe('regular');
    desktop.windows[0]?.close();
    expect(desktop.app.activationPolicy).toBe('accessory');
    desktop.app.emit('activate');
    expect(desktop.app.activationPolicy).toBe('regular');
    expect(desktop.windows).toHaveLength(1);
    expect((await startOn('darwin', ['--hidden'])).app.activationPolicy).toBe('accessory');
  });

  test('macOS has copy and paste in a menu, the others have no menu bar', async () => {
    expect((await startOn('linux')).applicationMenus).toEqual([null]);
    expect((await startOn('darwin')).applicationMenus).toMatchObject([
      { template: [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }] },
    ]);
  });
});
