/** How the app is built: what goes into it (`npm run package`) and how it is handed out (`npm run make`). */
import { copyFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { FusesPlugin } from '@electron-forge/plugin-fuses';
import { VitePlugin } from '@electron-forge/plugin-vite';
import type { ForgeConfig } from '@electron-forge/shared-types';
import { APP_ID, APP_NAME, COPYRIGHT, PROGRAM_NAME } from './build/app-description.ts';
import { BUNDLES, CHAT_CONFIG, WINDOW_CONFIG } from './build/bundle-settings.ts';
import { chooseFuses } from './build/fuses.ts';
import { createMakers } from './build/installers.ts';
import { isLeftOut, trimContents } from './build/package-contents.ts';
import { signing } from './build/signing.ts';

const root = import.meta.dirname;
/** A folder with `electron-v<version>-<platform>-<arch>.zip`, where the download is not wanted or not possible. */
const electronZipDir = process.env.SNUG_ELECTRON_ZIPS;

const config: ForgeConfig = {
  packagerConfig: {
    name: APP_NAME,
    // On Linux the program is also typed and named by the desktop entry; elsewhere people see the file.
    executableName: process.platform === 'linux' ? PROGRAM_NAME : APP_NAME,
    appBundleId: APP_ID,
    appCategoryType: 'public.app-category.social-networking',
    appCopyright: COPYRIGHT,
    icon: join(root, 'build/app-icon/snug'),
    extendInfo: join(root, 'build/macos/info.plist'),
    asar: true,
    ignore: isLeftOut,
    // `ignore` already leaves out every package but one; pruning would bring empty folders of the others back.
    prune: false,
    afterCopy: [trimContents],
    ...(electronZipDir === undefined ? {} : { electronZipDir }),
    ...signing(process.env),
  },
  // better-sqlite3 is Node-API: its compiled files fit every Electron.
  rebuildConfig: { onlyModules: [] },
  hooks: {
    // Electron's licence lies where people look for ours.
    postPackage: async (_config, { outputPaths }) => {
      for (const folder of outputPaths) {
        await rename(join(folder, 'LICENSE'), join(folder, 'LICENSE.electron.txt'));
        await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
      }
    },
  },
  plugins: [
    new VitePlugin({
      build: BUNDLES.map(({ entry, config, target }) => ({ entry, config, target })),
      renderer: [
        { name: 'window', config: WINDOW_CONFIG },
        { name: 'chat', config: CHAT_CONFIG },
      ],
    }),
    new FusesPlugin(chooseFuses(process.env.SNUG_INSPECTABLE === '1' ? 'inspectable' : 'release')),
  ],
  makers: createMakers(),
};

export default config;
