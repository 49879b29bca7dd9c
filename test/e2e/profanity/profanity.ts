/** profanity, a client for the terminal that we did not write, in a terminal of tmux that tests type into and read. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

const SHOW_MS = 15_000;
const POLL_MS = 50;
/** Wide enough that no line with a JID and a body is broken. */
const SIZE = ['-x', '220', '-y', '50'];

const SETTINGS = `[ui]
splash=false
vercheck=false
beep=false
flash=false
titlebar.show=false

[connection]
reconnect=0

[presence]
autoaway.mode=off
`;

/** Why these tests cannot run here; undefined when they can. */
export function whyNoProfanity(): string | undefined {
  const isMissing = (program: string, flag: string) => spawnSync(program, [flag]).status !== 0;
  if (isMissing('tmux', '-V')) return 'tmux is not installed';
  return isMissing('profanity', '--version') ? 'profanity is not installed' : undefined;
}

export class Profanity {
  readonly #home = mkdtempSync(join(tmpdir(), 'snug-profanity-'));
  /** tmux has a server of its own for this socket, so that nobody else's terminals are near. */
  readonly #socket = join(this.#home, 'tmux');

  constructor() {
    const directory = (name: string) => {
      const path = join(this.#home, name);
      mkdirSync(join(path, 'profanity'), { recursive: true });
      return path;
    };
    const config = directory('config');
    writeFileSync(join(config, 'profanity', 'profrc'), SETTINGS);
    this.#tmux(
      'new-session',
      '-d',
      ...SIZE,
      'env',
      `HOME=${this.#home}`,
      `XDG_CONFIG_HOME=${config}`,
      `XDG_DATA_HOME=${directory('data')}`,
      'LANG=C.UTF-8',
      'TERM=screen',
      'profanity',
    );
  }

  /** Types a line, as it stands, and presses Enter. */
  type(line: string): void {
    this.#tmux('send-keys', '-l', '--', line);
    this.#tmux('send-keys', 'Enter');
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p', '-J');
  }

  /** Resolves once the text can be read on the screen; rejects with the screen when it does not come. */
  async shows(text: string | RegExp): Promise<void> {
    const deadline = performance.now() + SHOW_MS;
    for (;;) {
      const screen = this.screen();
      if (typeof text === 'string' ? screen.includes(text) : text.test(screen)) return;
      if (performance.now() > deadline) throw new Error(`${text} did not show:\n${screen.trimEnd()}`);
      await after(POLL_MS);
    }
  }

  /** Ends profanity and the terminal with it. */
  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.#home, { recursive: true, force: true });
  }

  #tmux(...words: readonly string[]): string {
    return execFileSync('tmux', ['-f', '/dev/null', '-S', this.#socket, ...words], { encoding: 'utf8' });
  }
}
