/**
 * Electron's fuses: what the program refuses to do for whoever starts it. They are set in the binary before it is
 * signed; all are spelled out, so that a new one stops the build until somebody has decided.
 */
import { type FuseConfig, FuseV1Options, FuseVersion } from '@electron/fuses';

/** @param flavour `inspectable` only for the test of the real app: Playwright attaches through Node's inspector. */
export function chooseFuses(flavour: 'release' | 'inspectable'): FuseConfig {
  return {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    // SECURITY: the app must not serve as a Node for whoever can start it: its permissions (firewall, local network,
    // keyring) are granted to this program. The server runs in a utility process, which needs none of the three.
    [FuseV1Options.RunAsNode]: false,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: flavour === 'inspectable',
    [FuseV1Options.EnableCookieEncryption]: true,
    // SECURITY: macOS and Windows check the archive against the hash in the signed program.
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // The window comes by its own protocol, not from file:.
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
    // Bounds checks of WebAssembly by traps: on as in Chromium, faster and no less safe.
    [FuseV1Options.WasmTrapHandlers]: true,
  };
}
