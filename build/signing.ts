/**
 * Signing of the app, where the environment says with what. Without, the app is built unsigned: macOS then starts it
 * only after a right click, and Windows warns.
 */
import { join } from 'node:path';
import type { ForgePackagerOptions } from '@electron-forge/shared-types';

const ENTITLEMENTS = join(import.meta.dirname, 'macos/entitlements.plist');

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads `SNUG_SIGN_MAC` (name of a Developer ID identity in the keychain), `APPLE_ID`, `APPLE_PASSWORD`,
 * `APPLE_TEAM_ID` (notarisation), `SNUG_SIGN_WINDOWS` (path of a .pfx file) and `SNUG_SIGN_WINDOWS_PASSWORD`.
 *
 * @throws Error when notarisation is asked for by half
 */
export function signing(
  environment: Environment,
): Pick<ForgePackagerOptions, 'osxSign' | 'osxNotarize' | 'windowsSign'> {
  return { ...macSigning(environment), ...windowsSigning(environment) };
}

function macSigning(environment: Environment): Pick<ForgePackagerOptions, 'osxSign' | 'osxNotarize'> {
  const {
    SNUG_SIGN_MAC: identity,
    APPLE_ID: appleId,
    APPLE_PASSWORD: appleIdPassword,
    APPLE_TEAM_ID: teamId,
  } = environment;
  if (!identity) return {};
  // Every compiled file is signed, also better-sqlite3's beside the archive: the hardened runtime loads no other.
  const osxSign = { identity, optionsForFile: () => ({ entitlements: ENTITLEMENTS, hardenedRuntime: true }) };
  if (!appleId && !appleIdPassword && !teamId) return { osxSign };
  if (!appleId || !appleIdPassword || !teamId) {
    throw new Error('Notarisation needs APPLE_ID, APPLE_PASSWORD and APPLE_TEAM_ID, and not all of them are set.');
  }
  return { osxSign, osxNotarize: { appleId, appleIdPassword, teamId } };
}

function windowsSigning(environment: Environment): Pick<ForgePackagerOptions, 'windowsSign'> {
  const { SNUG_SIGN_WINDOWS: certificateFile, SNUG_SIGN_WINDOWS_PASSWORD: certificatePassword } = environment;
  if (!certificateFile) return {};
  return { windowsSign: { certificateFile, ...(certificatePassword === undefined ? {} : { certificatePassword }) } };
}
