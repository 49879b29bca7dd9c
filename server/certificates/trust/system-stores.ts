/** macOS and Windows: one place for each user, which every browser and chat app there asks. */
import { X509Certificate } from 'node:crypto';
import { join, win32 } from 'node:path';
import {
  type Ran,
  reasonOf,
  type Surroundings,
  TrustError,
  type TrustStore,
  withCertificateFile,
} from './trust-store.ts';

/** By this both systems know a certificate. It names, and proves nothing. */
function sha1Of(pem: string): string {
  return new X509Certificate(pem).fingerprint.replaceAll(':', '');
}

/** The login keychain. The system asks for the password or the finger of its owner before it changes whom it trusts. */
export function keychain({ home, run }: Surroundings): TrustStore {
  const path = join(home, 'Library', 'Keychains', 'login.keychain-db');
  const security = (...words: readonly string[]) => run('/usr/bin/security', ...words);
  const isThere = async (name: string, pem: string): Promise<boolean> => {
    const found = await security('find-certificate', '-a', '-Z', '-c', name, path);
    return found.status === 0 && found.stdout.includes(sha1Of(pem));
  };
  return {
    name: 'the keychain of this user',
    // A certificate may be in the keychain without being trusted; this one judges as Safari does.
    async has({ name, pem }) {
      if (!(await isThere(name, pem))) return false;
      const judged = await withCertificateFile(pem, (file) => security('verify-cert', '-L', '-q', '-c', file));
      return judged.status === 0;
    },
    async add({ pem }) {
      const ran = await withCertificateFile(pem, (file) =>
        security('add-trusted-cert', '-r', 'trustRoot', '-k', path, file),
      );
      check(ran, 'The keychain did not take it');
    },
    async remove({ name, pem }) {
      if (!(await isThere(name, pem))) return;
      // Refused where it is kept without trust; what counts is that it is gone afterwards.
      await withCertificateFile(pem, (file) => security('remove-trusted-cert', file));
      check(await security('delete-certificate', '-Z', sha1Of(pem), path), 'The keychain did not give it up');
    },
  };
}

/** The user's own root store. Windows asks before it takes something in, showing the SHA-1 fingerprint. */
export function windowsRoots({ environment, run }: Surroundings): TrustStore {
  // SECURITY: by its whole path, because Mozilla's tool has the same name and may come first.
  const program = win32.join(environment.SystemRoot ?? 'C:\\Windows', 'System32', 'certutil.exe');
  const certutil = (...words: readonly string[]) => run(program, '-user', ...words);
  const has = async (pem: string) => (await certutil('-store', 'Root', sha1Of(pem))).status === 0;
  return {
    name: 'the certificates of this user',
    has: ({ pem }) => has(pem),
    async add({ pem }) {
      const ran = await withCertificateFile(pem, (file) => certutil('-addstore', 'Root', file));
      check(ran, 'Windows did not take it');
    },
    async remove({ pem }) {
      if (await has(pem)) check(await certutil('-delstore', 'Root', sha1Of(pem)), 'Windows did not give it up');
    },
  };
}

function check(ran: Ran, what: string): void {
  if (ran.status !== 0) throw new TrustError(`${what}: ${reasonOf(ran)}`);
}
