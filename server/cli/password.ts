/** Where `snug user` takes passwords from: never from the command line, which every process on the computer can read. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { generatePassword } from '../accounts/passwords.ts';
import { CommandFailure } from './failure.ts';
import type { Terminal } from './terminal.ts';

export interface PasswordOptions {
  readonly passwordFile?: string;
  readonly generate?: boolean;
}

export interface ChosenPassword {
  readonly password: string;
  /** True when nobody has seen it yet, so that it must be shown. */
  readonly isGenerated: boolean;
}

/** More than any password; keeps a file named by mistake out of memory. */
const MAX_INPUT_LENGTH = 10_000;

/** The password from a generator, a file, the terminal (asked twice) or the first line of the input. */
export async function choosePassword(options: PasswordOptions, terminal: Terminal): Promise<ChosenPassword> {
  if (options.generate === true) return { password: generatePassword(randomBytes), isGenerated: true };
  const password =
    options.passwordFile !== undefined
      ? firstLine(readFileSync(options.passwordFile, 'utf8'))
      : terminal.input.isTTY === true
        ? await askTwice(terminal)
        : firstLine(await readInput(terminal));
  if (password === '') {
    throw new CommandFailure(
      'no-password',
      'No password was given: type it, name a --password-file, or use --generate.',
    );
  }
  return { password, isGenerated: false };
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

async function readInput(terminal: Terminal): Promise<string> {
  let text = '';
  for await (const chunk of terminal.input) {
    text += String(chunk);
    if (text.length > MAX_INPUT_LENGTH) throw new CommandFailure('invalid', 'The input is too long for a password.');
  }
  return text;
}

async function askTwice(terminal: Terminal): Promise<string> {
  const password = await ask('Password: ', terminal);
  if ((await ask('Once more: ', terminal)) !== password) {
    throw new CommandFailure('invalid', 'The two passwords are not the same.');
  }
  return password;
}

/** Reads a line with nothing shown: readline switches the terminal's own echo off and is given nowhere to write. */
function ask(question: string, terminal: Terminal): Promise<string> {
  return new Promise((resolve, reject) => {
    const nowhere = new Writable({ write: (_chunk, _encoding, written) => written() });
    const lines = createInterface({ input: terminal.input, output: nowhere, terminal: true, historySize: 0 });
    let answer: string | undefined;
    terminal.writeError(question);
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => {
      terminal.writeError('\n');
      if (answer === undefined) reject(new CommandFailure('cancelled', 'Nothing was changed.'));
      else resolve(answer);
    });
  });
}
