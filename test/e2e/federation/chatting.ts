/** Two people who chat while a test does something else, and how long their messages took. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { NewAccount } from '../snug-command.ts';

const SCRIPT = join(import.meta.dirname, 'chatting-process.ts');

export class Chatting implements AsyncDisposable {
  readonly #child: ChildProcess;
  #took: number[] = [];
  sent = 0;
  arrived = 0;

  constructor(port: number, domain: string, romeo: NewAccount, juliet: NewAccount) {
    const localpart = ({ jid }: NewAccount) => jid.split('@')[0] ?? '';
    const people = [romeo, juliet].flatMap((one) => [localpart(one), one.password]);
    this.#child = spawn(process.execPath, [SCRIPT, String(port), domain, ...people], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const { took, sent, arrived } = JSON.parse(line) as { took: number[]; sent: number; arrived: number };
      this.#took.push(...took);
      this.sent = sent;
      this.arrived = arrived;
    });
  }

  /** Forgets what was measured before. */
  begin(): void {
    this.#took = [];
  }

  /** Milliseconds, by the share of messages that took no longer; of those since `begin`, from the one at `from` on. */
  percentile(share: number, from = 0): number {
    const sorted = this.#took.slice(from).sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  }

  get count(): number {
    return this.#took.length;
  }

  /** Writes nothing more; resolves when all has arrived, or will not. */
  async stop(): Promise<void> {
    this.#child.stdin?.write('stop\n');
    for (let i = 0; i < 20; i++) {
      await pause(500);
      if (i > 0 && this.arrived === this.sent) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill();
    await new Promise((resolve) => this.#child.once('exit', resolve));
  }
}
