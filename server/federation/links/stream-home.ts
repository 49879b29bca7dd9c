/** What a single stream between servers needs from all the links together. */
import type { StanzaError } from '../../stanza/error.ts';
import type { Element } from '../../xml/element.ts';
import type { Verdict } from '../trust/judge.ts';
import type { DialbackElement } from './dialback.ts';
import type { LinksOptions } from './link-options.ts';
import type { LinkStream } from './link-stream.ts';
import type { Resumption } from './lost-streams.ts';
import type { QueuedStanza } from './queued-stanza.ts';

export interface StreamHome {
  readonly options: LinksOptions;
  /** Whom the peer's certificate proves; asks DNS for TLSA records of a domain that dialled us. */
  judge(stream: LinkStream, domain: string): Verdict | Promise<Verdict>;
  /** Asks the authoritative server about a dialback key (XEP-0220 section 2.1.2). Never rejects. */
  verify(stream: LinkStream, request: DialbackElement): Promise<'valid' | 'invalid' | StanzaError>;
  /** Why the stream must not prove `remote`: there are too many of that domain. */
  refuseProof(stream: LinkStream, remote: string): string | undefined;
  /** The stream may be used for more than before. */
  proven(stream: LinkStream): void;
  /** What an earlier stream left, if it was of the same domains; `goOn` when it is taken over and repeated. */
  resume(stream: LinkStream, id: string): Resumption | undefined;
  /** Milliseconds for which nothing more should be read after `bytes` from `domain`. */
  pace(domain: string, bytes: number): number;
  /** Sends an error back for what the peer sent: a stanza with valid addresses. */
  reply(element: Element): void;
  delivered(stanza: QueuedStanza): void;
  /** Something was written down for the window. */
  failed(domain: string, sentence: string): void;
  /** Nothing more comes or goes. Told once. */
  ended(stream: LinkStream, ending: 'closed' | 'lost'): void;
  /** The connection is gone. Told once, after `ended`. */
  gone(stream: LinkStream): void;
  changed(): void;
}
