/** XEP-0198 on one stream between servers, in both roles: counting, acknowledging, resuming. */

import * as management from '../../router/management-elements.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import type { LinkStream } from './link-stream.ts';
import { ManagedState } from './managed-state.ts';
import * as elements from './management-elements.ts';
import type { StreamHome } from './stream-home.ts';

/** 128 bits that nobody guesses. */
const ID_BYTES = 16;

/** How our own request ended. */
export type ManagementOutcome = 'enabled' | 'resumed' | 'refused';

export class StreamManagement {
  readonly #stream: LinkStream;
  readonly #home: StreamHome;
  #state: ManagedState | undefined;
  /** What we asked for, until it is answered. */
  #asked:
    | { readonly state: ManagedState; readonly isResumption: boolean; done(outcome: ManagementOutcome): void }
    | undefined;
  #requestedAtMs: number | undefined;
  #isAnswering = false;
  #isAskedAgain = false;

  constructor(stream: LinkStream, home: StreamHome) {
    this.#stream = stream;
    this.#home = home;
  }

  /** Undefined while it is off. */
  get state(): ManagedState | undefined {
    return this.#state;
  }

  /** Since when an acknowledgement is awaited, on the clock's `elapsedMs`. */
  get requestedAtMs(): number | undefined {
    return this.#requestedAtMs;
  }

  newState(): ManagedState {
    const { clock } = this.#home.options;
    return new ManagedState(
      () => clock.now(),
      (stanza) => this.#home.delivered(stanza),
    );
  }

  /** Asks the receiving server for it; with what an earlier stream left, to go on there. */
  begin(earlier: ManagedState | undefined, done: (outcome: ManagementOutcome) => void): void {
    const state = earlier ?? this.newState();
    this.#asked = { state, isResumption: earlier !== undefined, done };
    this.#stream.write(earlier === undefined ? elements.enableXml() : elements.resumeXml(earlier.id, earlier.handled));
  }

  take(element: Element): void {
    switch (element.name) {
      case 'r':
        this.#state === undefined ? this.#misplaced(element) : this.answer();
        return;
      case 'a':
        this.#acknowledged(element);
        return;
      case 'enable':
        this.#enable(element);
        return;
      case 'resume':
        this.#resume(element);
        return;
      case 'enabled':
      case 'resumed':
      case 'failed':
        this.#answered(element);
        return;
      default:
        this.#misplaced(element);
        return;
    }
  }

  /** One request for all that is about to leave; none while another is open. */
  beforeFlush(): void {
    if (this.#state === undefined || this.#state.unacked.length === 0) return;
    this.request();
  }

  request(): void {
    if (this.#state === undefined || this.#requestedAtMs !== undefined) return;
    this.#requestedAtMs = this.#home.options.clock.elapsedMs();
    this.#stream.write(management.REQUEST);
  }

  /** Acknowledges what has come so far, once it is on disk; a flood of requests is answered once. */
  answer(): void {
    if (this.#isAnswering) {
      this.#isAskedAgain = true;
      return;
    }
    this.#isAnswering = true;
    this.acknowledge().then(() => {
      this.#isAnswering = false;
      if (!this.#isAskedAgain) return;
      this.#isAskedAgain = false;
      this.answer();
    });
  }

  /** Resolves when the `<a/>` is written, or cannot be. Never rejects. */
  async acknowledge(): Promise<void> {
    const state = this.#state;
    if (state === undefined) return;
    const { handled } = state;
    try {
      await this.#home.options.flush();
    } catch {
      return; // not safe, so not acknowledged; the store has said why
    }
    // Meanwhile another stream may have taken it over, where the same count was told.
    if (this.#state === state) this.#stream.write(management.acknowledgement(handled));
  }

  /** Another stream goes on where this one stops. */
  giveUpState(): ManagedState | undefined {
    const state = this.#state;
    this.#state = undefined;
    return state;
  }

  #acknowledged(element: Element): void {
    const h = management.readCount(element);
    if (this.#state === undefined) {
      this.#misplaced(element);
      return;
    }
    if (h === undefined) {
      this.#stream.fail(new StreamError('bad-format', 'An acknowledgement needs a count in “h”.'));
      return;
    }
    const before = this.#state.unacked.length;
    if (!this.#state.acknowledge(h)) {
      this.#stream.fail(management.countTooHigh(h, this.#state.sent));
      return;
    }
    this.#requestedAtMs = undefined;
    // A peer that takes nothing is not asked in circles; the sweep asks again.
    if (this.#state.unacked.length > 0 && this.#state.unacked.length < before) this.#stream.write('');
    this.#home.changed();
  }

  // ---- as the receiving server

  #enable(element: Element): void {
    if (!this.#stream.mayManage || this.#state !== undefined) {
      this.#stream.write(management.failed('unexpected-request').toXml());
      return;
    }
    this.#state = this.newState();
    const { resumeMs } = this.#home.options.limits();
    if (elements.isTrue(element.attr('resume')) && resumeMs > 0) {
      this.#state.id = this.#home.options.randomId(ID_BYTES);
      this.#state.resumeMs = resumeMs;
    }
    this.#stream.write(elements.enabledXml(this.#state.id, Math.floor(resumeMs / 1000)));
    this.#home.proven(this.#stream); // now it may carry what waits for it
    this.#home.changed();
  }

  #resume(element: Element): void {
    const id = element.attr('previd') ?? '';
    const h = management.readCount(element);
    if (!this.#stream.mayManage || this.#state !== undefined) {
      this.#stream.write(management.failed('unexpected-request').toXml());
      return;
    }
    if (h === undefined) {
      this.#stream.fail(new StreamError('bad-format', 'A resumption needs a count in “h”.'));
      return;
    }
    const found = id === '' ? undefined : this.#home.resume(this.#stream, id);
    if (found === undefined) {
      this.#stream.write(management.failed('item-not-found').toXml());
      return;
    }
    const { state } = found;
    if (!state.acknowledge(h)) {
      this.#stream.fail(management.countTooHigh(h, state.sent));
      return;
    }
    this.#state = state;
    this.#stream.write(management.resumed(id, state.handled).toXml());
    this.#stream.repeat(state.unacked);
    found.goOn();
    this.#home.changed();
  }

  // ---- as the initiating server

  #answered(element: Element): void {
    const asked = this.#asked;
    const expected = asked?.isResumption ? 'resumed' : 'enabled';
    if (asked === undefined || (element.name !== expected && element.name !== 'failed')) {
      this.#misplaced(element);
      return;
    }
    this.#asked = undefined;
    if (element.name === 'failed') {
      const h = management.readCount(element);
      if (asked.isResumption && h !== undefined) asked.state.acknowledge(h);
      asked.done('refused');
      return;
    }
    this.#state = asked.state;
    if (element.name === 'enabled') {
      const resumption = elements.readEnabled(element);
      asked.state.id = resumption?.id ?? '';
      const { resumeMs } = this.#home.options.limits();
      asked.state.resumeMs = Math.min((resumption?.maxSeconds ?? Number.POSITIVE_INFINITY) * 1000, resumeMs);
      asked.done('enabled');
      return;
    }
    const h = management.readCount(element);
    if (h === undefined || !asked.state.acknowledge(h)) {
      this.#stream.fail(management.countTooHigh(h ?? 0, asked.state.sent));
      return;
    }
    this.#stream.repeat(asked.state.unacked); // before anything newer
    asked.done('resumed');
  }

  #misplaced(element: Element): void {
    this.#stream.fail(new StreamError('policy-violation', `<${element.name}/> of stream management is out of place.`));
  }
}
