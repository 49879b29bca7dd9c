/** The `snug` command: its verbs and options, and how each one ends. */
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { CommandSetting } from './command-setting.ts';
import { defaultDataDirectory } from './data-directory.ts';
import { CommandFailure, exitStatus, failureOf } from './failure.ts';
import { showSessions, showStatus, showWindow, stopServer } from './inspect.ts';
import { showLogs } from './logs.ts';
import { serve } from './serve.ts';
import type { ServerEntry } from './server-entry.ts';
import type { Terminal } from './terminal.ts';
import { addUser, changePassword, listUsers, plainDeed } from './user.ts';

interface CommonOptions {
  readonly data?: string;
  readonly json?: boolean;
}

const DEFAULT_LOG_LINES = 50;
const MAX_LOG_LINES = 2000;

/** Runs one command line, without the program's name, and resolves with its exit status. It never throws. */
export async function runCommand(
  words: readonly string[],
  terminal: Terminal,
  loadServer: () => Promise<ServerEntry>,
): Promise<number> {
  let status: number = exitStatus.done;
  const program = createProgram(terminal, loadServer, (ended) => {
    status = ended;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitStatus.done : exitStatus.usage;
    return reportFailure(error, words.includes('--json'), terminal);
  }
}

function reportFailure(error: unknown, json: boolean, terminal: Terminal): number {
  const failure = failureOf(error) ?? new CommandFailure('bug', `Snug met a bug: ${String(error)}`);
  if (json) terminal.writeOut(`${JSON.stringify({ event: 'error', code: failure.code, message: failure.message })}\n`);
  else terminal.writeError(`${failure.message}\n`);
  return failure.status;
}

function createProgram(
  terminal: Terminal,
  loadServer: () => Promise<ServerEntry>,
  end: (status: number) => void,
): Command {
  const settingFrom = ({ data, json }: CommonOptions): CommandSetting => ({
    dataDir: resolve(data ?? defaultDataDirectory(terminal)),
    json: json ?? false,
    terminal,
    loadServer,
  });
  const program = new Command('snug')
    .description('Your own chat server: a personal XMPP server for a home or an office.')
    .exitOverride()
    .configureOutput({ writeOut: terminal.writeOut, writeErr: terminal.writeError })
    .addHelpText('after', '\nExit status: 0 done, 1 failed, 2 wrong command line, 3 no server is running.');

  withCommon(program.command('serve'))
    .description('run the server')
    .option('--domain <name>', 'the XMPP domain, chosen once at the first start')
    .option('--set <key=value>', 'a setting for this run only (can be repeated)', collected, [])
    .action(async (options: CommonOptions & { domain?: string; set: readonly string[] }) => {
      const { dataDir, json } = settingFrom(options);
      const domain = options.domain === undefined ? {} : { domain: options.domain };
      end(await serve({ dataDir, json, ...domain, overrides: options.set }, terminal, await loadServer()));
    });

  addUserCommands(program.command('user').description('manage accounts, whether or not the server runs'), settingFrom);

  withCommon(program.command('status'))
    .description('show how the server is doing')
    .action(async (options: CommonOptions) => end(await showStatus(settingFrom(options))));
  withCommon(program.command('sessions'))
    .description('show who is online')
    .action((options: CommonOptions) => showSessions(settingFrom(options)));
  withCommon(program.command('window'))
    .description('show an address of the window in a browser, good for one use within ten minutes')
    .action((options: CommonOptions) => showWindow(settingFrom(options)));
  withCommon(program.command('stop'))
    .description('stop the server and wait for its end')
    .action((options: CommonOptions) => stopServer(settingFrom(options)));
  withCommon(program.command('logs'))
    .description('show the newest lines of the log')
    .option('-f, --follow', 'go on with new lines as they are written')
    .option('-n, --lines <count>', `how many lines, ${MAX_LOG_LINES} at most`, lineCount, DEFAULT_LOG_LINES)
    .action((options: CommonOptions & { follow?: boolean; lines: number }) =>
      showLogs({ lines: options.lines, follow: options.follow ?? false }, settingFrom(options)),
    );
  return program;
}

function addUserCommands(user: Command, settingFrom: (options: CommonOptions) => CommandSetting): void {
  type Options = CommonOptions & { admin?: boolean; passwordFile?: string; generate?: boolean };
  withPassword(withCommon(user.command('add').argument('<name>')))
    .description('add an account; the password is read from the input')
    .option('--admin', 'make it an administrator')
    .action((name: string, options: Options) => addUser(name, options, settingFrom(options)));
  withPassword(withCommon(user.command('passwd').argument('<name>')))
    .description('give an account a new password')
    .action((name: string, options: Options) => changePassword(name, options, settingFrom(options)));
  withCommon(user.command('list'))
    .description('list the accounts')
    .action((options: CommonOptions) => listUsers(settingFrom(options)));
  const deeds = {
    disable: 'keep an account from logging in',
    enable: 'let a disabled account log in again',
    remove: 'remove an account and everything stored for it',
  } as const;
  for (const deed of Object.keys(deeds) as (keyof typeof deeds)[]) {
    withCommon(user.command(deed).argument('<name>'))
      .description(deeds[deed])
      .action((name: string, options: CommonOptions) => plainDeed(deed, name, settingFrom(options)));
  }
}

function withCommon(command: Command): Command {
  return command
    .option('--data <dir>', 'the data directory (else $SNUG_DATA, else the place the system has for it)')
    .option('--json', 'write JSON for programs');
}

function withPassword(command: Command): Command {
  return command
    .option('--password-file <file>', 'read the password from the first line of a file')
    .option('--generate', 'make a password and show it once');
}

function collected(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function lineCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0 && count <= MAX_LOG_LINES) return count;
  throw new InvalidArgumentError(`A whole number from 0 to ${MAX_LOG_LINES} is needed.`);
}
