/** What the initiating server does until a stream may be used: TLS, then EXTERNAL or dialback (RFC 6120 section 9.2). */
import { NS_STREAMS, StreamError } from '../../stream/stream-error.ts';
import type { Element } from '../../xml/element.ts';
import type { Tlsa } from '../trust/tlsa.ts';
import * as features from './features.ts';
import { ownLimits } from './incoming.ts';
import { LinkFailure } from './link-failure.ts';
import type { LinkStream, StreamDuty } from './link-stream.ts';
import type { TestNote } from './link-summary.ts';
import type { ManagedState } from './managed-state.ts';
import type { ServerStreamHeader } from './server-header.ts';
import type { DialbackOutcome } from './stream-dialback.ts';
import type { StreamHome } from './stream-home.ts';

/** Characters of a sentence of the peer's that we pass on. */
const MAX_PEER_TEXT = 200;

export interface OutgoingOptions {
  readonly stream: LinkStream;
  readonly home: StreamHome;
  /** Ours. */
  readonly from: string;
  readonly to: string;
  /** Of the target that was dialled. */
  readonly tlsa: readonly Tlsa[] | undefined;
  /** To ask about keys one need not prove anything oneself (XEP-0220 section 2.1.2). */
  readonly purpose: 'stanzas' | 'verification';
  /** What an earlier stream left, to be resumed. */
  readonly earlier: ManagedState | undefined;
  readonly note: (note: TestNote) => void;
  readonly ready: (isResumed: boolean) => void;
  /** Called once at most, before the end of the stream is told. */
  readonly failed: (failure: LinkFailure) => void;
}

type Phase = 'header' | 'features' | 'tls' | 'external' | 'dialback' | 'management' | 'done';

