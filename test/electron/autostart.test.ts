import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Autostart, createAutostart } from '../../electron/autostart.ts';
import { AppDouble, SingleInstance } from './double/app.ts';

const app = () => new AppDouble({ appPath: '/app', singleInstance: new SingleInstance() }, () => []);

function onLinux(environment: Record<string, string> = {}, command: readonly string[] = ['/opt/Snug/snug']) {
  const homeDirectory = mkdtempSync(join(tmpdir(), 'snug-home-'));
  onTestFinished(() => rmSync(homeDirectory, { recursive: true }));
  const folder = join(homeDirectory, '.config', 'autostart');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'snug.desktop');
  const autostart: Autostart = createAutostart({ app: app(), platform: 'linux', environment, homeDirectory, command });
  return {
    autostart,
    file,
    read: () => readFileSync(file, 'utf8'),
    write: (text: string) => writeFileSync(file, text),
  };
}

describe('starting at login on Linux', () => {
  test('is off until it is switched on, by a desktop file that starts silently', () => {
    const { autostart, read } = onLinux();
    expect(autostart.isPossible).toBe(true);
    expect(autostart.isOn()).toBe(false);
    expect(autostart.set(true)).toBe(true);
    expect(read()).toBe(
      [
        '[Desktop Entry]',
        'Type=Application',
        'Name=Snug',
        'Exec="/opt/Snug/snug" "--hidden"',
        'Terminal=false',
        'X-GNOME-Autostart-enabled=true',
        'X-Snug-Autostart=true',
        '',
      ].join('\n'),
    );
    expect(autostart.set(false)).toBe(false);
    expect(read).toThrow();
  });

  test('quotes what the specification wants quoted', () => {
    const { autostart, read } = onLinux({}, ['/home/a b/100%/$HOME"`\\x']);
    autostart.set(true);
    expect(read()).toContain('Exec="/home/a b/100%%/\\\\$HOME\\\\"\\\\`\\\\\\\\x" "--hidden"');
  });

  test('names the AppImage, not the place where it is mounted this time', () => {
    const { autostart, read } = onLinux({ APPIMAGE: '/home/me/Snug.AppImage' }, ['/tmp/.mount_x/snug']);
    autostart.set(true);
    expect(read()).toContain('Exec="/home/me/Snug.AppImage" "--hidden"');
  });

  test.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false'])('is off where the desktop has written %s', (line) => {
    const { autostart, read, write } = onLinux();
    autostart.set(true);
    write(`${read().replace('X-GNOME-Autostart-enabled=true\n', '')}${line}\n`);
    expect(autostart.isOn()).toBe(false);
    expect(autostart.set(true)).toBe(true);
  });

  test('leaves alone what somebody else wrote', () => {
    const { autostart, read, write } = onLinux();
    const foreign = '[Desktop Entry]\nExec=/usr/bin/snug-of-mine\n';
    write(foreign);
    expect(autostart.isOn()).toBe(true);
    expect(() => autostart.set(true)).toThrow('stays as it is');
    expect(autostart.set(false)).toBe(true);
    expect(read()).toBe(foreign);
  });

  test('goes where the desktop looks', () => {
    const config = mkdtempSync(join(tmpdir(), 'snug-config-'));
    onTestFinished(() => rmSync(config, { recursive: true }));
    onLinux({ XDG_CONFIG_HOME: config }).autostart.set(true);
    expect(readFileSync(join(config, 'autostart', 'snug.desktop'), 'utf8')).toContain('Exec=');
  });

  test.each(['FLATPAK_ID', 'SNAP'])('is not ours to decide inside %s', (name) => {
    const { autostart, read } = onLinux({ [name]: 'x' });
    expect(autostart.isPossible).toBe(false);
    expect(autostart.set(true)).toBe(false);
    expect(read).toThrow();
  });
});

describe('starting at login on Windows and macOS', () => {
  const createOn = (platform: 'win32' | 'darwin') => {
    const double = app();
    const autostart = createAutostart({
      app: double,
      platform,
      environment: {},
      homeDirectory: '/',
      command: ['C:\\Snug.exe'],
    });
    return { double, autostart };
  };

  test('is the login item of the system', () => {
    const { double, autostart } = createOn('darwin');
    expect(autostart.isOn()).toBe(false);
    expect(autostart.set(true)).toBe(true);
    expect(double.loginItem).toEqual({ openAtLogin: true });
    expect(autostart.set(false)).toBe(false);
  });

  test('starts silently on Windows, and is off when the Task Manager says so', () => {
    const { double, autostart } = createOn('win32');
    expect(autostart.set(true)).toBe(true);
    expect(double.loginItem).toEqual({ openAtLogin: true, enabled: true, path: 'C:\\Snug.exe', args: ['--hidden'] });
    double.loginItem = { ...double.loginItem, enabled: false };
    expect(autostart.isOn()).toBe(false);
  });
});
