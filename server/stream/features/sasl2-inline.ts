/**
 * What other features do inside SASL2 (XEP-0388): the surface for Bind 2, resumption, FAST, upgrade tasks.
 *
 * In the order in which it is used, for each feature in the order of the list:
 *
 *   offer, advertise    while `<authentication/>` is written
 *   refuse              `<authenticate/>` came: may end it without prejudice, before any mechanism is begun
 *   createMechanism     its mechanism is not among those of the list
 *                       … the exchange; the account is proven and enabled …
 *   tasks               one after the other: `<continue/>`, `<next/>`, `<task-data/>`
 *                       … the stream has its account from here on: `stream.account` …
 *   complete            what goes into `<success/>`; may wait for the disk
 *   resume, bind        give the stream a session, an old one or else a new one
 *                       … `<success/>`, then features unless a session was resumed …
 *
 * A module brings features of its own under `sasl2` among its hooks (see modulehost/module.ts). When the exchange or a
 * task fails, nothing of what comes later is called (section 2.6.2).
 */
import type { Element } from '../../xml/element.ts';
import type { Specification } from '../feature.ts';
import type { SignedIn, SignInFailure, SignInRequest } from '../sasl/exchange.ts';
import type { Mechanism } from '../sasl/mechanism.ts';
import type { Stream } from '../stream.ts';

/** Something that must be done between the proof and the success (section 2.6.3). */
export interface SignInTask {
  /** As in `UPGR-SCRAM-SHA-256`. */
  readonly name: string;
  /** Takes `<next/>` first, then each `<task-data/>` of the client. */
  take(element: Element): TaskStep | Promise<TaskStep>;
}

export type TaskStep =
  /** For `<task-data/>`. */
  | { readonly kind: 'data'; readonly payload: Element }
  /** Done; `result` goes with the success. */
  | { readonly kind: 'done'; readonly result?: Element }
  | ({ readonly kind: 'failure' } & SignInFailure);

export interface InlineFeature {
  readonly name: string;
  /** A module's feature leaves it to the module to name them. */
  readonly xeps?: readonly Specification[];
  /** Children of `<inline/>`; none when the feature is not on offer on this stream now. */
  offer?(stream: Stream): readonly Element[];
  /** Children of `<authentication/>` itself. */
  advertise?(stream: Stream): readonly Element[];
  /** A failure that is not counted as a wrong password or attempt. */
  refuse?(request: SignInRequest): SignInFailure | undefined;
  /** A mechanism that is not in the list for everybody, as those of FAST are not; undefined when it is not one of ours. */
  createMechanism?(request: SignInRequest): Mechanism | undefined;
  /** What is to be done before the success, as asked for by the client or demanded by the server. */
  tasks?(signedIn: SignedIn): readonly SignInTask[];
  /** Children for `<success/>`. What they promise must be on disk when the promise resolves. */
  complete?(signedIn: SignedIn): readonly Element[] | Promise<readonly Element[]>;
  /**
   * Gives the stream a session that exists, if the client asked for it. `reply` takes what goes into `<success/>`; when
   * it is called and the stream is bound, `<success/>` is written at that moment: stanzas of the session may follow right
   * behind. It is not called when the client asked for nothing, or when the stream was closed.
   */
  resume?(signedIn: SignedIn, reply: (answer: Element) => void): void | Promise<void>;
  /** Gives the stream a new session, if the client asked for it; not called once there is one. As `resume` otherwise. */
  bind?(signedIn: SignedIn, reply: (answer: Element) => void): void;
}
