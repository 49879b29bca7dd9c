/**
 * The tokens of all clients, held in memory and written through: two for a client at most, the one that it uses and the
 * one that it was given last (XEP-0484 section 5.1).
 */
import type { Reader } from '../../store/reader.ts';
import type { Change, Writer } from '../../store/writer.ts';
import { deleteToken, readTokens, type Slot, type Token, upsertToken } from './store.ts';

/** A client's two places. */
export type Slots = ReadonlyMap<Slot, Token>;

const NONE: ReadonlyMap<string, Slots> = new Map();
const EMPTY: Slots = new Map();

export class Tokens {
  readonly #writer: Writer;
  readonly #accounts = new Map<string, Map<string, Slots>>();

  constructor(reader: Reader, writer: Writer) {
    this.#writer = writer;
    for (const { localpart, client, slot, ...token } of readTokens(reader)) {
      this.#keep(localpart, client, new Map([...this.of(localpart, client), [slot, token]]));
    }
  }

  /** The accounts that have tokens. */
  accounts(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  /** The clients of an account that have tokens. */
  clients(localpart: string): ReadonlyMap<string, Slots> {
    return this.#accounts.get(localpart) ?? NONE;
  }

  of(localpart: string, client: string): Slots {
    return this.clients(localpart).get(client) ?? EMPTY;
  }

  /** Puts `slots` in place of what a client has; seen at once. Resolves when it is on disk. */
  put(localpart: string, client: string, slots: Slots): Promise<void> {
    const before = this.of(localpart, client);
    this.#keep(localpart, client, slots);
    return this.#writer.write(differences(localpart, client, before, slots));
  }

  /** Forgets an account that is gone; its rows went with it. */
  forget(localpart: string): void {
    this.#accounts.delete(localpart);
  }

  #keep(localpart: string, client: string, slots: Slots): void {
    const clients = this.#accounts.get(localpart) ?? new Map<string, Slots>();
    if (slots.size > 0) clients.set(client, slots);
    else clients.delete(client);
    if (clients.size > 0) this.#accounts.set(localpart, clients);
    else this.#accounts.delete(localpart);
  }
}

function differences(localpart: string, client: string, before: Slots, after: Slots): Change[] {
  const changes: Change[] = [];
  for (const slot of before.keys()) if (!after.has(slot)) changes.push(deleteToken(localpart, client, slot));
  for (const [slot, token] of after) {
    if (before.get(slot) !== token) changes.push(upsertToken(localpart, client, slot, token));
  }
  return changes;
}
