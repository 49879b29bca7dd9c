/** The packaged app: what is in the archive and beside it, what the program refuses, and that the server in it runs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractAll, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APP_ID } from '../../build/app-description.ts';
import { appFiles } from '../../electron/desktop-paths.ts';
import { copyProject, type ProjectCopy } from './forge.ts';
import { bootWorker } from './packaged-worker.ts';

let project: ProjectCopy;
let linux: string;
let app: string;

beforeAll(async () => {
  project = copyProject(['linux', 'win32', 'darwin']);
  await project.forge(['package', '--platform', 'linux', '--arch', 'x64']);
  linux = join(project.folder, 'out/Snug-linux-x64');
  // A folder of its own, away from every node_modules: what is not in the archive must not be found.
  app = join(project.folder, '../extracted');
  extractAll(join(linux, 'resources/app.asar'), app);
}, 120_000);

afterAll(() => project?.remove());

/** Files of an archive, without the window's (their names carry hashes) and without folders. */
function filesIn(resources: string): readonly string[] {
  const paths = listPackage(join(resources, 'app.asar'), { isPack: false }).map((path) => path.replaceAll('\\', '/'));
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
}

function filesBelow(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length));
}

const FUSES_OFF = [
  FuseV1Options.RunAsNode,
  FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  FuseV1Options.EnableNodeCliInspectArguments,
  FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  FuseV1Options.GrantFileProtocolExtraPrivileges,
];
const FUSES_ON = [
  FuseV1Options.EnableCookieEncryption,
  FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  FuseV1Options.OnlyLoadAppFromAsar,
  FuseV1Options.WasmTrapHandlers,
];

async function expectFuses(program: string): Promise<void> {
  const wire = await getCurrentFuseWire(program);
  expect(FUSES_OFF.map((fuse) => wire[fuse])).toEqual(FUSES_OFF.map(() => FuseState.DISABLE));
  expect(FUSES_ON.map((fuse) => wire[fuse])).toEqual(FUSES_ON.map(() => FuseState.ENABLE));
}

describe('for Linux', () => {
  test('the archive holds the four bundles, the window, the web chat, the pictures, better-sqlite3 and nothing else', () => {
    const files = filesIn(join(linux, 'resources'));
    const within = (prefix: string) => files.filter((path) => path.startsWith(prefix));
    expect(within('/.vite/')).toEqual(
      ['main', 'preload', 'worker', 'writer-thread'].map((name) => `/.vite/build/${name}.cjs`),
    );
    expect(within('/dist/')).toEqual(expect.arrayContaining(['/dist/renderer/index.html', '/dist/chat/index.html']));
    expect(within('/node_modules/').filter((path) => !path.startsWith('/node_modules/better-sqlite3/'))).toEqual([]);
    const known =
      /^\/(\.vite\/build|dist\/(renderer|chat)|build\/icons|node_modules\/better-sqlite3)\/|^\/package\.json$/;
    expect(files.filter((path) => !known.test(path))).toEqual([]);
  });

  test("better-sqlite3's one compiled file lies outside, where the system can load it", () => {
    expect(filesBelow(join(linux, 'resources/app.asar.unpacked'))).toEqual([
      '/node_modules/better-sqlite3/prebuilds/linux-x64.node',
    ]);
  });

  test('all nine fuses are set', async () => {
    await expectFuses(join(linux, 'snug'));
  });

  test('our licence lies beside the program, and that of Electron beside ours', () => {
    expect(readFileSync(join(linux, 'LICENSE'), 'utf8')).toContain('The Snug authors');
    expect(readFileSync(join(linux, 'LICENSE.electron.txt'), 'utf8')).not.toContain('The Snug authors');
  });
});

