/** XEP-0220 on one stream: requests of the peer's, and the answers to our own. */
import { StanzaError } from '../../stanza/error.ts';
import { StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import {
  type DialbackElement,
  dialbackAnswer,
  dialbackKey,
  dialbackRequest,
  isDialbackKey,
  readDialback,
} from './dialback.ts';
import type { LinkStream } from './link-stream.ts';
import type { StreamHome } from './stream-home.ts';

/** Requests of one stream that are being verified at a time. */
const MAX_VERIFYING = 10;

export type DialbackOutcome = Pick<DialbackElement, 'type' | 'failure'>;

export class StreamDialback {
  readonly #stream: LinkStream;
  readonly #home: StreamHome;
  /** Our requests on this very stream that are not answered yet, by name, domains and id. */
  readonly #asked = new Map<string, (outcome: DialbackOutcome | undefined) => void>();
  readonly #verifying = new Set<string>();

  constructor(stream: LinkStream, home: StreamHome) {
    this.#stream = stream;
    this.#home = home;
  }

  take(element: Element): void {
    const dialback = readDialback(element);
    if (dialback instanceof StreamError) {
      this.#stream.fail(dialback);
      return;
    }
    if (dialback.type !== undefined) {
      this.#answered(dialback);
      return;
    }
    if (!this.#stream.isSecure) {
      this.#answer(dialback, new StanzaError('policy-violation', 'Encryption comes first.'));
    } else if (this.#stream.role === 'outgoing' && !this.#stream.isBidirectional) {
      this.#stream.fail(new StreamError('policy-violation', 'Nothing may be asked in this direction of the stream.'));
    } else if (!this.#home.options.isLocal(dialback.to)) {
      this.#answer(dialback, new StanzaError('item-not-found', `${dialback.to} is not served here.`));
    } else if (dialback.name === 'verify') {
      this.#confirm(dialback);
    } else {
      this.#authorize(dialback);
    }
  }

  /** Asks for the right to send (section 2.1.1). `done` gets nothing when the stream ended first. */
  request(from: string, to: string, done: (outcome: DialbackOutcome | undefined) => void): void {
    const facts = { receiving: to, originating: from, streamId: this.#stream.id };
    this.#ask({ name: 'result', from, to, id: '' }, dialbackKey(this.#home.options.secret, facts), done);
  }

  /** Asks the authoritative server `to` about a key that came by another stream (section 2.1.2). */
  requestVerification(
    request: { readonly from: string; readonly to: string; readonly id: string; readonly key: string },
    done: (outcome: DialbackOutcome | undefined) => void,
  ): void {
    this.#ask({ name: 'verify', ...request }, request.key, done);
  }

  /** The stream ended: nothing that was asked will be answered. */
  end(): void {
    const waiting = [...this.#asked.values()];
    this.#asked.clear();
    for (const done of waiting) done(undefined);
  }

  #ask(
    request: { readonly name: 'result' | 'verify'; readonly from: string; readonly to: string; readonly id: string },
    key: string,
    done: (outcome: DialbackOutcome | undefined) => void,
  ): void {
    const { name, from, to, id } = request;
    this.#asked.set(keyOf(request), done);
    this.#stream.write(dialbackRequest({ name, from, to, ...(name === 'verify' && { id }) }, key));
  }

  /** SECURITY: an answer to what was not asked on this stream says nothing (section 3.1, Unsolicited Dialback). */
  #answered(answer: DialbackElement): void {
    const key = keyOf({ name: answer.name, from: answer.to, to: answer.from, id: answer.id });
    const done = this.#asked.get(key);
    if (done === undefined) {
      this.#home.options.log.warn(
        { address: this.#stream.remoteAddress, from: answer.from, to: answer.to, answer: answer.name },
        'an answer of dialback that nobody asked for was refused',
      );
      this.#stream.fail(new StreamError('policy-violation', 'Nobody has asked for this answer.'));
      return;
    }
    this.#asked.delete(key);
    done(answer);
  }

  // ---- as the authoritative server

  #confirm(request: DialbackElement): void {
    const facts = { receiving: request.from, originating: request.to, streamId: request.id };
    const isValid = isDialbackKey(request.key, this.#home.options.secret, facts);
    if (!isValid) {
      this.#home.options.log.warn(
        { address: this.#stream.remoteAddress, claimed: request.to, asking: request.from },
        'asked about a dialback key that is not ours: somebody may be posing as this server',
      );
    }
    this.#answer(request, isValid ? 'valid' : 'invalid');
  }

  // ---- as the receiving server

  #authorize(request: DialbackElement): void {
    const { from, to } = request;
    const { policy, isLocal } = this.#home.options;
    if (this.#stream.domains.has(from, to)) {
      this.#answer(request, 'valid');
      return;
    }
    if (isLocal(from)) {
      this.#answer(request, new StanzaError('not-acceptable', `${from} is served here itself.`));
      return;
    }
    const may = policy.may(from, 'in');
    if (may !== true) {
      this.#answer(request, new StanzaError('not-authorized', may));
      return;
    }
    const crowd =
      this.#stream.domains.pairCount + this.#verifying.size >= this.#home.options.limits().maxPairsPerStream;
    if (crowd || this.#verifying.size >= MAX_VERIFYING) {
      this.#answer(request, new StanzaError('resource-constraint', 'This stream carries too many pairs of domains.'));
      return;
    }
    const refusal = this.#home.refuseProof(this.#stream, from);
    if (refusal !== undefined) {
      this.#answer(request, new StanzaError('resource-constraint', refusal));
      return;
    }
    const key = keyOf(request);
    if (this.#verifying.has(key)) return;
    this.#verifying.add(key);
    this.#decide(request).then(() => this.#verifying.delete(key));
  }

  /** A certificate that names the domain makes the question needless (XEP-0344 section 2.4). */
  async #decide(request: DialbackElement): Promise<void> {
    const { from, to } = request;
    const verdict = await this.#home.judge(this.#stream, from);
    if (verdict.trusted) {
      this.#stream.prove(from, to, { by: 'certificate', through: verdict.by });
      return this.#answer(request, 'valid');
    }
    if (this.#home.options.policy.requiresCertificate(from)) {
      this.#home.failed(from, `${from} was refused: ${verdict.reason}`);
      return this.#answer(request, new StanzaError('not-authorized', verdict.reason));
    }
    const outcome = await this.#home.verify(this.#stream, request);
    if (!this.#stream.isOpen) return;
    if (outcome === 'valid') {
      this.#stream.prove(from, to, { by: 'dialback' });
      return this.#answer(request, 'valid');
    }
    this.#home.failed(
      from,
      outcome === 'invalid' ? `Somebody else posed as ${from}.` : (outcome.text ?? outcome.condition),
    );
    if (outcome !== 'invalid') return this.#answer(request, outcome);
    this.#home.options.log.warn({ address: this.#stream.remoteAddress, claimed: from }, 'a dialback key was invalid');
    if (this.#stream.domains.pairCount > 0)
      return this.#answer(request, new StanzaError('forbidden', 'The key is not valid.'));
    this.#answer(request, 'invalid');
    this.#stream.fail(new StreamError('not-authorized', 'The dialback key is not valid.'));
  }

  #answer(request: DialbackElement, outcome: 'valid' | 'invalid' | StanzaError): void {
    this.#stream.write(dialbackAnswer(request, outcome));
  }
}

function keyOf({ name, from, to, id }: Pick<DialbackElement, 'name' | 'from' | 'to' | 'id'>): string {
  return `${name} ${from} ${to} ${id}`;
}
