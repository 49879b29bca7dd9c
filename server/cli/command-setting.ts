/** What every command of `snug` is given. */
import type { ServerEntry } from './server-entry.ts';
import type { Terminal } from './terminal.ts';

export interface CommandSetting {
  readonly dataDir: string;
  readonly json: boolean;
  readonly terminal: Terminal;
  readonly loadServer: () => Promise<ServerEntry>;
}