describe('the extracted archive', () => {
  test('has every part that the shell looks for', () => {
    const states = ['needs-setup', 'starting', 'running', 'running-with-problem', 'stopped', 'failed'] as const;
    const systems = ['linux', 'win32', 'darwin'] as const;
    const wanted = systems.flatMap((system) => {
      // Only the names of the files differ by system; slashes work on all.
      const { trayIcon, ...parts } = appFiles(app, system);
      return [...Object.values(parts), ...states.map(trayIcon)].map((path) => path.replaceAll('\\', '/'));
    });
    expect(wanted.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('calls itself by the id that the installers use', () => {
    expect(readFileSync(join(app, '.vite/build/main.cjs'), 'utf8')).toContain(`"${APP_ID}"`);
  });
});

describe('the server in the package, under Node alone', () => {
  test('starts, listens, and stops when it is told to', async () => {
    await using worker = await bootWorker(app);
    process.stdout.write(`the packaged worker was ready after ${Math.round(worker.readyMs)} ms\n`);
    expect(worker.ready.ports.c2s).toBeGreaterThan(0);
    expect(worker.ready.ports.c2sTls).toBeGreaterThan(0);
    expect(await worker.greet()).toContain("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'");
    worker.stop();
    expect(await worker.ended).toEqual({ code: 0, said: 'stopped' });
  });

  test('stops properly at SIGTERM', async () => {
    await using worker = await bootWorker(app);
    worker.kill('SIGTERM');
    expect(await worker.ended).toEqual({ code: 0, said: 'stopped' });
  });

  test('ends when its parent is gone', async () => {
    await using worker = await bootWorker(app);
    worker.disconnect();
    expect((await worker.ended).code).toBe(0);
  });
});

describe('for the other systems', () => {
  test('macOS: permissions and kind of app are in Info.plist, the archive is sealed, the fuses are set', async () => {
    await project.forge(['package', '--platform', 'darwin', '--arch', 'x64']);
    const bundle = join(project.folder, 'out/Snug-darwin-x64/Snug.app');
    const plist = readFileSync(join(bundle, 'Contents/Info.plist'), 'utf8').replaceAll(/>\s+</g, '><');
    expect(plist).toContain('<key>LSUIElement</key><true/>');
    expect(plist).toContain('<key>NSLocalNetworkUsageDescription</key><string>Snug is a chat server');
    expect(plist).toContain(
      '<key>NSBonjourServices</key><array><string>_xmpp-client._tcp</string><string>_xmpps-client._tcp</string><string>_xmpp-server._tcp</string></array>',
    );
    expect(plist).toContain('<key>CFBundleIdentifier</key><string>im.snug.Snug</string>');
    expect(plist).toContain('<key>ElectronAsarIntegrity</key>');
    await expectFuses(bundle);
    expect(filesBelow(join(bundle, 'Contents/Resources/app.asar.unpacked'))).toEqual([
      '/node_modules/better-sqlite3/prebuilds/darwin-x64.node',
    ]);
  }, 60_000);

  test('Windows: the program bears our name and icon, the archive is sealed, the fuses are set', async () => {
    await project.forge(['package', '--platform', 'win32', '--arch', 'x64']);
    const folder = join(project.folder, 'out/Snug-win32-x64');
    const program = readdirSync(folder).find((name) => name.toLowerCase() === 'snug.exe') ?? 'no snug.exe';
    const { entries } = NtExecutableResource.from(NtExecutable.from(readFileSync(join(folder, program))));
    const [version] = Resource.VersionInfo.fromEntries(entries);
    expect(version?.getStringValues({ lang: 1033, codepage: 1200 })).toMatchObject({ ProductName: 'Snug' });
    expect(Resource.IconGroupEntry.fromEntries(entries)[0]?.icons.length).toBe(7);
    expect(entries.map(({ type }) => type)).toContain('INTEGRITY');
    await expectFuses(join(folder, program));
    expect(filesBelow(join(folder, 'resources/app.asar.unpacked')).map((path) => path.replaceAll('\\', '/'))).toEqual([
      '/node_modules/better-sqlite3/prebuilds/win32-x64.node',
    ]);
  }, 60_000);
});
