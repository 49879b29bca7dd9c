/**
 * A Forge maker for the formats that electron-builder makes well: AppImage, the NSIS installer, the disk image.
 *
 * It is given the app as Forge has packaged it, with fuses set and signed, and only wraps it: electron-builder's own
 * settings for files, fuses and signing of the app do nothing here.
 */
import { join } from 'node:path';
import { MakerBase, type MakerOptions } from '@electron-forge/maker-base';
import type { ForgePlatform } from '@electron-forge/shared-types';
import { Arch, build, type Configuration, Platform } from 'app-builder-lib';

export interface ElectronBuilderMakerConfig {
  /** The formats of each system, in electron-builder's words. Several of one system share one run and one folder. */
  readonly targets: Readonly<Partial<Record<ForgePlatform, readonly string[]>>>;
  readonly config: Configuration;
}

const PROJECT = join(import.meta.dirname, '../..');
const PLATFORMS: Readonly<Partial<Record<ForgePlatform, Platform>>> = {
  linux: Platform.LINUX,
  win32: Platform.WINDOWS,
  darwin: Platform.MAC,
};
const ARCHS: Readonly<Record<string, Arch>> = { x64: Arch.x64, arm64: Arch.arm64, universal: Arch.universal };

export class MakerElectronBuilder extends MakerBase<ElectronBuilderMakerConfig> {
  override name = 'electron-builder';
  override defaultPlatforms: ForgePlatform[] = ['linux', 'win32', 'darwin'];

  override isSupportedOnCurrentPlatform(): boolean {
    return true;
  }

  /** @returns the paths of the installers. @throws Error where the tools of a format cannot be had */
  override async make({ dir, makeDir, appName, targetPlatform, targetArch }: MakerOptions): Promise<string[]> {
    const platform = PLATFORMS[targetPlatform];
    const arch = ARCHS[targetArch];
    const targets = this.config.targets[targetPlatform] ?? [];
    if (platform === undefined || arch === undefined) {
      throw new Error(`No installer is configured for ${targetPlatform} on ${targetArch}.`);
    }
    if (targets.length === 0) return [];
    return await build({
      projectDir: PROJECT,
      prepackaged: targetPlatform === 'darwin' ? join(dir, `${appName}.app`) : dir,
      targets: platform.createTarget([...targets], arch),
      publish: 'never',
      config: { ...this.config.config, directories: { output: join(makeDir, 'electron-builder', targetArch) } },
    });
  }
}
