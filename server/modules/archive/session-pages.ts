/** Pages of accounts' archives on their way to the sessions that asked. */
import type { Clock } from '../../clock/clock.ts';
import { bareJid } from '../../jid/jid.ts';
import type { ArchiveRequest, ShownListener } from '../../modulehost/services.ts';
import type { Answer, RequestHandler } from '../../router/iq-table.ts';
import type { Session } from '../../session/session.ts';

/** Bytes that may wait for the client's socket before the next page: far below what ends a session. */
const MAX_AHEAD_BYTES = 512 * 1024;
const PAUSE_MS = 50;

export interface SessionPagesOptions {
  readonly clock: Clock;
  readonly answer: (request: ArchiveRequest) => Answer | Promise<Answer>;
}

export class SessionPages {
  readonly #options: SessionPagesOptions;
  readonly #listeners = new Set<ShownListener>();

  constructor(options: SessionPagesOptions) {
    this.#options = options;
  }

  onShown(listener: ShownListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Answers one of the account's own sessions. */
  readonly handle: RequestHandler = ({ iq, payload, sender }) =>
    this.answer({
      owner: bareJid(iq.from),
      iq,
      payload,
      session: sender,
      send: (message, id) => sender?.outbox.send(message, this.#shown(sender, id)),
    });

  readonly answer = (request: ArchiveRequest): Answer | Promise<Answer> =>
    isBusy(request.session) ? this.#whenFree(request) : this.#answer(request);

  /** What is under way may outlive its session; nobody has got what is sent to one that is over. */
  #answer({ send, ...request }: ArchiveRequest): Answer | Promise<Answer> {
    const { session } = request;
    return this.#options.answer({
      ...request,
      send: (message, id) => {
        if (session?.isEnded !== true) send(message, id);
      },
    });
  }

  /** Clients may ask for many pages at once; each is made when there is room for it. */
  async #whenFree(request: ArchiveRequest): Promise<Answer> {
    do {
      await new Promise<void>((resolve) => {
        this.#options.clock.after(PAUSE_MS, resolve);
      });
    } while (isBusy(request.session));
    return this.#answer(request);
  }

  /** What is to be done once the client has the message; mostly nothing. */
  #shown(session: Session, id: string): (() => void) | undefined {
    let shown: (() => void) | undefined;
    for (const listener of this.#listeners) shown = listener(session, id) ?? shown;
    return shown;
  }
}

function isBusy(session: Session | undefined): boolean {
  return (session?.stream?.bufferedBytes ?? 0) > MAX_AHEAD_BYTES;
}
