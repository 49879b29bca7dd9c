/** The clients of all accounts: seen, listed, shut out and forgotten. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { AccessingClient, TokensService } from '../../modulehost/services.ts';
import type { SessionLifecycle } from '../../router/session-lifecycle.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import type { Reader } from '../../store/reader.ts';
import type { Writer } from '../../store/writer.ts';
import { clientKey } from '../../stream/sasl/client-key.ts';
import type { SignedIn, UserAgent } from '../../stream/sasl/exchange.ts';
import { Identities, isLegacy } from './identities.ts';
import * as store from './store.ts';

/** Sixteen digits cannot be guessed, though nobody but the owner could use one. */
const ID_BYTES = 8;
/** Of those that are known by their resource and not connected: some of them have another one each time. */
const MAX_LEGACY = 10;
/** Characters of a name that are kept: longer than any that a person would read. */
const MAX_NAME_LENGTH = 200;
const REVOKED = { condition: 'not-authorized', text: 'The access of this client has been revoked.' };

export interface ClientsOptions {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly lifecycle: Pick<SessionLifecycle, 'end'>;
  readonly tokens: TokensService;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly now: () => number;
  readonly randomId: (bytes: number) => string;
  readonly limits: () => { readonly keptMs: number; readonly maxClients: number };
}

interface Waiting {
  readonly stream: SignedIn['stream'];
  readonly localpart: string;
  readonly client: string;
}

