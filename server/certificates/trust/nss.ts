/**
 * Browsers on Linux: Chromium and its kin share one database of NSS for each user, Firefox has one in each profile. Both
 * are changed with Mozilla's own `certutil`.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  reasonOf,
  type Surroundings,
  TrustError,
  type TrustedAuthority,
  type TrustStore,
  withCertificateFile,
} from './trust-store.ts';

/** Below the home directory, in the order in which NSS looks itself. */
const CHROMIUM_DATABASES = ['.pki/nssdb', '.local/share/pki/nssdb'];
/** Where one of these is, a browser of that family has been used. */
const CHROMIUM_PROFILES = ['chromium', 'google-chrome', 'microsoft-edge', 'BraveSoftware', 'vivaldi'];
const CHROMIUM_SNAP = 'snap/chromium/current/.pki/nssdb';
const FIREFOX_FOLDERS = [
  '.mozilla/firefox',
  '.config/mozilla/firefox',
  'snap/firefox/common/.mozilla/firefox',
  '.var/app/org.mozilla.firefox/.mozilla/firefox',
];
const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Authorities of one name that former installations left behind. */
const MAX_REMOVALS = 16;

/** The databases that are there, and the one that Chromium would make. */
export function findNssStores({ home, environment, run }: Surroundings): TrustStore[] {
  const config = environment.XDG_CONFIG_HOME || join(home, '.config');
  const shared = CHROMIUM_DATABASES.map((path) => join(home, path)).find((path) => existsSync(path));
  const isUsed = CHROMIUM_PROFILES.some((name) => existsSync(join(config, name)));
  const chromium = shared ?? (isUsed ? join(home, CHROMIUM_DATABASES[0] ?? '') : undefined);
  const snap = join(home, CHROMIUM_SNAP);
  return [
    ...(chromium === undefined ? [] : [new NssStore('Chromium, Chrome and Edge', chromium, run)]),
    ...(existsSync(snap) ? [new NssStore('Chromium (Snap)', snap, run)] : []),
    ...FIREFOX_FOLDERS.flatMap((folder) => firefoxProfiles(join(home, folder))).map(
      ({ name, path }) => new NssStore(`Firefox (${name})`, path, run),
    ),
  ];
}

function firefoxProfiles(folder: string): { readonly name: string; readonly path: string }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(join(folder, name, 'cert9.db')))
    .map((name) => ({ name: name.replace(/^[^.]*\./, ''), path: join(folder, name) }));
}

class NssStore implements TrustStore {
  readonly name: string;
  readonly #path: string;
  readonly #run: Surroundings['run'];

  constructor(name: string, path: string, run: Surroundings['run']) {
    this.name = name;
    this.#path = path;
    this.#run = run;
  }

  async has(authority: TrustedAuthority): Promise<boolean> {
    const listed = await this.#certutil('-L', '-n', authority.name, '-a');
    const wanted = new X509Certificate(authority.pem).fingerprint256;
    const isThere = (listed.stdout.match(CERTIFICATE_BLOCK) ?? []).some(
      (pem) => new X509Certificate(pem).fingerprint256 === wanted,
    );
    // L: as an authority for servers. Somebody may have kept it and taken the trust away.
    return isThere && (await this.#certutil('-V', '-n', authority.name, '-u', 'L')).status === 0;
  }

  async add(authority: TrustedAuthority): Promise<void> {
    if (!existsSync(this.#path)) {
      mkdirSync(this.#path, { recursive: true, mode: 0o700 });
      await this.#must('-N', '--empty-password');
    }
    // An older one of the same name would stand for it.
    await this.remove(authority);
    await withCertificateFile(authority.pem, (path) => this.#must('-A', '-n', authority.name, '-t', 'C,,', '-i', path));
  }

  async remove({ name }: TrustedAuthority): Promise<void> {
    for (let round = 0; round < MAX_REMOVALS; round += 1) {
      if ((await this.#certutil('-L', '-n', name)).status !== 0) return;
      await this.#must('-D', '-n', name);
    }
  }

  /** With an empty password, lest it asks for the one that a database has, with nobody there to type it. */
  #certutil(...words: readonly string[]) {
    const [verb = '', ...rest] = words;
    const password = words.includes('--empty-password') ? [] : ['-f', '/dev/null'];
    return this.#run('certutil', verb, '-d', `sql:${this.#path}`, ...password, ...rest);
  }

  async #must(...words: readonly string[]): Promise<void> {
    const ran = await this.#certutil(...words);
    if (ran.status !== 0) throw new TrustError(`${this.name} did not take it: ${reasonOf(ran)}`);
  }
}
