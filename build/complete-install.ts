/**
 * Adds the packages that npm left out because of the Node it ran on.
 *
 * `npm ci` may run on an older Node than the one it installs for our scripts, and then leaves out optional packages
 * that ask for a newer one, without a word: the maker of `.deb` packages is such a one. This runs on ours.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const npm = process.env.npm_execpath;
const isComplete = existsSync(join(root, 'node_modules/electron-installer-debian')) || process.platform === 'win32';

if (!isComplete && npm !== undefined) {
  const args = ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    process.stdout.write('The maker of .deb packages could not be installed; without it, no .deb is made.\n');
}
