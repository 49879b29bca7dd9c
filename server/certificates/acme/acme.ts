/** The certificate of a public authority: asked for when somebody wants it, renewed by itself, and what became of it. */

import { X509Certificate } from 'node:crypto';
import type { Timer } from '../../clock/clock.ts';
import { readCertificateNames } from '../certificate-names.ts';
import type { PemFiles } from '../pem-files.ts';
import { AcmeError } from './acme-error.ts';
import type { AcmeState } from './acme-files.ts';
import { type AcmeOptions, AcmeRequest, openAuthority } from './acme-request.ts';
import { type AcmeStatus, failureOf } from './acme-status.ts';
import { createProvider } from './dns/providers.ts';
import { wantedNames } from './provable-names.ts';
import { whyNotPublic } from './public-name.ts';
import { earliestAdvice, momentIn, renewalMoment, waitAfter } from './renewal.ts';
import { isWaiting, whyNotAgain, withIssued } from './restraint.ts';

export type { AcmeOptions } from './acme-request.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Often enough for certificates of six days. */
const CHECK_MS = 60 * 60 * 1000;
/** After the start, so that a server that is started and stopped asks nobody. */
const FIRST_CHECK_MS = 60 * 1000;
const CLOSE_MS = 1_000;

export class Acme {
  readonly #options: AcmeOptions;
  readonly #listeners = new Set<() => void>();
  #state: AcmeState;
  #certificate: PemFiles | undefined;
  #run: AcmeRequest | undefined;
  /** Of the request that is under way, or was. */
  #ended: Promise<void> = Promise.resolve();
  #timers: readonly Timer[] = [];
  #closed = false;
  /** Asks the router for port 80 while the authority may come. */
  mapDoor: ((port: number) => Promise<() => Promise<void>>) | undefined;

  static async open(options: AcmeOptions): Promise<Acme> {
    const { files, domain, clock } = options;
    return new Acme(options, await files.state(), await files.certificate(domain, clock.now()));
  }

  private constructor(options: AcmeOptions, state: AcmeState, certificate: PemFiles | undefined) {
    this.#options = options;
    this.#state = state;
    this.#certificate = certificate;
  }

