/** The `snug` command as a script would run it, with `--json`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const ENTRY = join(import.meta.dirname, '../../server/cli.ts');

export type CommandResult = Readonly<Record<string, unknown>>;

/** Runs one verb on a data directory; resolves with what it printed, rejects when its exit status is not 0. */
export function runSnug(dataDir: string, ...words: readonly string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [ENTRY, ...words, '--json', '--data', dataDir], (error, output, errors) => {
      if (error !== null) reject(new Error(`snug ${words.join(' ')}: ${errors}${output}`, { cause: error }));
      else resolve(JSON.parse(output));
    });
  });
}

export interface NewAccount {
  readonly jid: string;
  readonly password: string;
}

export async function addAccount(dataDir: string, localpart: string): Promise<NewAccount> {
  const { jid, password } = await runSnug(dataDir, 'user', 'add', localpart, '--generate');
  return { jid: String(jid), password: String(password) };
}