export class Clients {
  readonly #options: ClientsOptions;
  readonly #identities = new Identities();
  /** What clients say about themselves, by stream. */
  readonly #names = new WeakMap<object, Pick<UserAgent, 'software' | 'device'>>();
  /** Streams that are not in a session yet, so that a client cannot sit out in one that it is shut out. */
  readonly #waiting = new Set<Waiting>();

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  /** Somebody has signed in by SASL2. Resolves when it is on disk, before anything is promised to the client. */
  async signedIn({ stream, localpart, mechanism, userAgent, offered }: SignedIn): Promise<void> {
    if (userAgent === undefined || !this.#isPerson(localpart)) return;
    const { id, software, device } = userAgent;
    this.#names.set(stream, { software, device });
    if (id === undefined) return;
    const client = clientKey(id);
    this.#identities.signedIn(stream, client);
    for (const other of this.#waiting) if (other.stream.isBound || !other.stream.isOpen) this.#waiting.delete(other);
    this.#waiting.add({ stream, localpart, client });
    // What is not among the mechanisms for everybody is a token's.
    await this.#saw(localpart, client, { software, device, isByPassword: offered.includes(mechanism) });
  }

  /** A session has begun; also that of a client which has signed in as of old. */
  bound(session: Session): void {
    const { account, jid } = session;
    if (!this.#isPerson(account)) return;
    const client = this.#identities.bound(session);
    if (isLegacy(client)) {
      const { software, device = jid.resource } = (session.stream && this.#names.get(session.stream)) ?? {};
      later(this.#saw(account, client, { software, device, isByPassword: true }));
    }
    later(this.#options.writer.write([store.updateResource(account, client, jid.resource)]));
  }

  ended(session: Session): void {
    const { writer, reader, now } = this.#options;
    const client = this.#identities.of(session, store.readClients(reader, session.account));
    if (!this.#isPerson(session.account) || client === undefined) return;
    const written = writer.write([store.updateLastSeen(session.account, client, now())]);
    later(written.then(() => this.#prune(session.account)));
  }

  /** The client in which the owner changed the password knows the new one; the others have lost what they knew. */
  passwordChanged(localpart: string, byResource: string | undefined): void {
    const { accounts, sessions, writer } = this.#options;
    const session = byResource === undefined ? undefined : sessions.get(localpart, byResource);
    const client = session && this.#identities.of(session, []);
    const version = accounts.passwordVersion(localpart);
    if (client === undefined || version === undefined) return;
    later(writer.write([store.updatePasswordVersion(localpart, client, version)]));
  }

  /** All that have access (XEP-0494 section 3.1), those that were seen last first. */
  async list(localpart: string): Promise<readonly AccessingClient[]> {
    await this.#options.writer.flush();
    return this.#read(localpart).filter(hasAccess);
  }

  /**
   * Section 3.2. Resolves when it is on disk and the sessions are over; `ending` is told of these between the two.
   * With `signOut` also what could come back with the password is signed out for now.
   */
  async revoke(
    localpart: string,
    id: string,
    options: { readonly signOut?: boolean; readonly ending?: (sessions: readonly Session[]) => void } = {},
  ): Promise<'revoked' | 'password-known' | 'unknown'> {
    const { tokens, writer, lifecycle, sessions } = this.#options;
    await writer.flush();
    const found = this.#read(localpart).find((client) => client.id === id && hasAccess(client));
    if (found === undefined) return 'unknown';
    if (found.knowsPassword && options.signOut !== true) return 'password-known';
    const forgotten = found.knowsPassword ? [] : [store.deleteClient(localpart, found.client)];
    await Promise.all([tokens.revoke(localpart, found.client), writer.write(forgotten)]);
    // One may have begun meanwhile.
    const begun = [...sessions.of(localpart).values()].filter((own) => this.#identities.of(own, []) === found.client);
    const over = [...new Set([...found.sessions, ...begun])];
    options.ending?.(over);
    for (const session of over) lifecycle.end(session, REVOKED);
    for (const { stream, ...owner } of this.#waiting) {
      if (owner.localpart === localpart && owner.client === found.client && !stream.isBound) stream.close(REVOKED);
    }
    return found.knowsPassword ? 'password-known' : 'revoked';
  }

  /** Forgets those that have no access any more, or were not seen for long. */
  async pruneAll(): Promise<void> {
    for (const localpart of store.readAccounts(this.#options.reader)) await this.#prune(localpart);
  }

  async #prune(localpart: string): Promise<void> {
    const { tokens, writer, now, limits } = this.#options;
    const { keptMs, maxClients } = limits();
    const silent = this.#read(localpart).filter(({ isConnected }) => !isConnected);
    const old = silent.filter(({ hasToken, lastSeenMs }) => !hasToken && now() - lastSeenMs >= keptMs);
    const left = silent.filter((client) => !old.includes(client));
    const legacy = left.filter(({ client }) => isLegacy(client)).slice(MAX_LEGACY);
    const excess = [...left.slice(maxClients), ...legacy];
    await Promise.all([
      writer.write([...old, ...excess].map(({ client }) => store.deleteClient(localpart, client))),
      // What is not shown must not have access.
      ...excess.filter(({ hasToken }) => hasToken).map(({ client }) => tokens.revoke(localpart, client)),
    ]);
  }

  #read(localpart: string) {
    const { accounts, sessions, tokens, reader, now } = this.#options;
    const rows = store.readClients(reader, localpart);
    const connected = Map.groupBy(sessions.of(localpart).values(), (session) => this.#identities.of(session, rows));
    const holders = tokens.holders(localpart);
    const version = accounts.passwordVersion(localpart);
    return rows.map((row) => {
      const own = connected.get(row.client) ?? [];
      return {
        client: row.client,
        sessions: own,
        id: row.id,
        isConnected: own.length > 0,
        firstSeenMs: row.firstSeenMs,
        lastSeenMs: own.length > 0 ? now() : row.lastSeenMs,
        knowsPassword: row.passwordVersion === version,
        hasToken: holders.has(row.client),
        software: row.software ?? undefined,
        device: row.device ?? undefined,
      };
    });
  }

  async #saw(
    localpart: string,
    client: string,
    seen: {
      readonly software: string | undefined;
      readonly device: string | undefined;
      readonly isByPassword: boolean;
    },
  ): Promise<void> {
    const { accounts, writer, now, randomId } = this.#options;
    const passwordVersion = seen.isByPassword ? (accounts.passwordVersion(localpart) ?? null) : null;
    const row = {
      client,
      id: randomId(ID_BYTES),
      software: shortened(seen.software),
      device: shortened(seen.device),
      passwordVersion,
      atMs: now(),
    };
    await writer.write([store.upsertClient(localpart, row)]);
  }

  /** Guests have an account for one session, and no list of clients. */
  #isPerson(localpart: string): boolean {
    return this.#options.accounts.get(localpart)?.isGuest === false;
  }
}

/** What nobody waits for. When it fails the writer has said why: the account is gone meanwhile, or the disk. */
function later(written: Promise<void>): void {
  written.catch(() => undefined);
}

function hasAccess({ isConnected, knowsPassword, hasToken }: AccessingClient): boolean {
  return isConnected || knowsPassword || hasToken;
}

function shortened(name: string | undefined): string | null {
  return name?.slice(0, MAX_NAME_LENGTH).toWellFormed() ?? null;
}
