/** Trusting the server's authority on the computer that it runs on, so that browsers and apps here ask nothing. */
import { existsSync } from 'node:fs';
import { findNssStores } from './nss.ts';
import { keychain, windowsRoots } from './system-stores.ts';
import { type Surroundings, TrustError, type TrustedAuthority, type TrustStore } from './trust-store.ts';

export interface TrustReport {
  readonly places: readonly { readonly name: string; readonly isTrusted: boolean }[];
  /** What keeps Snug from doing it, and what can be done about that; or what it cannot do at all. */
  readonly hint?: string;
  /** Tells every other program of this computer, which only an administrator of it may do. */
  readonly command?: string;
}

const NO_CERTUTIL =
  'To tell the browsers here, Snug needs the program certutil. On Debian and Ubuntu: sudo apt install libnss3-tools; ' +
  'on Fedora: sudo dnf install nss-tools; on Arch: sudo pacman -S nss.';
const NO_BROWSER = 'No browser has been used here yet by the user under whom Snug runs.';
const OTHER_PROGRAMS =
  'Apps such as Dino ask the list of the whole system, which only an administrator can change, with this command.';
const UNKNOWN_SYSTEM = 'Snug does not know how this system is told whom to trust.';

/** `authorityPath`: where the certificate lies for commands that people type. */
export class ThisComputer {
  readonly #surroundings: Surroundings;
  readonly #authorityPath: string;

  constructor(surroundings: Surroundings, authorityPath: string) {
    this.#surroundings = surroundings;
    this.#authorityPath = authorityPath;
  }

  async report(authority: TrustedAuthority): Promise<TrustReport> {
    const { stores, hint } = await this.#find();
    const places: { name: string; isTrusted: boolean }[] = [];
    for (const store of stores) places.push({ name: store.name, isTrusted: await store.has(authority) });
    const command = this.#systemCommand();
    const said = [hint, command && OTHER_PROGRAMS].filter((sentence) => sentence !== undefined).join(' ');
    return { places, ...(said !== '' && { hint: said }), ...(command !== undefined && { command }) };
  }

  /** Everywhere. @throws TrustError when there is nowhere, or a place refuses; those before it then have it. */
  async install(authority: TrustedAuthority): Promise<void> {
    const { stores, hint } = await this.#find();
    if (stores.length === 0) throw new TrustError(hint ?? UNKNOWN_SYSTEM);
    for (const store of stores) if (!(await store.has(authority))) await store.add(authority);
  }

  /** Everywhere, also where it is kept without being trusted. @throws TrustError */
  async remove(authority: TrustedAuthority): Promise<void> {
    const { stores, hint } = await this.#find();
    if (stores.length === 0) throw new TrustError(hint ?? UNKNOWN_SYSTEM);
    for (const store of stores) await store.remove(authority);
  }

  async #find(): Promise<{ readonly stores: readonly TrustStore[]; readonly hint?: string }> {
    const { platform, run } = this.#surroundings;
    if (platform === 'darwin') return { stores: [keychain(this.#surroundings)] };
    if (platform === 'win32') return { stores: [windowsRoots(this.#surroundings)] };
    if (platform !== 'linux') return { stores: [], hint: UNKNOWN_SYSTEM };
    const stores = findNssStores(this.#surroundings);
    if (stores.length === 0) return { stores, hint: NO_BROWSER };
    const isThere = (await run('certutil', '--help')).status !== null;
    return isThere ? { stores } : { stores: [], hint: NO_CERTUTIL };
  }

  #systemCommand(): string | undefined {
    if (this.#surroundings.platform !== 'linux') return undefined;
    const path = `'${this.#authorityPath.replaceAll("'", `'\\''`)}'`;
    return existsSync('/usr/sbin/update-ca-certificates')
      ? `sudo install -m 644 ${path} /usr/local/share/ca-certificates/snug.crt && sudo update-ca-certificates`
      : `sudo trust anchor ${path}`;
  }
}
