/** What the receiving server does until a stream may be used: TLS, then EXTERNAL or dialback (RFC 6120 section 9.2). */
import { prepareDomainpart } from '../../jid/domainpart.ts';
import { StreamError } from '../../stream/stream-error.ts';
import { type Element, el } from '../../xml/element.ts';
import type { Verdict } from '../trust/judge.ts';
import * as features from './features.ts';
import type { LinkStream, StreamDuty } from './link-stream.ts';
import type { ServerStreamHeader } from './server-header.ts';
import type { StreamHome } from './stream-home.ts';

const STREAM_ID_BYTES = 16;
/** RFC 6120 section 6.4.5 allows between two and five. */
const MAX_FAILURES = 3;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

type SaslFailure = 'aborted' | 'incorrect-encoding' | 'invalid-authzid' | 'invalid-mechanism' | 'not-authorized';

export class IncomingDuty implements StreamDuty {
  readonly #stream: LinkStream;
  readonly #home: StreamHome;
  /** Set while a trusted certificate names the domain of the header. */
  #external: Extract<Verdict, { readonly trusted: true }> | undefined;
  #isChallenged = false;
  #failures = 0;
  /** The domain that EXTERNAL has proven; the next header must repeat it. */
  #authenticated: string | undefined;

  constructor(stream: LinkStream, home: StreamHome) {
    this.#stream = stream;
    this.#home = home;
  }

  opened(header: ServerStreamHeader): void {
    const stream = this.#stream;
    const { options } = this.#home;
    stream.id = options.randomId(STREAM_ID_BYTES);
    const { from, to } = header;
    if (to !== undefined && options.isLocal(to)) stream.local = to;
    stream.sendHeader(stream.local || options.domain, from, stream.id);
    const refusal = this.#refusal(from, to);
    if (refusal !== undefined) {
      stream.fail(refusal);
      return;
    }
    stream.remote = from ?? '';
    if (!stream.isSecure) {
      stream.write(features.plainFeatures());
      return;
    }
    if (this.#authenticated === undefined) {
      this.#offer(from);
      return;
    }
    stream.write(features.provenFeatures(ownLimits(this.#home)));
    stream.prove(this.#authenticated, stream.local, { by: 'certificate', through: this.#external?.by ?? 'authority' });
  }

  take(element: Element): boolean {
    if (element.is('starttls', features.NS_TLS)) {
      this.#startTls();
      return true;
    }
    if (!this.#stream.isSecure) {
      this.#stream.fail(new StreamError('policy-violation', 'Encryption comes first.'));
      return true;
    }
    if (element.xmlns === features.NS_SASL) {
      this.#authenticate(element);
      return true;
    }
    if (element.is('bidi', features.NS_BIDI)) {
      this.#stream.peerMaxBytes = features.readMaxBytes(element);
      this.#stream.makeBidirectional();
      return true;
    }
    return false;
  }

  secured(): void {}

  #refusal(from: string | undefined, to: string | undefined): StreamError | undefined {
    const { isLocal, policy } = this.#home.options;
    if (to === undefined) return new StreamError('improper-addressing', 'The stream header names no domain in “to”.');
    if (!isLocal(to)) return new StreamError('host-unknown', `${to} is not served here.`);
    if (this.#authenticated !== undefined && from !== this.#authenticated) {
      return new StreamError('invalid-from', 'The stream header names another domain than the one that was proven.');
    }
    if (from === undefined) return undefined; // as a server may that only asks about keys
    if (isLocal(from)) return new StreamError('invalid-from', `${from} is served here itself.`);
    const may = policy.may(from, 'in');
    return may === true ? undefined : new StreamError('policy-violation', may);
  }

  #startTls(): void {
    if (this.#stream.isSecure) {
      this.#stream.fail(new StreamError('policy-violation', 'The stream is encrypted already.'));
      return;
    }
    this.#stream.write(`<proceed xmlns='${features.NS_TLS}'/>`);
    this.#stream.startTls();
  }

  /** The certificate is judged first, because EXTERNAL is offered to those only who can succeed with it. */
  #offer(from: string | undefined): void {
    this.#external = undefined;
    if (from === undefined) {
      this.#stream.write(features.openFeatures(ownLimits(this.#home), false));
      return;
    }
    const verdict = this.#home.judge(this.#stream, from);
    if (!(verdict instanceof Promise)) {
      this.#offerBy(verdict);
      return;
    }
    this.#stream.hold();
    verdict.then((known) => {
      this.#stream.release();
      this.#offerBy(known);
    });
  }

  #offerBy(verdict: Verdict): void {
    this.#external = verdict.trusted ? verdict : undefined;
    this.#stream.write(features.openFeatures(ownLimits(this.#home), verdict.trusted));
  }

  // ---- SASL EXTERNAL (RFC 6120 section 6, XEP-0178 section 3)

  #authenticate(element: Element): void {
    if (this.#authenticated !== undefined || this.#stream.domains.pairCount > 0) {
      this.#stream.fail(new StreamError('policy-violation', 'The domain is proven already.'));
      return;
    }
    switch (element.name) {
      case 'auth':
        if (element.attr('mechanism') !== 'EXTERNAL') {
          this.#fail('invalid-mechanism');
          return;
        }
        if (element.text().trim() !== '') {
          this.#decide(element.text());
          return;
        }
        this.#isChallenged = true;
        this.#stream.write(`<challenge xmlns='${features.NS_SASL}'/>`);
        return;
      case 'response':
        if (!this.#isChallenged) {
          this.#fail('not-authorized');
          return;
        }
        this.#isChallenged = false;
        this.#decide(element.text());
        return;
      case 'abort':
        this.#isChallenged = false;
        this.#fail('aborted');
        return;
      default:
        this.#stream.fail(new StreamError('unsupported-stanza-type', `<${element.name}/> is not known here.`));
    }
  }

  #decide(given: string): void {
    const text = given.trim();
    const encoded = text === '=' ? '' : text;
    if (!BASE64.test(encoded)) {
      this.#fail('incorrect-encoding');
      return;
    }
    const identity = Buffer.from(encoded, 'base64').toString();
    const { remote, local } = this.#stream;
    if (identity !== '' && prepareDomainpart(identity) !== remote) {
      this.#fail('invalid-authzid');
      return;
    }
    if (this.#external === undefined || remote === '') {
      this.#fail('not-authorized');
      return;
    }
    const refusal = this.#home.refuseProof(this.#stream, remote);
    if (refusal !== undefined) {
      this.#stream.fail(new StreamError('resource-constraint', refusal));
      return;
    }
    this.#authenticated = remote;
    this.#home.options.log.info({ domain: remote, to: local, by: this.#external.by }, 'a server proved its domain');
    this.#stream.write(`<success xmlns='${features.NS_SASL}'/>`);
    this.#stream.restart();
  }

  #fail(condition: SaslFailure): void {
    this.#stream.write(el('failure', features.NS_SASL, {}, el(condition, features.NS_SASL)).toXml());
    if (++this.#failures < MAX_FAILURES) return;
    this.#stream.fail(new StreamError('policy-violation', 'That were too many attempts.'));
  }
}

/** What we tell others about our own limits (XEP-0478). */
export function ownLimits(home: StreamHome): features.OwnLimits {
  const { maxStanzaBytes, idleMs } = home.options.limits();
  return { maxBytes: maxStanzaBytes, idleSeconds: Math.round((2 * idleMs) / 1000) };
}
