/**
 * Which clients the sessions have (XEP-0092, as the one who asks). Each is asked once, and only when somebody looks:
 * a server that nobody is looking at sends nothing that nobody wanted.
 */
import type { Clock } from './clock/clock.ts';
import type { OwnRequests } from './router/own-requests.ts';
import type { Session } from './session/session.ts';
import type { Iq } from './stanza/stanza.ts';
import { el } from './xml/element.ts';

const NS_VERSION = 'jabber:iq:version';
/** How long a list may wait for clients; who is later shows in the next one. */
const PATIENCE_MS = 1000;
/** Of name and version each: clients choose them freely. */
const MAX_LENGTH = 60;

export interface ClientNamesOptions {
  readonly sessions: { all(): Iterable<Session> };
  readonly ownRequests: Pick<OwnRequests, 'get'>;
  readonly clock: Clock;
  /** A name has become known. */
  readonly onChange: () => void;
}

export class ClientNames {
  readonly #options: ClientNamesOptions;
  /** Of everybody who was asked; a name once it is known. */
  readonly #names = new WeakMap<Session, string | undefined>();
  readonly #asking = new Set<Promise<void>>();

  constructor(options: ClientNamesOptions) {
    this.#options = options;
  }

  /** Name and version, such as `Gajim 1.8.4`. */
  of(session: Session): string | undefined {
    return this.#names.get(session);
  }

  /** Asks whoever was not asked yet. Settles when everybody has answered, after a second at the latest. */
  async askAll(): Promise<void> {
    for (const session of this.#options.sessions.all()) {
      if (session.stream === undefined || !session.isAvailable || this.#names.has(session)) continue;
      this.#names.set(session, undefined);
      const asking = this.#ask(session).finally(() => this.#asking.delete(asking));
      this.#asking.add(asking);
    }
    if (this.#asking.size === 0) return;
    const patience = Promise.withResolvers<void>();
    const timer = this.#options.clock.after(PATIENCE_MS, () => patience.resolve());
    await Promise.race([Promise.all(this.#asking), patience.promise]);
    timer.cancel();
  }

  async #ask(session: Session): Promise<void> {
    const answer = await this.#options.ownRequests.get(session.jid, el('query', NS_VERSION));
    const name = answer?.type === 'result' ? readName(answer) : undefined;
    if (name === undefined) return;
    this.#names.set(session, name);
    this.#options.onChange();
  }
}

function readName({ payload }: Iq): string | undefined {
  if (payload?.name !== 'query' || payload.xmlns !== NS_VERSION) return undefined;
  const parts = [payload.childText('name'), payload.childText('version')].map(tidy).filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** One line of visible characters; half a surrogate pair at the cut is replaced. */
function tidy(text: string | undefined): string {
  const visible = (text ?? '').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return visible.slice(0, MAX_LENGTH).toWellFormed();
}
