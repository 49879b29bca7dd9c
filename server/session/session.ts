/**
 * A session: one connected resource of an account (RFC 6120 section 7). It outlives its stream when the client can
 * resume (XEP-0198), so that modules which hold a session need not know about streams at all.
 */
import type { Jid } from '../jid/jid.ts';
import type { Element } from '../xml/element.ts';
import { Outbox, type OutboxLimits, type Overflow } from './outbox.ts';
import type { SessionStream, StreamEnd } from './session-stream.ts';

export interface SessionOptions {
  /** Full JID. */
  readonly jid: Jid;
  readonly boundAtMs: number;
  /** xml:lang of the stream header, for stanzas that do not state their own. */
  readonly lang: string | undefined;
  readonly limits: OutboxLimits;
  /** Told when the client reads so slowly that it must be let go. */
  readonly overflowed: (session: Session, what: Overflow) => void;
}

export class Session {
  readonly jid: Jid;
  readonly boundAtMs: number;
  readonly lang: string | undefined;
  readonly outbox: Outbox;
  /** Address the client was last seen at. */
  remoteAddress = '';
  /** The last presence without addressee; undefined while the resource is not available (RFC 6121 section 4.2). */
  presence: Element | undefined;
  /** When `presence` came, in milliseconds since 1970; 0 while there is none. */
  presenceAtMs = 0;
  /** Of `presence` (RFC 6121 section 4.7.2.3); 0 while there is none. */
  priority = 0;
  /** What the client switched on, by feature name: `roster` once it asked for it (an interested resource), `carbons` … */
  readonly enabled = new Set<string>();
  /** Addresses that got a directed presence and must hear of the end (RFC 6121 section 4.6), by full JID. */
  readonly directed = new Map<string, Jid>();
  /** Stanzas taken from the client so far: the `h` of XEP-0198 once stream management is on. */
  handled = 0;
  /** Set once, when the session is over. */
  isEnded = false;

  constructor(options: SessionOptions) {
    this.jid = options.jid;
    this.boundAtMs = options.boundAtMs;
    this.lang = options.lang;
    this.outbox = new Outbox(options.limits, (what) => options.overflowed(this, what));
  }

  /** The localpart of the account. */
  get account(): string {
    return this.jid.local;
  }

  get isAvailable(): boolean {
    return this.presence !== undefined;
  }

  get stream(): SessionStream | undefined {
    return this.outbox.stream;
  }

  send(stanza: Element): void {
    this.outbox.send(stanza);
  }

  /** Gives the session a stream: at binding and on each resumption. */
  attach(stream: SessionStream): void {
    this.remoteAddress = stream.remoteAddress;
    this.outbox.attach(stream);
  }

  /** The stream is gone; the session goes on without until somebody ends it. */
  detach(): void {
    this.outbox.attach(undefined);
  }

  /** Ends the stream, if there is one. The session itself ends with it, through whoever owns it. */
  closeStream(error?: StreamEnd): void {
    this.outbox.stream?.close(error);
  }
}
