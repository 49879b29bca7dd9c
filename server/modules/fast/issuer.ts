/**
 * Judges and issues tokens (XEP-0484 sections 3 and 5.1).
 *
 * SECURITY: a token is HMAC(seed, id of the user agent). Only the seed is stored, and of the id no more than a hash, so
 * that a stolen database holds no token (docs/decisions/0021).
 */
import { createHmac } from 'node:crypto';
import type { Accounts } from '../../accounts/accounts.ts';
import { clientKey } from '../../stream/sasl/client-key.ts';
import type { TokenProof } from '../../stream/sasl/hashed-token.ts';
import { failure, type SaslStep } from '../../stream/sasl/mechanism.ts';
import type { FastRequest } from './request.ts';
import type { Slot, Token } from './store.ts';
import { makeRoom } from './taking-back.ts';
import type { Tokens } from './tokens.ts';

/** The draft wants 128 bits at least. */
const SEED_BYTES = 32;
/** The order of section 5.1. */
const SLOTS: readonly Slot[] = ['new', 'current'];
/** Takes the place of a token where there is none, so that the answer takes as long. */
const NOBODYS_TOKEN: Token = {
  mechanism: '',
  seed: new Uint8Array(SEED_BYTES),
  passwordVersion: 0,
  count: 0,
  issuedAtMs: 0,
  expiresAtMs: 0,
};

export interface IssuerOptions {
  readonly tokens: Tokens;
  readonly accounts: Pick<Accounts, 'passwordVersion'>;
  readonly now: () => number;
  readonly randomId: (bytes: number) => string;
  readonly limits: () => { readonly lifetimeMs: number; readonly rotateAfterMs: number; readonly maxClients: number };
}

/** How a client signs in with a token. */
interface Use {
  readonly stream: object;
  readonly mechanism: string;
  readonly userAgentId: string;
  readonly request: FastRequest;
}

/** A token whose proof was right, until the client has signed in with it. */
interface Accepted {
  readonly slot: Slot;
  readonly isInvalidating: boolean;
  /** Resolves when the count is on disk. */
  readonly counted: Promise<void> | undefined;
}

export class Issuer {
  readonly #options: IssuerOptions;
  readonly #accepted = new WeakMap<object, Accepted>();

  constructor(options: IssuerOptions) {
    this.#options = options;
  }

  /** The stream was signed in otherwise. */
  forget(stream: object): void {
    this.#accepted.delete(stream);
  }

  judge(proof: TokenProof, { stream, mechanism, userAgentId, request }: Use): SaslStep {
    const { tokens } = this.#options;
    const { localpart } = proof;
    const client = clientKey(userAgentId);
    const slots = tokens.of(localpart, client);
    let found: { readonly slot: Slot; readonly token: Token; readonly text: string } | undefined;
    for (const slot of SLOTS) {
      const token = slots.get(slot) ?? NOBODYS_TOKEN;
      const text = textOf(token, userAgentId);
      if (proof.isMadeWith(text) && token.mechanism === mechanism) found ??= { slot, token, text };
    }
    const { isInvalidating, count } = request;
    // Section 3.4: a count that has been used is somebody repeating what he has overheard.
    if (found === undefined || (count !== undefined && count <= found.token.count))
      return { kind: 'failure', condition: 'not-authorized', localpart };
    if (!this.#isValid(localpart, found.token))
      return failure('credentials-expired', 'This token is no longer valid. Sign in with your password.');
    // SECURITY: counted before the answer, or a second stream could use the same count meanwhile.
    const counted =
      count === undefined
        ? undefined
        : tokens.put(localpart, client, new Map([...slots, [found.slot, { ...found.token, count }]]));
    this.#accepted.set(stream, { slot: found.slot, isInvalidating, counted });
    // SECURITY: an answer may be held back, and a token that is taken back meanwhile must not let anybody in.
    const { seed } = found.token;
    const isStillGood = () =>
      tokens
        .of(localpart, client)
        .values()
        .some((token) => token.seed === seed && this.#isValid(localpart, token));
    return { ...proof.accept(found.text), isStillGood };
  }

  /**
   * Somebody has signed in, with a token or otherwise: takes back what that makes void, and issues a new token where one
   * is due or asked for. Resolves when all of it is on disk.
   */
  async settle(signedIn: {
    readonly stream: object;
    readonly localpart: string;
    readonly userAgentId: string;
    /** The mechanism for which the client asked a token. */
    readonly wanted: string | undefined;
  }): Promise<{ readonly token: string; readonly expiresAtMs: number } | undefined> {
    const { stream, localpart, userAgentId, wanted } = signedIn;
    const used = this.#accepted.get(stream);
    this.#accepted.delete(stream);
    const client = clientKey(userAgentId);
    const { tokens } = this.#options;
    const slots = new Map(tokens.of(localpart, client));
    const token = used && slots.get(used.slot);
    if (used !== undefined && token !== undefined) this.#use(slots, used, token);
    const due = used?.isInvalidating || token === undefined || !this.#isDue(token) ? undefined : token.mechanism;
    const issued = this.#issue(localpart, wanted ?? due);
    if (issued !== undefined) slots.set('new', issued);
    await Promise.all([used?.counted, tokens.put(localpart, client, slots)]);
    if (issued === undefined) return undefined;
    await makeRoom(tokens, localpart, client, this.#options.limits().maxClients);
    return { token: textOf(issued, userAgentId), expiresAtMs: issued.expiresAtMs };
  }

  /** The clients that could sign in with a token now. */
  holders(localpart: string): ReadonlySet<string> {
    const holders = new Set<string>();
    for (const [client, slots] of this.#options.tokens.clients(localpart)) {
      if (slots.values().some((token) => this.#isValid(localpart, token))) holders.add(client);
    }
    return holders;
  }

  /** Section 3.5: what was issued before a token goes when that is used; section 3.6: and all when the client logs out. */
  #use(slots: Map<Slot, Token>, { slot, isInvalidating }: Accepted, token: Token): void {
    if (isInvalidating) slots.clear();
    else if (slot === 'new') {
      slots.delete('new');
      slots.set('current', token);
    } else if ((slots.get('new')?.expiresAtMs ?? Number.POSITIVE_INFINITY) < token.expiresAtMs) slots.delete('new');
  }

  #issue(localpart: string, mechanism: string | undefined): Token | undefined {
    const { accounts, now, randomId, limits } = this.#options;
    const passwordVersion = accounts.passwordVersion(localpart); // none for a guest, who does not come back
    if (mechanism === undefined || passwordVersion === undefined) return undefined;
    const issuedAtMs = now();
    return {
      mechanism,
      seed: Buffer.from(randomId(SEED_BYTES), 'hex'),
      passwordVersion,
      count: -1,
      issuedAtMs,
      expiresAtMs: issuedAtMs + limits().lifetimeMs,
    };
  }

  /** Never only when it is too late: half of its life is the last moment. */
  #isDue({ issuedAtMs, expiresAtMs }: Token): boolean {
    const { now, limits } = this.#options;
    return now() - issuedAtMs >= Math.min(limits().rotateAfterMs, (expiresAtMs - issuedAtMs) / 2);
  }

  #isValid(localpart: string, { expiresAtMs, passwordVersion }: Token): boolean {
    const { now, accounts } = this.#options;
    return now() < expiresAtMs && passwordVersion === accounts.passwordVersion(localpart);
  }
}

function textOf({ seed }: Token, userAgentId: string): string {
  return createHmac('sha256', seed).update(userAgentId).digest('base64url');
}
