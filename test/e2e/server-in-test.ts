/** A server process with a data directory of its own, both gone when the test is over, however it ends. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAccount, type NewAccount } from './snug-command.ts';
import { type SnugProcess, startSnug } from './snug-process.ts';

export class ServerInTest {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'snug-e2e-'));
  readonly #args: readonly string[];
  #process: SnugProcess | undefined;

  private constructor(args: readonly string[]) {
    this.#args = args;
  }

  /** `settings` as `--set` takes them, such as `registration.open=true`. */
  static async start(options: { readonly domain: string; readonly settings?: readonly string[] }) {
    const server = new ServerInTest([
      '--domain',
      options.domain,
      ...(options.settings ?? []).flatMap((setting) => ['--set', setting]),
    ]);
    try {
      await server.startAgain();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  get process(): SnugProcess {
    if (this.#process === undefined) throw new Error('the server is not running');
    return this.#process;
  }

  /** On the same data and ports. */
  async startAgain(): Promise<void> {
    const ports = this.#process?.ports;
    this.#process = await startSnug({
      dataDir: this.dataDir,
      args: this.#args,
      ...(ports === undefined ? {} : { ports }),
    });
  }

  /** On the same ports, with a copy of the data that is in `from` or with none at all. */
  async startAfresh(from?: string): Promise<void> {
    await this.process.kill();
    rmSync(this.dataDir, { recursive: true });
    if (from !== undefined) cpSync(from, this.dataDir, { recursive: true });
    await this.startAgain();
  }

  addAccounts(...localparts: readonly string[]): Promise<NewAccount[]> {
    return Promise.all(localparts.map((localpart) => addAccount(this.dataDir, localpart)));
  }

  async close(): Promise<void> {
    await this.#process?.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}
