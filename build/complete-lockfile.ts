/**
 * `npm run lockfile`: enters into package-lock.json what an incomplete registry could not tell npm about.
 *
 * Packages with native parts list one optional package per platform. A mirror that has only some of them makes
 * `npm install` leave the others out, and then `npm ci` refuses the lock file as not in sync, on every machine. Their
 * names say all that npm needs to know on machines that they are not for; where they are for, they are fetched by version.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const PATH = join(import.meta.dirname, '../package-lock.json');
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

const lock = JSON.parse(readFileSync(PATH, 'utf8')) as { packages: Record<string, LockEntry> };
const added: string[] = [];

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isThere(path, name)) continue;
    const wanted = platformEntry(name, version, entry.dev === true);
    if (wanted === undefined) {
      process.stderr.write(`${name}: no platform can be read from its name; left out\n`);
      continue;
    }
    lock.packages[`node_modules/${name}`] = wanted;
    added.push(name);
  }
}

if (added.length > 0) {
  const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(PATH, `${JSON.stringify({ ...lock, packages: sorted }, undefined, 2)}\n`);
}
process.stdout.write(added.length === 0 ? 'Nothing is missing.\n' : `Added ${added.length}: ${added.join(', ')}\n`);

/** Node's own way of looking: beside the package, then one folder further up each time. */
function isThere(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (lock.packages[candidate] !== undefined) return true;
    if (folder === '') return false;
  }
}

function platformEntry(name: string, range: string, isDev: boolean): LockEntry | undefined {
  const words = name.split(/[-_/.]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.some((word) => word === processor || word === `${processor}hf`));
  const version = /\d.*/.exec(range)?.[0];
  if (version === undefined || (os === undefined && cpu === undefined)) return undefined;
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  return {
    version,
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(isDev ? { dev: true } : {}),
    ...(os === 'linux' && libc !== undefined ? { libc: [libc] } : {}),
    optional: true,
    ...(os === undefined ? {} : { os: [os] }),
  };
}
