/** Where programs of this computer look whom to trust, and what it takes to change that. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The authority of an installation, as those places know it. */
export interface TrustedAuthority {
  /** The common name, under which it is listed. */
  readonly name: string;
  readonly pem: string;
}

/** One place, such as the certificates of a browser. */
export interface TrustStore {
  /** For people: `Firefox (default-release)`. */
  readonly name: string;
  has(authority: TrustedAuthority): Promise<boolean>;
  /** @throws TrustError */
  add(authority: TrustedAuthority): Promise<void>;
  /** Nothing happens when it is not there. @throws TrustError */
  remove(authority: TrustedAuthority): Promise<void>;
}

/** Why a place could not be changed, as a sentence for people. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
}

export interface Ran {
  /** Null when the program is missing or was ended. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without a shell and without input. Never rejects. */
export type Run = (program: string, ...words: readonly string[]) => Promise<Ran>;

/** What of this computer is looked at. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: Run;
}

/** The system's own tools read certificates from files only. */
export async function withCertificateFile<T>(pem: string, act: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'snug-authority-'));
  try {
    const path = join(folder, 'ca.crt');
    await writeFile(path, pem);
    return await act(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the program said of its failure, in one line. */
export function reasonOf({ status, stdout, stderr }: Ran): string {
  const said = `${stderr}\n${stdout}`.trim().split(/\r?\n/)[0]?.trim() ?? '';
  return said === '' ? (status === null ? 'it could not be run' : `it ended with ${status}`) : said;
}
