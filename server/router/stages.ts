/**
 * The stages that a stanza walks, once and forward (ARCHITECTURE.md, "How a stanza walks"). Their order stands here
 * and nowhere else; within a stage modules come in the order of `modules/index.ts`.
 */
import type { Session } from '../session/session.ts';
import type { StanzaError } from '../stanza/error.ts';
import type { Stanza } from '../stanza/stanza.ts';

/** Nothing to say; it has been dealt with and goes no further; or a refusal, which is told to the sender. */
export type Verdict = undefined | 'handled' | StanzaError;

/** On the sender's side: a stanza that leaves a session of ours. */
export interface OutboundStages<S extends Stanza> {
  /** Blocking, rate limits: may refuse or swallow. */
  readonly guard?: (stanza: S, sender: Session) => Verdict;
  /** May replace the stanza, or refuse it. Undefined leaves it as it is. */
  readonly amend?: (stanza: S, sender: Session) => S | StanzaError | undefined;
  /** May only read. (`undefined` rather than `void`, here and below, so that an `async` stage does not compile.) */
  readonly record?: (stanza: S, sender: Session) => undefined;
  /** May send other stanzas. */
  readonly copy?: (stanza: S, sender: Session) => undefined;
  /** Takes away what only the sender's own devices may see. */
  readonly seal?: (stanza: S, sender: Session) => S | undefined;
}

/** On the recipient's side: a stanza that comes to an account of ours, from wherever. */
export interface InboundStages<S extends Stanza> {
  readonly guard?: (stanza: S, account: string) => Verdict;
  readonly amend?: (stanza: S, account: string) => S | StanzaError | undefined;
  readonly record?: (stanza: S, account: string) => undefined;
  /** `recipients` are the sessions that the stanza itself will be delivered to. */
  readonly copy?: (stanza: S, account: string, recipients: readonly Session[]) => undefined;
}

type Handler<T, K extends keyof T> = NonNullable<T[K]>;

/** The handlers of one direction and kind of stanza, stage by stage. */
export class OutboundTable<S extends Stanza> {
  readonly guard: Handler<OutboundStages<S>, 'guard'>[] = [];
  readonly amend: Handler<OutboundStages<S>, 'amend'>[] = [];
  readonly record: Handler<OutboundStages<S>, 'record'>[] = [];
  readonly copy: Handler<OutboundStages<S>, 'copy'>[] = [];
  readonly seal: Handler<OutboundStages<S>, 'seal'>[] = [];

  /** The stanza that goes on, or why it does not. */
  run(stanza: S, sender: Session): S | 'handled' | StanzaError {
    for (const guard of this.guard) {
      const verdict = guard(stanza, sender);
      if (verdict !== undefined) return verdict;
    }
    let current = stanza;
    for (const amend of this.amend) {
      const amended = amend(current, sender);
      if (amended === undefined) continue;
      if (!('kind' in amended)) return amended;
      current = amended;
    }
    for (const record of this.record) record(current, sender);
    for (const copy of this.copy) copy(current, sender);
    for (const seal of this.seal) current = seal(current, sender) ?? current;
    return current;
  }
}

export class InboundTable<S extends Stanza> {
  readonly guard: Handler<InboundStages<S>, 'guard'>[] = [];
  readonly amend: Handler<InboundStages<S>, 'amend'>[] = [];
  readonly record: Handler<InboundStages<S>, 'record'>[] = [];
  readonly copy: Handler<InboundStages<S>, 'copy'>[] = [];

  /** All stages before `copy`, which waits until the recipients are known. */
  admit(stanza: S, account: string): S | 'handled' | StanzaError {
    for (const guard of this.guard) {
      const verdict = guard(stanza, account);
      if (verdict !== undefined) return verdict;
    }
    let current = stanza;
    for (const amend of this.amend) {
      const amended = amend(current, account);
      if (amended === undefined) continue;
      if (!('kind' in amended)) return amended;
      current = amended;
    }
    for (const record of this.record) record(current, account);
    return current;
  }
}

/** Puts the handlers that `stages` has into `table`; throws for a stage that does not exist. The function takes them back. */
export function addStages<T extends object>(table: T, stages: object): () => void {
  const added: [unknown[], unknown][] = [];
  for (const [stage, handler] of Object.entries(stages)) {
    if (handler === undefined) continue;
    const handlers = (table as Record<string, unknown[]>)[stage];
    if (!Array.isArray(handlers)) throw new Error(`there is no stage called ${stage}`);
    handlers.push(handler);
    added.push([handlers, handler]);
  }
  return () => {
    for (const [handlers, handler] of added) handlers.splice(handlers.indexOf(handler), 1);
  };
}