export class OutgoingDuty implements StreamDuty {
  readonly #options: OutgoingOptions;
  #phase: Phase = 'header';
  #knowsDialback = false;
  #isAuthenticated = false;
  #isBidiAsked = false;
  #offered: features.PeerFeatures | undefined;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    const { stream, from, to } = options;
    stream.local = from;
    stream.remote = to;
  }

  /** Begins to speak, once the stream has been started. */
  begin(): void {
    const { stream } = this.#options;
    if (stream.isSecure && !this.#isTrustedEnough()) return;
    stream.sendHeader(this.#options.from, this.#options.to);
  }

  opened(header: ServerStreamHeader): void {
    const { stream, to } = this.#options;
    if (header.from !== undefined && header.from !== to) {
      this.#fail(
        new LinkFailure('remote-server-not-found', `The server answers for ${header.from}, not for ${to}.`, true),
      );
      return;
    }
    stream.id = header.id;
    this.#knowsDialback = header.knowsDialback;
    this.#phase = 'features';
  }

  take(element: Element): boolean {
    if (element.is('features', NS_STREAMS)) {
      if (this.#phase !== 'features') return false;
      this.#chose(features.readFeatures(element));
      return true;
    }
    if (element.xmlns === features.NS_TLS && this.#phase === 'tls' && !this.#options.stream.isSecure) {
      this.#tlsAnswered(element);
      return true;
    }
    if (element.xmlns === features.NS_SASL && this.#phase === 'external') {
      this.#externalAnswered(element);
      return true;
    }
    return false;
  }

  secured(): void {
    if (this.#phase !== 'tls') return;
    this.#phase = 'header';
    this.begin();
  }

  // ---- TLS (RFC 6120 section 5)

  #chose(offered: features.PeerFeatures): void {
    const { stream, to, purpose } = this.#options;
    this.#offered = offered;
    if (offered.maxBytes !== undefined) stream.peerMaxBytes = offered.maxBytes;
    if (!stream.isSecure) {
      if (!offered.hasTls) {
        this.#fail(new LinkFailure('policy-violation', `${to} offers no encryption.`, true), 'encryption');
        return;
      }
      this.#phase = 'tls';
      stream.write(`<starttls xmlns='${features.NS_TLS}'/>`);
      return;
    }
    if (purpose === 'verification') {
      this.#done(false);
      return;
    }
    if (this.#isAuthenticated) {
      this.#manage();
      return;
    }
    this.#authenticate(offered);
  }

  #tlsAnswered(element: Element): void {
    const { stream, to } = this.#options;
    if (element.name === 'proceed') {
      stream.startTls();
      return;
    }
    this.#fail(new LinkFailure('remote-server-timeout', `${to} refused to begin with encryption.`), 'encryption');
  }

  /** SECURITY: nothing is sent to a server whose certificate is not good enough, not even a header. */
  #isTrustedEnough(): boolean {
    const { stream, home, to, tlsa, note } = this.#options;
    const { version = '', cipher = '' } = stream.tls ?? {};
    note({ step: 'encryption', outcome: 'passed', sentence: `Encrypted with ${version}, ${cipher}.` });
    const verdict = home.options.judge(stream.certificate, to, tlsa);
    if (verdict.trusted) {
      stream.peerProof = { by: 'certificate', through: verdict.by };
      note({ step: 'certificate', outcome: 'passed', sentence: TRUSTED_BY[verdict.by], ...this.#shown() });
      return true;
    }
    if (home.options.policy.requiresCertificate(to)) {
      this.#fail(new LinkFailure('remote-server-not-found', verdict.reason, true), 'certificate');
      return false;
    }
    const sentence = `${verdict.reason} The settings allow it all the same.`;
    note({ step: 'certificate', outcome: 'remark', sentence, ...this.#shown() });
    return true;
  }

  /** Whoever wants to pin the certificate compares this first. */
  #shown(): Pick<TestNote, 'fingerprint'> {
    const leaf = this.#options.stream.certificate?.chain[0];
    return leaf === undefined ? {} : { fingerprint: leaf.fingerprint256 };
  }

  // ---- EXTERNAL (XEP-0178 section 3), else dialback (XEP-0220 section 2.1.1)

  #authenticate(offered: features.PeerFeatures): void {
    const { stream, home, from, to } = this.#options;
    if (offered.hasBidi) {
      stream.write(features.bidiXml(ownLimits(home)));
      this.#isBidiAsked = true;
    }
    if (offered.hasExternal) {
      this.#phase = 'external';
      const identity = Buffer.from(from).toString('base64');
      stream.write(`<auth xmlns='${features.NS_SASL}' mechanism='EXTERNAL'>${identity}</auth>`);
    } else if (offered.hasDialback || this.#knowsDialback) {
      this.#dialBack();
    } else {
      const sentence = `${to} offers no way for this server to prove that it is ${from}.`;
      this.#fail(new LinkFailure('remote-server-not-found', sentence, true), 'authentication');
    }
  }

  #externalAnswered(element: Element): void {
    const { stream, from, to, note } = this.#options;
    if (element.name === 'success') {
      stream.ownProof = 'certificate';
      this.#isAuthenticated = true;
      this.#letIn();
      this.#phase = 'header';
      note({ step: 'authentication', outcome: 'passed', sentence: `${to} trusts the certificate of this server.` });
      stream.restart();
      stream.sendHeader(from, to);
    } else if (element.name === 'challenge') {
      stream.write(`<response xmlns='${features.NS_SASL}'>${Buffer.from(from).toString('base64')}</response>`);
    } else if (this.#offered?.hasDialback || this.#knowsDialback) {
      this.#dialBack();
    } else {
      const sentence = `${to} does not trust the certificate of this server.`;
      this.#fail(new LinkFailure('remote-server-not-found', sentence, true), 'authentication');
    }
  }

  #dialBack(): void {
    const { stream, home, from, to } = this.#options;
    if (stream.id === '') {
      const sentence = `${to} gave its stream no id, as dialback needs one.`;
      this.#fail(new LinkFailure('remote-server-timeout', sentence), 'authentication');
      return;
    }
    this.#phase = 'dialback';
    const patience = home.options.clock.after(home.options.limits().dialbackMs, () => {
      const sentence = `${to} did not say whether it believes that this server is ${from}.`;
      this.#fail(new LinkFailure('remote-server-timeout', sentence), 'authentication');
    });
    stream.dialback.request(from, to, (outcome) => {
      patience.cancel();
      if (this.#phase !== 'dialback') return;
      if (outcome?.type === 'valid') this.#dialledBack();
      else this.#fail(dialbackFailure(outcome, from, to), 'authentication');
    });
  }

  #dialledBack(): void {
    const { stream, note, from } = this.#options;
    stream.ownProof = 'dialback';
    this.#letIn();
    note({
      step: 'authentication',
      outcome: 'passed',
      sentence: `The other server has called back and found that this server is ${from}.`,
    });
    this.#manage();
  }

  // ---- stream management (XEP-0198)

  #manage(): void {
    const { stream, earlier, to, note } = this.#options;
    if (!this.#offered?.hasManagement) {
      const sentence = `${to} does not acknowledge what it gets: a message may be lost when a connection breaks.`;
      note({ step: 'stream-management', outcome: 'remark', sentence });
      this.#done(false);
      return;
    }
    this.#phase = 'management';
    stream.management.begin(earlier?.id ? earlier : undefined, (outcome) => {
      if (outcome === 'resumed') return this.#done(true);
      if (outcome === 'enabled') {
        note({ step: 'stream-management', outcome: 'passed', sentence: 'What arrives is acknowledged.' });
        return this.#done(false);
      }
      if (earlier?.id) {
        earlier.id = '';
        return this.#manage();
      }
      this.#done(false);
    });
  }

  #done(isResumed: boolean): void {
    const { stream, from, to, purpose, ready } = this.#options;
    this.#phase = 'done';
    if (purpose === 'stanzas') stream.domains.permit(from, to);
    stream.ready();
    ready(isResumed);
  }

  /**
   * Both ways as soon as we are believed, and not before (XEP-0288 section 2.2): what waits at the peer comes at once, be
   * it before the answer to what we ask next.
   */
  #letIn(): void {
    const { stream, from, to } = this.#options;
    if (!this.#isBidiAsked) return;
    stream.makeBidirectional();
    stream.prove(to, from, stream.peerProof);
  }

  #fail(failure: LinkFailure, step?: TestNote['step']): void {
    if (this.#phase === 'done') return;
    this.#phase = 'done';
    const { stream, note, failed } = this.#options;
    if (step !== undefined) {
      const shown = step === 'certificate' ? this.#shown() : {};
      note({ step, outcome: 'failed', sentence: failure.sentence, ...shown });
    }
    stream.ending ??= failure.sentence;
    failed(failure);
    if (step === 'certificate') stream.destroy();
    else if (step === undefined) stream.fail(new StreamError('invalid-from', failure.sentence));
    else stream.close();
  }
}

const TRUSTED_BY = {
  authority: 'The certificate is from an authority that this computer trusts.',
  dane: 'The certificate is the one that the signed DNS of the domain names.',
  pin: 'The certificate is the one that was pinned.',
} as const;

/** XEP-0220 sections 2.1.1 and 2.5: a wrong key is our own fault, an error a matter of time. */
function dialbackFailure(outcome: DialbackOutcome | undefined, from: string, to: string): LinkFailure {
  if (outcome === undefined) {
    return new LinkFailure(
      'remote-server-timeout',
      `${to} closed the stream before it believed that this server is ${from}.`,
    );
  }
  if (outcome.type === 'invalid') {
    const sentence = `${to} asked the server that stands in the DNS for ${from}, and that was not this one.`;
    return new LinkFailure('internal-server-error', sentence, true);
  }
  const { condition = 'an error', text } = outcome.failure ?? {};
  const sentence = `${to} refused to believe that this server is ${from}: ${(text ?? condition).slice(0, MAX_PEER_TEXT)}`;
  return new LinkFailure('remote-server-timeout', sentence);
}
