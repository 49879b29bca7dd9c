/** XEP-0220 section 2.1.2: asks the authoritative server of a domain whether a dialback key is its own. */
import { StanzaError } from '../../stanza/error.ts';
import { DialBudget } from './dial-budget.ts';
import type { DialbackElement } from './dialback.ts';
import type { LinkFailure } from './link-failure.ts';
import type { LinkStream } from './link-stream.ts';
import { Opening } from './opening.ts';
import { pairOf } from './pair.ts';
import type { DialbackOutcome } from './stream-dialback.ts';
import type { StreamHome } from './stream-home.ts';

type Verdict = 'valid' | 'invalid' | StanzaError;

interface Question {
  readonly from: string;
  readonly to: string;
  readonly id: string;
  readonly key: string;
  readonly decide: (verdict: Verdict) => void;
}

/** A stream that was opened to ask, and is closed when nothing is to be asked any more. */
interface Inquiry {
  readonly opening: Opening;
  stream: LinkStream | undefined;
  readonly waiting: Question[];
  open: number;
}

export interface VerifierOptions {
  readonly home: StreamHome;
  /** A stream that we have opened ourselves and that is in use; undefined when there is none but `asking`. */
  readonly ownStream: (from: string, to: string, asking: LinkStream) => LinkStream | undefined;
  readonly opened: (stream: LinkStream) => void;
}

export class Verifier {
  readonly #options: VerifierOptions;
  readonly #inquiries = new Map<string, Inquiry>();
  readonly #budget: DialBudget;

  constructor(options: VerifierOptions) {
    this.#options = options;
    this.#budget = new DialBudget(options.home.options);
  }

  /** Never rejects. */
  verify(asking: LinkStream, request: DialbackElement): Promise<Verdict> {
    const { from: authoritative, to: ours, key } = request;
    // SECURITY: whoever sends us dialback requests makes us connect to others; not more often than this.
    if (!this.mayDial(authoritative, asking)) {
      return Promise.resolve(new StanzaError('resource-constraint', 'Too many requests at the moment.'));
    }
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const { clock, limits } = this.#options.home.options;
    const patience = clock.after(limits().dialbackMs, () => {
      resolve(noAnswer(authoritative));
      this.#giveUp(pairOf(ours, authoritative));
    });
    this.#ask({ from: ours, to: authoritative, id: asking.id, key, decide: resolve }, asking);
    return promise.finally(() => patience.cancel());
  }

  /** Whether something that a stranger said on `asking` may make us look for `domain` now. */
  mayDial(domain: string, asking: LinkStream): boolean {
    return this.#budget.tryTake(domain, asking.remoteAddress);
  }

  streamEnded(stream: LinkStream): void {
    for (const inquiry of this.#inquiries.values()) {
      if (inquiry.opening.stream === stream && inquiry.stream === undefined) inquiry.opening.streamEnded();
    }
  }

  stop(): void {
    for (const { opening, stream, waiting } of this.#inquiries.values()) {
      if (stream !== undefined) continue;
      opening.cancel();
      for (const { decide, to } of waiting.splice(0)) decide(noAnswer(to));
    }
    this.#inquiries.clear();
  }

  #ask(question: Question, asking: LinkStream): void {
    const own = this.#options.ownStream(question.from, question.to, asking);
    if (own !== undefined) {
      put(question, own);
      return;
    }
    const pair = pairOf(question.from, question.to);
    const inquiry = this.#inquiries.get(pair) ?? this.#open(pair, question.from, question.to);
    if (inquiry.stream === undefined) inquiry.waiting.push(question);
    else this.#put(question, inquiry, inquiry.stream);
  }

  #open(pair: string, from: string, to: string): Inquiry {
    const { home, opened } = this.#options;
    const opening = new Opening({
      home,
      from,
      to,
      purpose: 'verification',
      opened,
      ready: (stream) => {
        inquiry.stream = stream;
        for (const question of inquiry.waiting.splice(0)) this.#put(question, inquiry, stream);
      },
      failed: (failure) => {
        this.#forget(pair, inquiry);
        for (const { decide } of inquiry.waiting.splice(0)) decide(unreachable(failure));
      },
    });
    const inquiry: Inquiry = { opening, stream: undefined, waiting: [], open: 0 };
    this.#inquiries.set(pair, inquiry);
    return inquiry;
  }

  #put(question: Question, inquiry: Inquiry, stream: LinkStream): void {
    inquiry.open++;
    const decide = (verdict: Verdict) => {
      question.decide(verdict);
      if (--inquiry.open > 0) return;
      this.#forget(pairOf(question.from, question.to), inquiry);
      stream.close();
    };
    put({ ...question, decide }, stream);
  }

  /** SECURITY: a server that never answers must not make us keep a stream for each time that it is asked. */
  #giveUp(pair: string): void {
    const inquiry = this.#inquiries.get(pair);
    if (inquiry?.stream === undefined) return; // the opening has its own time limit
    this.#forget(pair, inquiry);
    inquiry.stream.close();
  }

  #forget(pair: string, inquiry: Inquiry): void {
    if (this.#inquiries.get(pair) === inquiry) this.#inquiries.delete(pair);
  }
}

function put(question: Question, stream: LinkStream): void {
  stream.dialback.requestVerification(question, (outcome) => question.decide(verdictOf(outcome, question.to)));
}

/** XEP-0220 section 2.5. */
function verdictOf(outcome: DialbackOutcome | undefined, authoritative: string): Verdict {
  if (outcome?.type === 'valid' || outcome?.type === 'invalid') return outcome.type;
  if (outcome === undefined) return noAnswer(authoritative);
  return new StanzaError('remote-server-not-found', `The server of ${authoritative} does not serve that domain.`);
}

function noAnswer(authoritative: string): StanzaError {
  return new StanzaError(
    'remote-server-timeout',
    `The server of ${authoritative} did not answer when it was called back.`,
  );
}

function unreachable({ condition, sentence }: LinkFailure): StanzaError {
  const isMissing = condition === 'remote-server-not-found';
  return new StanzaError(isMissing ? condition : 'remote-server-timeout', sentence);
}