  /** Renews from now on. The timers keep no process alive. */
  start(): void {
    const { clock } = this.#options;
    const check = (): void => void this.renewIfDue();
    this.#timers = [clock.after(FIRST_CHECK_MS, check), clock.every(CHECK_MS, check)];
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#listeners.clear();
    this.#run?.giveUp();
    // A call to the authority may take longer than a server may take over its end; it then comes to nothing.
    const enough = new Promise<void>((resolve) => this.#options.clock.after(CLOSE_MS, resolve));
    await Promise.race([this.#ended, enough]);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What hindered the last attempt may be gone: there is no reason to wait any longer. */
  settingsChanged(): void {
    if (this.#run === undefined && this.#state.failure?.code === 'settings')
      this.#state = { ...this.#state, waitUntilMs: 0 };
    this.#changed();
  }

  status(): AcmeStatus {
    const { domain, settings } = this.#options;
    const run = this.#run;
    const certificate = this.#certificate?.identity;
    const refusal = whyNotPublic(domain);
    return {
      state: run === undefined ? 'idle' : run.isAsking ? 'waiting-for-dns' : 'working',
      step: run?.progress.step,
      records: run?.progress.records ?? [],
      note: run?.progress.note,
      names: refusal === undefined ? wantedNames(domain, settings) : [],
      omitted: this.#state.omitted,
      certificate: certificate && {
        names: readCertificateNames(new X509Certificate(certificate.certificatePem).raw).dns,
        expiresAtMs: certificate.expiresAt.getTime(),
        renewAtMs: this.#renewAtMs(certificate),
      },
      failure: this.#state.failure ?? undefined,
      nextAttemptMs:
        this.#renewsByItself && this.#state.failure !== null
          ? this.#isWaiting
            ? this.#state.waitUntilMs
            : this.#options.clock.now()
          : undefined,
      refusal,
    };
  }

  /** Where the terms of the authority can be read. @throws AcmeError */
  async terms(): Promise<string | undefined> {
    return (await openAuthority(this.#options)).terms();
  }

  /**
   * Begins to get a certificate; what becomes of it is told by `status`. Nothing happens when that is under way.
   * @throws AcmeError when it cannot even begin
   */
  begin(): void {
    if (this.#run !== undefined || this.#closed) return;
    this.#check();
    const { failure, waitUntilMs } = this.#state;
    if (failure?.code === 'rate-limited' && this.#isWaiting)
      throw new AcmeError('rate-limited', `The authority asked to wait until ${minute(waitUntilMs)}.`);
    const excess = this.#excess();
    if (excess !== undefined) throw new AcmeError('rate-limited', excess.text);
    this.#start();
  }

  /** For who has made the TXT records. @throws AcmeError when nobody asked for any */
  continueDns(): void {
    if (this.#run?.isAsking !== true)
      throw new AcmeError('settings', 'No certificate waits for a DNS record at this moment.');
    this.#run.goOn();
  }

  /** Gives up what is under way, if anything is; resolves when that has ended. */
  async cancel(): Promise<void> {
    this.#run?.giveUp();
    await this.#ended;
  }

  /** Renews the certificate, or gets the first one, when that is due and needs nobody. Never rejects. */
  async renewIfDue(): Promise<void> {
    const { clock } = this.#options;
    if (this.#run !== undefined || this.#closed || !this.#renewsByItself) return;
    if (this.#isWaiting || this.#excess() !== undefined) return;
    await this.#takeAdvice();
    const certificate = this.#certificate?.identity;
    if (certificate !== undefined && clock.now() < this.#renewAtMs(certificate)) return;
    if (this.#run !== undefined || this.#closed) return;
    try {
      this.#check();
    } catch (error) {
      this.#failed(error, this.#state.failures);
      await this.#keepState();
      this.#changed();
      return;
    }
    await this.#start();
  }

  get #isWaiting(): boolean {
    return isWaiting(this.#state.waitUntilMs, this.#options.clock.now());
  }

  /** Why there are enough certificates of these names for now. */
  #excess() {
    return whyNotAgain(this.#state.issued, this.#wish, this.#options.clock.now());
  }

  get #wish(): string {
    const { domain, settings } = this.#options;
    return `${settings.directory} ${wantedNames(domain, settings).join()}`;
  }

  /** A record by hand needs a person, who is told by the status when it is time. */
  get #renewsByItself(): boolean {
    const { settings, domain } = this.#options;
    const isByHand = settings.challenge === 'dns-01' && settings.dnsProvider === 'manual';
    return settings.enabled && settings.agreed && !isByHand && whyNotPublic(domain) === undefined;
  }

  #renewAtMs({ certificatePem, fingerprintSha256 }: PemFiles['identity']): number {
    const { advice } = this.#state;
    const third = renewalMoment(certificatePem);
    if (advice?.fingerprint !== fingerprintSha256) return third;
    return Math.min(Math.max(advice.renewAtMs, earliestAdvice(certificatePem)), third);
  }

  #check(): void {
    const { domain, settings } = this.#options;
    const refusal = whyNotPublic(domain);
    if (refusal !== undefined) throw new AcmeError('private-name', refusal);
    if (!settings.agreed)
      throw new AcmeError('terms-not-agreed', 'Somebody must first agree to the terms of service of the authority.');
    if (settings.wildcard && settings.challenge !== 'dns-01')
      throw new AcmeError('settings', 'A certificate for *.domain is given only for a DNS record (dns-01).');
    if (settings.challenge === 'dns-01') createProvider(this.#options);
  }

  #start(): Promise<void> {
    const run = new AcmeRequest(this.#options, { mapDoor: this.mapDoor, onProgress: () => this.#changed() });
    this.#run = run;
    this.#changed();
    this.#ended = this.#attempt(run).finally(() => {
      this.#run = undefined;
      this.#changed();
    });
    return this.#ended;
  }

  async #attempt(run: AcmeRequest): Promise<void> {
    const { log, domain, clock } = this.#options;
    const before = this.#state;
    const wish = this.#wish;
    try {
      await this.#reserve(before.failures + 1);
      const { names, certificate } = await run.run();
      this.#certificate = certificate;
      const issued = withIssued(before.issued, wish, clock.now());
      this.#state = {
        ...this.#state,
        ...{ failures: 0, failure: null, waitUntilMs: 0, omitted: [...names.omitted], issued },
      };
      // Before anybody is told: what listeners do with it may fail.
      await this.#keepState();
      log.info({ names: names.names, omitted: names.omitted }, 'certificate acquired');
      if (!this.#options.settings.enabled) await this.#options.enable();
      await this.#options.onCertificate();
      return;
    } catch (error) {
      if (!run.isGivenUp) this.#failed(error, before.failures);
      else {
        log.info({ domain }, 'certificate request given up');
        // The end of the server is no wish of a person: one that is started again and again asks as seldom.
        if (!this.#closed) this.#state = before;
      }
    }
    await this.#keepState();
  }

  /** Written down before anything is sent, so that a crash on the way counts as a failure. @throws AcmeError */
  async #reserve(failures: number): Promise<void> {
    this.#state = { ...this.#state, failures, waitUntilMs: this.#options.clock.now() + waitAfter(failures, undefined) };
    try {
      await this.#options.files.keepState(this.#state);
    } catch (error) {
      throw new AcmeError('certificate', 'A certificate cannot be stored on this computer, so none was asked for.', {
        fix: 'Is the disk full, or the data directory read-only?',
        cause: error,
      });
    }
  }

  #failed(error: unknown, earlierFailures: number): void {
    const { log, clock } = this.#options;
    const known = error instanceof AcmeError ? error : undefined;
    if (known === undefined) log.error({ err: error }, 'certificate request failed');
    else log.warn({ code: known.code, reason: known.message }, 'certificate not acquired');
    const failures = earlierFailures + 1;
    this.#state = {
      ...this.#state,
      failures,
      failure: failureOf(error, clock.now()),
      waitUntilMs: clock.now() + waitAfter(failures, known?.retryAfterMs),
    };
  }

  async #keepState(): Promise<void> {
    const { files, log } = this.#options;
    await files.keepState(this.#state).catch((error: unknown) => {
      log.error({ err: error }, 'state of the certificate not stored');
    });
  }

  /** Asks the authority when it would like to renew (RFC 9773). Without an answer a third of the life counts. */
  async #takeAdvice(): Promise<void> {
    const certificate = this.#certificate?.identity;
    const { advice } = this.#state;
    const { clock, log, random, files } = this.#options;
    if (certificate === undefined) return;
    const { fingerprintSha256: fingerprint, certificatePem } = certificate;
    if (advice?.fingerprint === fingerprint && isWaiting(advice.askAgainMs, clock.now(), DAY_MS)) return;
    try {
      const window = await (await openAuthority(this.#options)).advice(certificatePem);
      if (window === undefined) return;
      const { startMs, endMs, askAgainMs } = window;
      const isSame = advice?.fingerprint === fingerprint && advice.renewAtMs >= startMs && advice.renewAtMs <= endMs;
      const renewAtMs = isSame ? advice.renewAtMs : momentIn(window, random());
      this.#state = { ...this.#state, advice: { fingerprint, renewAtMs, askAgainMs: clock.now() + askAgainMs } };
      await files.keepState(this.#state);
    } catch (error) {
      log.debug({ err: error }, 'authority not asked about the renewal');
    }
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
