/** Certificates that an administrator might bring, made with the openssl program so that not our own code vouches for itself. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export interface MadePem {
  readonly certificatePath: string;
  readonly keyPath: string;
}

export interface PemWish {
  readonly subjectAltName?: string;
  readonly extensions?: readonly string[];
  readonly issuer?: MadePem;
  readonly days?: number;
  readonly keyOptions?: readonly string[];
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is gone when the tests of the file are through. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'snug-certificates-'));
  folders.push(folder);
  return folder;
}

export function openssl(...parameters: readonly string[]): string {
  return execFileSync('openssl', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A certificate and its key in `folder`; signed by itself when there is no issuer. */
export function makePem(folder: string, name: string, wish: PemWish = {}): MadePem {
  const made = { certificatePath: join(folder, `${name}.pem`), keyPath: join(folder, `${name}-key.pem`) };
  const key = wish.keyOptions ?? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const extensions = [
    ...(wish.subjectAltName === undefined ? [] : [`subjectAltName=${wish.subjectAltName}`]),
    ...(wish.extensions ?? []),
  ].flatMap((extension) => ['-addext', extension]);
  const issuer = wish.issuer ? ['-CA', wish.issuer.certificatePath, '-CAkey', wish.issuer.keyPath] : [];
  const subject = ['-subj', `/CN=${name}`, '-days', String(wish.days ?? 30)];
  const output = ['-out', made.certificatePath, '-keyout', made.keyPath];
  openssl(
    'req',
    '-x509',
    '-nodes',
    '-config',
    configuration(folder),
    ...key,
    ...subject,
    ...extensions,
    ...issuer,
    ...output,
  );
  return made;
}

/** The files one behind the other, as a chain is written. */
export function joinPem(folder: string, name: string, paths: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, paths.map((part) => readFileSync(part, 'utf8')).join(''));
  return path;
}

function configuration(folder: string): string {
  const path = join(folder, 'openssl.cnf');
  writeFileSync(path, '[req]\ndistinguished_name = subject\n[subject]\n');
  return path;
}
