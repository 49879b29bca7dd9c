/** Commands that are being carried out: which form each requester has before him, and for how long. */
import type { CommandStep } from '../../modulehost/commands.ts';

/** Long enough to look something up while a form is open. */
const LIFETIME_MS = 15 * 60 * 1000;
/** Of one connected resource, those that are over included: nobody has more dialogs open. */
const MAX_PER_REQUESTER = 8;
/**
 * Requesters at a time. Some are forgotten by nobody: who is elsewhere, and who was gone before his command could begin.
 */
const MAX_REQUESTERS = 1_000;
const ID_BYTES = 16;

export type FormStep = Extract<CommandStep, { kind: 'form' }>;

/** XEP-0050 section 3.3 calls it a session; that word is taken. */
export interface Execution {
  readonly id: string;
  readonly node: string;
  /** The forms so far, the one to be filled in last; empty when it is over. */
  readonly stages: FormStep[];
  usedAtMs: number;
}

export interface ExecutionsOptions {
  readonly now: () => number;
  readonly randomId: (bytes: number) => string;
}

export class Executions {
  readonly #options: ExecutionsOptions;
  /** By full JID, each list in the order of its beginnings. */
  readonly #byRequester = new Map<string, Execution[]>();

  constructor(options: ExecutionsOptions) {
    this.#options = options;
  }

  /** A new one; when the requester has too many, his oldest is forgotten. */
  begin(requester: string, node: string): Execution {
    const execution: Execution = {
      id: this.#options.randomId(ID_BYTES),
      node,
      stages: [],
      usedAtMs: this.#options.now(),
    };
    const own = this.#byRequester.get(requester) ?? [];
    own.push(execution);
    if (own.length > MAX_PER_REQUESTER) own.shift();
    this.#byRequester.delete(requester); // so that who has begun nothing for the longest time stands first
    this.#byRequester.set(requester, own);
    if (this.#byRequester.size > MAX_REQUESTERS) {
      const [oldest] = this.#byRequester.keys();
      if (oldest !== undefined) this.#byRequester.delete(oldest);
    }
    return execution;
  }

  /** `over` when it was completed, cancelled or left alone for too long; undefined when the requester never had it. */
  find(requester: string, id: string, node: string): Execution | 'over' | undefined {
    const execution = this.#byRequester.get(requester)?.find((own) => own.id === id && own.node === node);
    if (execution === undefined) return undefined;
    const nowMs = this.#options.now();
    if (nowMs - execution.usedAtMs > LIFETIME_MS) this.end(execution);
    if (execution.stages.length === 0) return 'over';
    execution.usedAtMs = nowMs;
    return execution;
  }

  /** Lets go of what its forms held; its id stays known for a while, to tell the requester that it is over. */
  end(execution: Execution): void {
    execution.stages.length = 0;
  }

  /** The requester is gone. */
  forget(requester: string): void {
    this.#byRequester.delete(requester);
  }
}
