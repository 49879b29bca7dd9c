/** The options that every verb has. */
import type { Command } from 'commander';

export interface CommonOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export function withCommon(command: Command): Command {
  return command
    .option('--data <dir>', 'the data directory (else $SNUG_DATA, else the place the system has for it)')
    .option('--json', 'write JSON for programs');
}
