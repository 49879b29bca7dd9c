/** XEP-0198 section 5: a session goes on in a new stream. */
import type { Host } from '../../modulehost/module.ts';
import { countTooHigh, failed, readCount, resumed } from '../../router/management-elements.ts';
import type { UnackedStanza } from '../../session/unacked-queue.ts';
import { withDelay } from '../../stanza/delay.ts';
import type { Stream } from '../../stream/stream.ts';
import type { Element } from '../../xml/element.ts';
import type { Journal } from './journal.ts';
import type { ManagedSession } from './managed-session.ts';
import type { ManagedSessions } from './managed-sessions.ts';

/** What waited longer is sent with the time at which it came (XEP-0203); below, the difference is nobody's concern. */
const NOTICEABLE_MS = 5_000;

interface ResumptionOptions {
  readonly host: Pick<Host, 'clock' | 'domain' | 'lifecycle' | 'log'>;
  readonly sessions: ManagedSessions;
  readonly journal: Journal;
}

export class Resumption {
  readonly #options: ResumptionOptions;

  constructor(options: ResumptionOptions) {
    this.#options = options;
  }

  /**
   * Answers `<resume/>`. `reply` is called with `<resumed/>` or `<failed/>` at the moment at which it must be written:
   * what the client has not acknowledged follows right behind. After `<failed/>` a resource can still be bound; after a
   * count that is too high the stream is closed.
   */
  resume(stream: Stream, request: Element, reply: (answer: Element) => void): void | Promise<void> {
    const { sessions, journal } = this.#options;
    const { account } = stream;
    if (account === undefined || stream.isBound) return reply(failed('unexpected-request'));
    const id = request.attr('previd');
    const h = readCount(request);
    if (id === undefined || h === undefined) return reply(failed('bad-request'));
    const managed = sessions.byId(id);
    // SECURITY: to everybody else the session does not exist.
    if (managed === undefined || !managed.isResumable || managed.session.account !== account) {
      return reply(failed('item-not-found', sessions.pastHandled(id, account)));
    }
    if (!managed.unacked.covers(h)) return stream.close(countTooHigh(h, managed.unacked.sent));
    // First of all, so that the count below is the last word.
    this.#closeFormer(managed);
    if (managed.unacked.resume(h).isRenumbered) journal.renumbered(managed);
    journal.acknowledged(managed);
    journal.touch(managed);
    const saved = journal.save();
    if (saved === undefined) return this.#goOn(managed, stream, reply);
    return saved.then(
      () => this.#goOn(managed, stream, reply),
      () => reply(failed('internal-server-error')),
    );
  }

  #closeFormer(managed: ManagedSession): void {
    managed.isMoving = true;
    managed.session.closeStream({ condition: 'conflict', text: 'This session goes on in another stream.' });
    managed.isMoving = false;
  }

  #goOn(managed: ManagedSession, stream: Stream, reply: (answer: Element) => void): void {
    const { host, sessions } = this.#options;
    const { session, unacked } = managed;
    if (!stream.isOpen) return;
    // While this was written down it may have ended, or another stream may have been faster.
    if (session.isEnded || session.stream !== undefined) {
      reply(failed('item-not-found', sessions.pastHandled(managed.id, session.account)));
      return;
    }
    host.lifecycle.carry(session, stream);
    sessions.carried(session);
    reply(resumed(managed.id, session.handled));
    for (const stanza of unacked.stanzas) stream.send(this.#again(stanza));
    host.log.info({ jid: session.jid.full, repeated: unacked.length }, 'session resumed');
  }

  #again({ element, atMs }: UnackedStanza): Element {
    const { clock, domain } = this.#options.host;
    const isDelayed = element.name === 'message' && clock.now() - atMs >= NOTICEABLE_MS;
    return isDelayed ? withDelay(element, domain, atMs) : element;
  }
}
