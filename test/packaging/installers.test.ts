/** The installers: a real `.deb`, an AppImage around a stand-in for its runtime, and the NSIS include. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { copyProject, type ProjectCopy } from './forge.ts';

const ROOT = join(import.meta.dirname, '../..');

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' });
}

/** Where a program of this name is; undefined where it is not installed. */
function findProgram(name: string): string | undefined {
  const places = (process.env.PATH ?? '').split(':');
  return places.map((place) => join(place, name)).find((path) => existsSync(path));
}

function whatIsMissing(programs: readonly string[]): string | undefined {
  const missing = programs.filter((name) => findProgram(name) === undefined);
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

const missingForDeb =
  process.platform !== 'linux'
    ? 'a .deb is made on Linux only'
    : !existsSync(join(ROOT, 'node_modules/electron-installer-debian'))
      ? 'npm left electron-installer-debian out; "node build/complete-install.ts" in an npm script adds it'
      : whatIsMissing(['dpkg-deb', 'fakeroot']);
const missingForAppImage = missingForDeb ?? whatIsMissing(['mksquashfs', 'unsquashfs', 'desktop-file-validate']);

describe('for Linux', () => {
  /** A power of two, as mksquashfs wants its archive to begin there. */
  const RUNTIME = Buffer.alloc(4096, 'stand-in for the AppImage runtime ');
  let project: ProjectCopy;
  let made: string;
  let deb: string;

  beforeAll(async () => {
    if (missingForDeb !== undefined) return;
    project = copyProject(['linux']);
    const tools = join(project.folder, '../appimage-tools');
    if (missingForAppImage === undefined) writeAppImageTools(tools);
    const arch = ['--platform', 'linux', '--arch', 'x64'];
    const targets = missingForAppImage === undefined ? [] : ['--targets', 'deb'];
    await project.forge(['make', ...arch, ...targets], { APPIMAGE_TOOLS_PATH: tools });
    made = join(project.folder, 'out/make');
    deb = join(made, 'deb/x64', readdirSync(join(made, 'deb/x64'))[0] ?? '');
  }, 120_000);

  afterAll(() => project?.remove());

  /** Laid out like electron-builder's own, which it would download. */
  function writeAppImageTools(folder: string): void {
    mkdirSync(join(folder, 'runtimes'), { recursive: true });
    mkdirSync(join(folder, 'lib/x64'), { recursive: true });
    writeFileSync(join(folder, 'runtimes/runtime-x64'), RUNTIME);
    for (const name of ['mksquashfs', 'desktop-file-validate'])
      symlinkSync(findProgram(name) ?? '', join(folder, name));
  }

  test('the .deb says what it is and what it needs', ({ skip }) => {
    skip(missingForDeb !== undefined, missingForDeb);
    const control = run('dpkg-deb', '--field', deb);
    expect(control).toMatch(/^Package: snug$/m);
    expect(control).toMatch(/^Architecture: amd64$/m);
    expect(control).toMatch(/^Section: net$/m);
    expect(control).toMatch(/^Depends: .*\blibgtk-3-0, .*\blibc6 \(>= 2\.34\)/m);
    expect(control).toMatch(/^Description: personal chat server/m);
  });

  test('the .deb brings program, menu entry and icons, readable for all and owned by root', ({ skip }) => {
    skip(missingForDeb !== undefined, missingForDeb);
    const lines = run('dpkg-deb', '--contents', deb).trimEnd().split('\n');
    expect(lines.filter((line) => !line.includes(' root/root '))).toEqual([]);
    const modes = new Map(lines.map((line) => [line.replace(/^.*? \.\//, ''), line.slice(0, 10)]));
    expect(modes.get('usr/bin/snug -> ../lib/snug/snug')).toBe('lrwxrwxrwx');
    expect(modes.get('usr/lib/snug/')).toBe('drwxr-xr-x');
    expect(modes.get('usr/lib/snug/snug')).toBe('-rwxr-xr-x');
    // Where the system gives user namespaces to nobody, Chromium's sandbox needs this.
    expect(modes.get('usr/lib/snug/chrome-sandbox')).toBe('-rwsr-xr-x');
    expect(modes.get('usr/lib/snug/resources/app.asar')).toBe('-rw-r--r--');
    for (const size of ['16x16', '48x48', '256x256', '512x512']) {
      expect(modes.has(`usr/share/icons/hicolor/${size}/apps/snug.png`)).toBe(true);
    }
    expect(modes.has('usr/share/icons/hicolor/scalable/apps/snug.svg')).toBe(true);
  });

  test("the .deb's menu entry and licence are right", ({ skip }) => {
    skip(missingForDeb !== undefined, missingForDeb);
    const folder = mkdtempSync(join(tmpdir(), 'snug-deb-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    run('dpkg-deb', '--extract', deb, folder);
    const entry = join(folder, 'usr/share/applications/snug.desktop');
    expect(readFileSync(entry, 'utf8').split('\n')).toEqual(
      expect.arrayContaining(['Name=Snug', 'Exec=snug', 'Icon=snug', 'Categories=Network;InstantMessaging;Chat;']),
    );
    expect(readFileSync(join(folder, 'usr/share/doc/snug/copyright'), 'utf8')).toContain('The Snug authors');
    if (findProgram('desktop-file-validate') !== undefined) expect(run('desktop-file-validate', entry)).toBe('');
  });

  test('the AppImage holds the same app behind its runtime', ({ skip }) => {
    skip(missingForAppImage !== undefined, missingForAppImage);
    const folderOfImages = join(made, 'electron-builder/x64');
    const image = join(folderOfImages, readdirSync(folderOfImages).find((name) => name.endsWith('.AppImage')) ?? '');
    expect(image).toMatch(/Snug-\d+\.\d+\.\d+-linux-x86_64\.AppImage$/);
    expect(readFileSync(image).subarray(0, RUNTIME.length).equals(RUNTIME)).toBe(true);
    const folder = mkdtempSync(join(tmpdir(), 'snug-appimage-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    run('unsquashfs', '-quiet', '-no-progress', '-offset', String(RUNTIME.length), '-dest', join(folder, 'app'), image);
    const inside = (path: string) => join(folder, 'app', path);
    const packaged = join(project.folder, 'out/Snug-linux-x64/resources/app.asar');
    expect(readFileSync(inside('resources/app.asar')).equals(readFileSync(packaged))).toBe(true);
    expect(existsSync(inside('resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds/linux-x64.node'))).toBe(
      true,
    );
    expect(existsSync(inside('AppRun'))).toBe(true);
    expect(run('desktop-file-validate', inside('snug.desktop'))).toBe('');
    expect(readFileSync(inside('snug.desktop'), 'utf8')).toContain('Categories=Network;InstantMessaging;Chat;');
  });
});

describe('for Windows', () => {
  const missing = whatIsMissing(['makensis']);

  /** As much of electron-builder's script as the include refers to. */
  const SCRIPT = `Unicode true
Name "Snug"
OutFile "out.exe"
RequestExecutionLevel user
!include LogicLib.nsh
!define PRODUCT_NAME "Snug"
!define APP_EXECUTABLE_FILENAME "Snug.exe"
!macro _isUpdated _a _b _t _f
  StrCmp $1 "updated" \`\${_t}\` \`\${_f}\`
!macroend
!define isUpdated \`"" isUpdated ""\`
Var installMode
!include "${join(ROOT, 'build/windows/installer.nsh')}"
Section
  StrCpy $installMode "all"
  WriteUninstaller "$INSTDIR\\uninstall.exe"
  !insertmacro customInstall
SectionEnd
Section "un.Snug"
  !insertmacro customUnInstall
SectionEnd
`;

  test("the installer's firewall part compiles without a warning", ({ skip }) => {
    skip(missing !== undefined, missing);
    const folder = mkdtempSync(join(tmpdir(), 'snug-nsis-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'script.nsi'), SCRIPT);
    const { status, stdout, stderr } = spawnSync('makensis', ['-WX', 'script.nsi'], { cwd: folder, encoding: 'utf8' });
    expect(`${status}\n${status === 0 ? '' : stdout + stderr}`).toBe('0\n');
  });

  test('the rule names the program, not ports, counts on no public network, and survives an update', () => {
    const text = readFileSync(join(ROOT, 'build/windows/installer.nsh'), 'utf8');
    const [added = ''] = /^.*add rule.*$/m.exec(text) ?? [];
    expect(added).toContain('program="$INSTDIR');
    expect(added).toContain('profile=private,domain ');
    expect(added).not.toMatch(/localport|public/);
    expect(text).toMatch(/!macro customUnInstall\n[^$]*\$\{ifNot\} \$\{isUpdated\}/);
  });
});
