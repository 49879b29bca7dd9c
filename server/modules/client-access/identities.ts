/**
 * Which client a session belongs to. A client is known by the id that it states in SASL2; one that states none by its
 * resource, which most of them choose once for an installation.
 */
import type { Session } from '../../session/session.ts';
import type { ClientRow } from './store.ts';

/** No hash looks like it. */
const LEGACY = 'resource ';

export class Identities {
  /** By stream, from signing in on; a resumed session gets a stream with an entry of its own. */
  readonly #streams = new WeakMap<object, string>();
  /** By session, for the time in which it has no stream. */
  readonly #sessions = new WeakMap<Session, string>();

  signedIn(stream: object, client: string): void {
    this.#streams.set(stream, client);
  }

  /** A session has begun; the client that it belongs to. */
  bound(session: Session): string {
    const client = (session.stream && this.#streams.get(session.stream)) ?? LEGACY + session.jid.resource;
    this.#sessions.set(session, client);
    return client;
  }

  /** `rows` help with sessions that an earlier run of the server has left (XEP-0198). */
  of(session: Session, rows: readonly ClientRow[]): string | undefined {
    const byStream = session.stream && this.#streams.get(session.stream);
    const known = byStream ?? this.#sessions.get(session);
    const client = known ?? rows.find(({ resource }) => resource === session.jid.resource)?.client;
    if (client !== undefined) this.#sessions.set(session, client);
    return client;
  }
}

/** True for a client that is known by its resource. */
export function isLegacy(client: string): boolean {
  return client.startsWith(LEGACY);
}
