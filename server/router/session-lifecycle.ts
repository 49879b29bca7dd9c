/** The life of sessions: bound, resumed, ended. The one place that adds them and takes them away. */
import { joinJid } from '../jid/jid.ts';
import type { Logger } from '../log/log.ts';
import type { OutboxLimits, Overflow } from '../session/outbox.ts';
import { Session } from '../session/session.ts';
import type { StreamEnd } from '../session/session-stream.ts';
import type { Sessions } from '../session/sessions.ts';
import { StanzaError } from '../stanza/error.ts';
import type { Stream, StreamEnding } from '../stream/stream.ts';
import type { Element } from '../xml/element.ts';
import type { Router } from './router.ts';
import { SessionReceiver } from './session-receiver.ts';

/** What happens when a client asks for a resource that is in use (RFC 6120 section 7.7.2.2). */
export type ConflictPolicy = 'replace' | 'rename' | 'refuse';

export interface SessionLimits extends OutboxLimits {
  readonly maxSessionsPerAccount: number;
}

export interface SessionHooks {
  readonly bound?: (session: Session) => void;
  /** A presence without addressee has been dealt with, or the end of the session stands for one; `before` is how it was. */
  readonly presenceChanged?: (
    session: Session,
    before: { readonly isAvailable: boolean; readonly priority: number },
    presence: Element,
  ) => void;
  /** The stream is gone. True keeps the session: whoever says so ends it later. */
  readonly streamLost?: (session: Session, ending: StreamEnding) => boolean;
  /** The session is out of the table already; what it had not acknowledged is still in its outbox. */
  readonly ended?: (session: Session) => void;
  /** An element, or nothing, that should travel with what is about to be written to this session's stream. */
  readonly beforeFlush?: (session: Session) => string;
}

export interface SessionLifecycleOptions {
  readonly domain: string;
  readonly sessions: Sessions;
  readonly router: Router;
  readonly limits: () => SessionLimits;
  readonly conflictPolicy: () => ConflictPolicy;
  readonly newResource: () => string;
  readonly now: () => number;
  readonly log: Logger;
}

export class SessionLifecycle {
  readonly #options: SessionLifecycleOptions;
  readonly hooks: SessionHooks[] = [];

  constructor(options: SessionLifecycleOptions) {
    this.#options = options;
  }

  /** Resource binding for the account that signed in on `stream`; the full JID, or why not. */
  bind(stream: Stream, wanted: string | undefined): string | StanzaError {
    const { sessions, domain } = this.#options;
    const account = stream.account;
    if (account === undefined || stream.isBound) return new StanzaError('not-allowed', 'One resource per stream.');
    const limits = this.#options.limits();
    const resource = this.#freeResource(account, wanted);
    if (resource instanceof StanzaError) return resource;
    if (sessions.of(account).size >= limits.maxSessionsPerAccount) {
      return new StanzaError('resource-constraint', 'Too many devices are connected to this account.');
    }
    const session = this.create(joinJid(account, domain, resource), stream.lang);
    this.carry(session, stream);
    for (const hook of this.hooks) hook.bound?.(session);
    this.#options.log.info({ jid: session.jid.full, address: stream.remoteAddress }, 'session bound');
    return session.jid.full;
  }

  /** A session without a stream, entered into the table. Its resource must be free. */
  create(jid: Session['jid'], lang: string | undefined, boundAtMs = this.#options.now()): Session {
    const session = new Session({
      jid,
      boundAtMs,
      lang,
      limits: this.#options.limits(),
      overflowed: (slow, what) => this.#overflowed(slow, what),
    });
    this.#options.sessions.add(session);
    return session;
  }

  /** Gives `session` to `stream`, at binding or resumption. A stream that it still had is closed (XEP-0198 section 5). */
  carry(session: Session, stream: Stream): void {
    const former = session.stream;
    session.attach(stream);
    former?.close({ condition: 'conflict', text: 'This session goes on in another stream.' });
    stream.bind(
      new SessionReceiver({ session, stream, lifecycle: this, router: this.#options.router, log: this.#options.log }),
    );
  }

  /** A stream came to its end; the session ends with it unless somebody keeps it. */
  streamEnded(session: Session, ending: StreamEnding): void {
    session.detach();
    if (session.isEnded) return;
    let isKept = false;
    for (const hook of this.hooks) if (hook.streamLost?.(session, ending)) isKept = true;
    if (!isKept) this.#finish(session);
  }

  /** Ends a session and its stream, with a stream error or politely. */
  end(session: Session, error?: StreamEnd): void {
    if (session.isEnded) return;
    session.closeStream(error); // comes back as `streamEnded` when there is a stream
    if (!session.isEnded) this.#finish(session);
  }

  /** What should be written together with what is about to leave. */
  beforeFlush(session: Session, stream: Stream): void {
    for (const hook of this.hooks) {
      const text = hook.beforeFlush?.(session);
      if (text !== undefined && text !== '') stream.write(text);
    }
  }

  #finish(session: Session): void {
    session.isEnded = true;
    session.detach();
    this.#options.sessions.remove(session);
    for (const hook of this.hooks) this.#tellEnded(hook, session);
    this.#options.log.info({ jid: session.jid.full }, 'session ended');
  }

  /** Sessions end in sockets' events and timers too, where nobody else catches the fault of a module. */
  #tellEnded(hook: SessionHooks, session: Session): void {
    try {
      hook.ended?.(session);
    } catch (error) {
      this.#options.log.error({ err: error, jid: session.jid.full }, 'a module failed at the end of a session');
    }
  }

  #freeResource(account: string, wanted: string | undefined): string | StanzaError {
    const { sessions } = this.#options;
    const holder = wanted === undefined ? undefined : sessions.get(account, wanted);
    if (wanted !== undefined && holder === undefined) return wanted;
    if (holder !== undefined) {
      switch (this.#options.conflictPolicy()) {
        case 'refuse':
          return new StanzaError('conflict', 'This resource is in use.');
        case 'replace':
          this.end(holder, { condition: 'conflict', text: 'The same resource signed in elsewhere.' });
          return holder.jid.resource;
        case 'rename':
      }
    }
    for (;;) {
      const resource = this.#options.newResource();
      if (sessions.get(account, resource) === undefined) return resource;
    }
  }

  #overflowed(session: Session, what: Overflow): void {
    if (session.isEnded) return;
    this.#options.log.warn({ jid: session.jid.full, what }, 'a slow reader was let go');
    // Not now: we are in the middle of somebody else's stanza.
    queueMicrotask(() => {
      if (what === 'socket') session.stream?.destroy();
      else this.end(session, { condition: 'resource-constraint', text: 'Too much is waiting for this client.' });
    });
  }
}
