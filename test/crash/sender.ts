/** Sends numbered messages to everybody in turn, in batches, as fast as the server acknowledges them. */
import { setImmediate } from 'node:timers/promises';
import type { ChatClient } from '../e2e/chat-client.ts';
import type { Ledger } from './ledger.ts';

const BATCH = 8;
/** How many may be on their way: enough that a crash always hits some, and in every state. */
const WINDOW = 40;
/** No sender waits for the disk longer than this. */
const PATIENCE_MS = 10_000;

export class Sender {
  readonly client: ChatClient;
  readonly #name: string;
  readonly #receivers: readonly string[];
  readonly #domain: string;
  readonly #ledger: Ledger;
  #number = 0;
  #isWanted = true;

  constructor(options: {
    readonly client: ChatClient;
    readonly name: string;
    readonly receivers: readonly string[];
    readonly domain: string;
    readonly ledger: Ledger;
  }) {
    this.client = options.client;
    this.#name = options.name;
    this.#receivers = options.receivers;
    this.#domain = options.domain;
    this.#ledger = options.ledger;
  }

  /** Returns when the connection is gone, or after `stop`. */
  async run(): Promise<void> {
    let isConnected = true;
    void this.client.gone.then(() => {
      isConnected = false;
    });
    this.#isWanted = true;
    while (this.#isWanted && isConnected) {
      for (let i = 0; i < BATCH; i++) this.#sendOne();
      this.client.requestAcknowledgement();
      const hasRoom = this.#ledger.until(() => !isConnected || this.client.pending < WINDOW, PATIENCE_MS);
      const isAnswered = await Promise.race([hasRoom, this.client.gone.then(() => true)]);
      if (!isAnswered) throw new Error(`the server did not acknowledge within ${PATIENCE_MS} ms`);
      await setImmediate();
    }
  }

  stop(): void {
    this.#isWanted = false;
  }

  /** Waits until the server has answered for everything. */
  async finish(): Promise<void> {
    this.client.requestAcknowledgement();
    if (!(await this.#ledger.until(() => this.client.pending === 0, PATIENCE_MS))) {
      throw new Error(`${this.client.pending} stanzas were never acknowledged`);
    }
  }

  #sendOne(): void {
    const number = ++this.#number;
    const to = this.#receivers[number % this.#receivers.length] ?? '';
    const message = { from: this.#name, to, number };
    this.#ledger.sends(message);
    this.client.send(
      `<message to='${to}@${this.#domain}' type='chat' id='${this.#name}-${number}'><body>${number}</body></message>`,
      { acknowledged: () => this.#ledger.acknowledges(message), sentAgain: () => this.#ledger.sendsAgain(message) },
    );
  }
}
