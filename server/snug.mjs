#!/usr/bin/env node
// The `snug` command's first file, in syntax that every Node with modules can read: an older Node hands over to
// the one that came with the package, which runs TypeScript as it is.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 24;
// A chat server's garbage is small and short-lived: more room for it makes nothing faster, but takes 50 MB under load.
const FLAGS = ['--max-semi-space-size=4'];
const here = dirname(fileURLToPath(import.meta.url));
const entry = join(here, 'cli.ts');

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  import('./cli.ts');
} else {
  const node = findPinnedNode(here);
  if (node === undefined) {
    process.stderr.write(
      `Snug needs Node ${NEEDED_MAJOR} or newer, and this is ${process.version}; run "npm ci" to install one.\n`,
    );
    process.exitCode = 1;
  } else {
    handOver(node);
  }
}

/** The package `node` brings the program itself; it may be installed beside us or further up. */
function findPinnedNode(start) {
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = start; ; folder = dirname(folder)) {
    const candidates = [join('node', 'bin', program), join('.bin', program)];
    for (const candidate of candidates) {
      const path = join(folder, 'node_modules', candidate);
      if (existsSync(path)) return path;
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function handOver(node) {
  const child = spawn(node, FLAGS.concat(entry, process.argv.slice(2)), { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const passOn = {};
  signals.forEach((signal) => {
    passOn[signal] = () => child.kill(signal);
    process.on(signal, passOn[signal]);
  });
  child.on('error', (error) => {
    process.stderr.write(`${node} could not be started (${error.message}).\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    signals.forEach((name) => {
      process.removeListener(name, passOn[name]);
    });
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}
