/** Takes tokens back: with a password, an account, time, or too many of them. */
import type { Slots, Tokens } from './tokens.ts';

/** How long an expired token is still known, so that its owner hears that it expired and not that it is wrong. */
const REMEMBERED_MS = 7 * 24 * 60 * 60_000;
const NOTHING: Slots = new Map();

/** All tokens of an account, to which nobody may sign in any more. */
export function revokeAll(tokens: Tokens, localpart: string): void {
  for (const client of [...tokens.clients(localpart).keys()]) void tokens.put(localpart, client, NOTHING);
}

/**
 * A new password, now in `passwordVersion`, has made all tokens void. Those of the client in which the owner has chosen it
 * are carried over, if they were good for the one before.
 */
export function carryOver(tokens: Tokens, localpart: string, passwordVersion: number, keptClient?: string): void {
  for (const [client, slots] of [...tokens.clients(localpart)]) {
    const good =
      client === keptClient ? [...slots].filter(([, token]) => token.passwordVersion === passwordVersion - 1) : [];
    void tokens.put(localpart, client, new Map(good.map(([slot, token]) => [slot, { ...token, passwordVersion }])));
  }
}

/** Forgets what has expired some time ago. */
export function sweep(tokens: Tokens, nowMs: number): void {
  for (const localpart of tokens.accounts()) {
    for (const [client, slots] of [...tokens.clients(localpart)]) {
      const left = [...slots].filter(([, { expiresAtMs }]) => nowMs - expiresAtMs < REMEMBERED_MS);
      if (left.length < slots.size) void tokens.put(localpart, client, new Map(left));
    }
  }
}

/** Makes room for the newcomer: the clients that were longest without a new token lose theirs. Resolves when on disk. */
export async function makeRoom(tokens: Tokens, localpart: string, newcomer: string, maxClients: number): Promise<void> {
  const clients = tokens.clients(localpart);
  if (clients.size <= maxClients) return;
  const latest = (slots: Slots) => Math.max(...slots.values().map(({ issuedAtMs }) => issuedAtMs));
  const others = [...clients].filter(([client]) => client !== newcomer);
  const oldestFirst = others.sort(([, a], [, b]) => latest(a) - latest(b));
  const excess = oldestFirst.slice(0, clients.size - maxClients);
  await Promise.all(excess.map(([client]) => tokens.put(localpart, client, NOTHING)));
}
