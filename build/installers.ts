/** The installers: what each system's package looks like around the same app. */
import { join } from 'node:path';
import { MakerDeb, type MakerDebConfig } from '@electron-forge/maker-deb';
import type { Configuration } from 'app-builder-lib';
import {
  APP_ID,
  APP_NAME,
  CATEGORIES,
  COPYRIGHT,
  DESCRIPTION,
  GENERIC_NAME,
  KEYWORDS,
  MAINTAINER,
  PROGRAM_NAME,
  SUMMARY,
} from './app-description.ts';
import { MakerElectronBuilder } from './makers/electron-builder.ts';

const here = import.meta.dirname;
const icons = join(here, 'app-icon');

/** What AppImage, NSIS and disk image look like. Only what still takes effect on an app that is packaged already. */
export const electronBuilderConfig: Configuration = {
  appId: APP_ID,
  productName: APP_NAME,
  copyright: COPYRIGHT,
  // Names that sort and that a download page can show: Snug-1.2.3-linux-x86_64.AppImage.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: electron-builder's own placeholders
  artifactName: '${productName}-${version}-${os}-${arch}.${ext}',
  // better-sqlite3 brings compiled files for every system; nothing is compiled here.
  npmRebuild: false,
  publish: null,
  // The runtime without libfuse2, which current distributions no longer install.
  toolsets: { appimage: '1.0.3' },
  linux: {
    executableName: PROGRAM_NAME,
    icon: join(icons, 'linux'),
    category: CATEGORIES,
    maintainer: MAINTAINER,
    synopsis: SUMMARY,
    description: DESCRIPTION,
    syncDesktopName: true,
    desktop: { entry: { GenericName: GENERIC_NAME, Keywords: KEYWORDS, StartupNotify: 'true' } },
  },
  win: { icon: join(icons, 'snug.ico') },
  nsis: {
    // Two questions at most: for whom, and where to. Those who may not install for everybody still can for themselves.
    oneClick: false,
    perMachine: false,
    allowElevation: true,
    allowToChangeInstallationDirectory: true,
    include: join(here, 'windows/installer.nsh'),
    installerIcon: join(icons, 'snug.ico'),
    uninstallerIcon: join(icons, 'snug.ico'),
    // SECURITY: what people wrote is theirs: an uninstaller never deletes the data folder.
    deleteAppDataOnUninstall: false,
    createDesktopShortcut: false,
    shortcutName: APP_NAME,
  },
  dmg: { icon: join(icons, 'snug.icns'), title: `${APP_NAME} \${version}` },
};

/** As desktops look for them: by size; the drawing for all others. */
const linuxIcons: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [16, 24, 32, 48, 64, 128, 256, 512].map((side) => [`${side}x${side}`, join(icons, `linux/${side}x${side}.png`)]),
  ),
  scalable: join(icons, 'snug.svg'),
};

const debOptions: NonNullable<MakerDebConfig['options']> = {
  name: PROGRAM_NAME,
  bin: PROGRAM_NAME,
  productName: APP_NAME,
  genericName: GENERIC_NAME,
  description: SUMMARY,
  productDescription: DESCRIPTION,
  section: 'net',
  priority: 'optional',
  maintainer: MAINTAINER,
  desktopTemplate: join(here, 'linux/snug.desktop.in'),
  // Beside Electron's own libraries, which the maker adds. better-sqlite3's compiled file needs this libc.
  depends: ['libc6 (>= 2.34)'],
  // So that `.local` names resolve on this computer, too.
  recommends: ['libnss-mdns'],
};
// The maker's types know one picture; the program that it drives takes several by size.
Object.assign(debOptions, { icon: linuxIcons });

/** @returns the makers of all systems; Forge takes those that fit the one it runs on. */
export function createMakers() {
  return [
    new MakerDeb({ options: debOptions }),
    new MakerElectronBuilder({
      targets: { linux: ['AppImage'], win32: ['nsis'], darwin: ['dmg', 'zip'] },
      config: electronBuilderConfig,
    }),
  ];
}
