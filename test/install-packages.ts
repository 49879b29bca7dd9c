/**
 * Installs the programs from Debian that the tests talk to: real clients and servers, mDNS, TLS checks. Does nothing
 * where they are there already, and only says what is missing where it may not install them; those tests then skip
 * themselves.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const PACKAGES = [
  'avahi-daemon',
  'avahi-utils',
  'chromium',
  'dbus',
  'desktop-file-utils',
  'ejabberd',
  'fakeroot',
  'fonts-inter',
  'gnutls-bin',
  'iproute2',
  'knot',
  'ldnsutils',
  'libnss-mdns',
  'libnss3-tools',
  // Only the program: the package miniupnpd, which asks questions and starts it, is not needed.
  'miniupnpd-nftables',
  'nftables',
  'lua-unbound',
  'nsis',
  'openssl',
  'pebble',
  'procps',
  'profanity',
  'prosody',
  'python3',
  'python3-aioxmpp',
  'python3-pytest',
  'python3-slixmpp',
  'squashfs-tools',
  'testssl.sh',
  'tmux',
  'unbound',
  'util-linux',
  'zbar-tools',
];

function isInstalled(name: string): boolean {
  const query = spawnSync('dpkg', ['--status', name], { encoding: 'utf8' });
  return query.status === 0 && query.stdout.includes('Status: install ok installed');
}

function apt(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return spawnSync('apt-get', ['-q', '-y', ...args], { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

/** Debian asks this program before it starts a service; 101 is no. */
const POLICY = '/usr/sbin/policy-rc.d';

/** The tests start what they need by themselves; nobody who runs them wants further servers on his computer. */
function withoutServices(install: () => void): void {
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    if (isOurs) rmSync(POLICY);
  }
}

const isDebian = spawnSync('apt-get', ['--version']).status === 0;
const missing = isDebian ? PACKAGES.filter((name) => !isInstalled(name)) : PACKAGES;

if (missing.length > 0) {
  const list = missing.join(' ');
  if (!isDebian || process.getuid?.() !== 0) {
    process.stdout.write(
      `Tests that need these programs will be skipped; as root on Debian they are installed: ${list}\n`,
    );
  } else {
    process.stdout.write(`Installing what the tests talk to: ${list}\n`);
    withoutServices(() => {
      if (apt('install', '--no-install-recommends', ...missing)) return;
      apt('update');
      if (!apt('install', '--no-install-recommends', ...missing))
        process.stdout.write('Some could not be installed; their tests will be skipped.\n');
    });
  }
}
