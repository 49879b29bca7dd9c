/**
 * Archives laid out like Electron's own, so that packaging can be tested where Electron cannot be downloaded. The
 * program in them starts nothing; it carries the fuses and, for Windows, the headers that packaging edits.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Data, NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { type ZipEntry, zip } from './zip.ts';

export type FakePlatform = 'linux' | 'win32' | 'darwin';

const ROOT = join(import.meta.dirname, '../..');
export const ELECTRON_VERSION: string = JSON.parse(
  readFileSync(join(ROOT, 'node_modules/electron/package.json'), 'utf8'),
).version;

/** What marks the fuses in the program, version 1 of the wire, and its nine fuses as Electron 45 ships them: ASCII 0, 1. */
const FUSES = Buffer.concat([
  Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'),
  Buffer.from([1, 9]),
  Buffer.from('101100011'),
]);

const HELPERS = ['', ' (GPU)', ' (Plugin)', ' (Renderer)'];

/** Writes `electron-v<version>-<platform>-x64.zip`, the name that packaging looks for, into the folder. */
export function writeFakeElectron(folder: string, platform: FakePlatform): void {
  mkdirSync(folder, { recursive: true });
  const layout = { linux: linuxLayout, win32: windowsLayout, darwin: macLayout }[platform]();
  writeFileSync(join(folder, `electron-v${ELECTRON_VERSION}-${platform}-x64.zip`), zip(layout));
}

function file(path: string, content: Buffer | string = path): ZipEntry {
  return { path, content: Buffer.from(content) };
}

function program(path: string, content: Buffer): ZipEntry {
  return { path, content, isExecutable: true };
}

const common = [file('LICENSE'), file('LICENSES.chromium.html'), file('version', ELECTRON_VERSION)];

function linuxLayout(): readonly ZipEntry[] {
  return [
    ...common,
    program('electron', Buffer.concat([Buffer.from('\x7fELF stand-in '), FUSES])),
    program('chrome-sandbox', Buffer.from('stand-in')),
    program('chrome_crashpad_handler', Buffer.from('stand-in')),
    file('icudtl.dat'),
    file('libffmpeg.so'),
    file('locales/en-US.pak'),
    file('resources.pak'),
    file('resources/default_app.asar'),
    file('v8_context_snapshot.bin'),
  ];
}

function windowsLayout(): readonly ZipEntry[] {
  return [
    ...common,
    program('electron.exe', smallestExecutable(FUSES)),
    file('ffmpeg.dll'),
    file('icudtl.dat'),
    file('locales/en-US.pak'),
    file('resources/default_app.asar'),
  ];
}

function macLayout(): readonly ZipEntry[] {
  const contents = 'Electron.app/Contents';
  const helpers = HELPERS.flatMap((suffix) => {
    const name = `Electron Helper${suffix}`;
    const helper = `${contents}/Frameworks/${name}.app/Contents`;
    return [
      file(`${helper}/Info.plist`, propertyList(name)),
      program(`${helper}/MacOS/${name}`, Buffer.from('stand-in')),
    ];
  });
  return [
    ...common,
    file(`${contents}/Info.plist`, propertyList('Electron')),
    program(`${contents}/MacOS/Electron`, Buffer.from('stand-in')),
    program(`${contents}/Frameworks/Electron Framework.framework/Electron Framework`, FUSES),
    file(`${contents}/Resources/electron.icns`),
    file(`${contents}/Resources/default_app.asar`),
    ...helpers,
  ];
}

function propertyList(name: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>${name}</string>
<key>CFBundleIdentifier</key><string>com.github.${name.replaceAll(' ', '.')}</string>
<key>CFBundleIconFile</key><string>electron.icns</string>
<key>CFBundleName</key><string>${name}</string>
</dict></plist>`;
}

/** A Windows program of headers and resources: the icon and the version that packaging puts ours in place of. */
function smallestExecutable(content: Buffer): Buffer {
  const language = { lang: 1033, codepage: 1200 };
  const executable = NtExecutable.createEmpty(false, false);
  const resources = NtExecutableResource.from(executable, true);
  const version = Resource.VersionInfo.createEmpty();
  version.lang = language.lang;
  version.setStringValues(language, { ProductName: 'Electron', FileDescription: 'Electron' });
  version.outputToResourceEntries(resources.entries);
  const icon = Data.RawIconItem.from(new ArrayBuffer(0), 16, 16, 32);
  Resource.IconGroupEntry.replaceIconsForResource(resources.entries, 1, language.lang, [icon]);
  resources.outputResource(executable);
  return Buffer.concat([Buffer.from(executable.generate()), content]);
}
