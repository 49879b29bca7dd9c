/** The certificate of a public authority: asked for when somebody wants it, renewed by itself, and what became of it. */

import { X509Certificate } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import type { Clock, Timer } from '../../clock/clock.ts';
import type { acmeSettings } from '../../config/acme-settings.ts';
import type { Values } from '../../config/setting.ts';
import type { Logger } from '../../log/log.ts';
import { readCertificateNames } from '../certificate-names.ts';
import type { PemFiles } from '../pem-files.ts';
import { AcmeError } from './acme-error.ts';
import type { AcmeFiles, AcmeState } from './acme-files.ts';
import type { AcmeRecord, AcmeStatus } from './acme-status.ts';
import { Authority } from './authority.ts';
import { createProvider } from './dns/providers.ts';
import type { Fetch } from './dns/rest-call.ts';
import { txtVisibility } from './dns/visibility.ts';
import { runOrder, type Solver, type Step } from './order.ts';
import { namesToProve, type ProvableNames, wantedNames } from './provable-names.ts';
import { whyNotPublic } from './public-name.ts';
import { momentIn, renewalMoment, waitAfter } from './renewal.ts';
import { dnsSolver, httpSolver, manualSolver } from './solvers.ts';

/** Often enough for certificates of six days. */
const CHECK_MS = 60 * 60 * 1000;
/** After the start, so that a server that is started and stopped asks nobody. */
const FIRST_CHECK_MS = 60 * 1000;
const CLOSE_MS = 1_000;

export interface AcmeOptions {
  readonly domain: string;
  readonly files: AcmeFiles;
  readonly settings: Values<typeof acmeSettings>;
  /** DNS servers, as the setting has them; those of the system when empty. */
  readonly servers: () => readonly string[];
  /** Where name servers listen; 53 but in tests. */
  readonly dnsPort?: number;
  /** Further authorities that may vouch for the directory. */
  readonly trustPem: () => Promise<string | undefined>;
  /** Where the door of http-01 is opened. */
  readonly address: string;
  /** Puts the certificate in use from now on. */
  readonly enable: () => Promise<void>;
  /** There is a new certificate. */
  readonly onCertificate: () => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Run {
  readonly abort: AbortController;
  readonly done: Promise<void>;
  step: Step;
  records: readonly AcmeRecord[];
  note: string | undefined;
  /** Somebody says that the records are there; undefined while nobody is asked. */
  go: (() => void) | undefined;
}

export class Acme {
  readonly #options: AcmeOptions;
  readonly #listeners = new Set<() => void>();
  #state: AcmeState;
  #certificate: PemFiles | undefined;
  #run: Run | undefined;
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
    this.#run?.abort.abort();
    // A call to the authority may take longer than a server may take over its end; it then comes to nothing.
    const enough = new Promise<void>((resolve) => this.#options.clock.after(CLOSE_MS, resolve));
    await Promise.race([this.#run?.done, enough]);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  settingsChanged(): void {
    this.#changed();
  }

  status(): AcmeStatus {
    const { domain, settings } = this.#options;
    const run = this.#run;
    const certificate = this.#certificate?.identity;
    const refusal = whyNotPublic(domain);
    return {
      state: run === undefined ? 'idle' : run.go === undefined ? 'working' : 'waiting-for-dns',
      step: run?.step,
      records: run?.records ?? [],
      note: run?.note,
      names: refusal === undefined ? wantedNames(domain, settings) : [],
      omitted: this.#state.omitted,
      certificate: certificate && {
        names: readCertificateNames(new X509Certificate(certificate.certificatePem).raw).dns,
        expiresAtMs: certificate.expiresAt.getTime(),
        renewAtMs: this.#renewAtMs(certificate),
      },
      failure: this.#state.failure ?? undefined,
      nextAttemptMs: this.#renewsByItself && this.#state.failure !== null ? this.#state.waitUntilMs : undefined,
      refusal,
    };
  }

  /** Where the terms of the authority can be read. @throws AcmeError */
  async terms(): Promise<string | undefined> {
    return (await this.#openAuthority()).terms();
  }

  /**
   * Begins to get a certificate; what becomes of it is told by `status`. Nothing happens when that is under way.
   * @throws AcmeError when it cannot even begin
   */
  begin(): void {
    if (this.#run !== undefined || this.#closed) return;
    this.#check();
    const { failure, waitUntilMs } = this.#state;
    if (failure?.code === 'rate-limited' && waitUntilMs > this.#options.clock.now())
      throw new AcmeError('rate-limited', `The authority asked to wait until ${minute(waitUntilMs)}.`);
    this.#start();
  }

  /** For who has made the TXT records. @throws AcmeError when nobody asked for any */
  continueDns(): void {
    if (this.#run?.go === undefined)
      throw new AcmeError('settings', 'No certificate waits for a DNS record at this moment.');
    this.#run.go();
  }

  /** Gives up what is under way, if anything is; resolves when that has ended. */
  async cancel(): Promise<void> {
    this.#run?.abort.abort();
    await this.#run?.done;
  }

  /** Renews the certificate, or gets the first one, when that is due and needs nobody. Never rejects. */
  async renewIfDue(): Promise<void> {
    const { clock, log } = this.#options;
    if (this.#run !== undefined || this.#closed || !this.#renewsByItself) return;
    if (clock.now() < this.#state.waitUntilMs) return;
    await this.#takeAdvice();
    const certificate = this.#certificate?.identity;
    if (certificate !== undefined && clock.now() < this.#renewAtMs(certificate)) return;
    if (this.#run !== undefined || this.#closed) return;
    try {
      this.#check();
    } catch (error) {
      log.warn({ err: error }, 'certificate not asked for');
      return;
    }
    await this.#start();
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
    return advice?.fingerprint === fingerprintSha256 ? Math.min(advice.renewAtMs, third) : third;
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
    const abort = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    const run: Run = { abort, done: promise, step: 'ordering', records: [], note: undefined, go: undefined };
    this.#run = run;
    this.#changed();
    void this.#attempt(run).finally(() => {
      this.#run = undefined;
      this.#changed();
      resolve();
    });
    return promise;
  }

  async #attempt(run: Run): Promise<void> {
    const { log, domain, clock } = this.#options;
    try {
      const names = await this.#request(run);
      this.#state = { ...this.#state, failures: 0, failure: null, waitUntilMs: 0, omitted: [...names.omitted] };
      log.info({ names: names.names, omitted: names.omitted }, 'certificate acquired');
    } catch (error) {
      if (run.abort.signal.aborted) {
        log.info({ domain }, 'certificate request given up');
        return;
      }
      const known = asAcmeError(error);
      if (known === undefined) log.error({ err: error }, 'certificate request failed');
      else log.warn({ code: known.code, reason: known.message }, 'certificate not acquired');
      const failures = this.#state.failures + 1;
      this.#state = {
        ...this.#state,
        failures,
        failure: {
          code: known?.code ?? 'certificate',
          text: known?.message ?? 'Something unexpected happened; the log says more.',
          ...(known?.fix === undefined ? {} : { fix: known.fix }),
          atMs: clock.now(),
        },
        waitUntilMs: clock.now() + waitAfter(failures, known?.retryAfterMs),
      };
    }
    await this.#options.files.keepState(this.#state).catch((error: unknown) => {
      log.error({ err: error }, 'state of the certificate not stored');
    });
  }

  async #request(run: Run): Promise<ProvableNames> {
    const { domain, settings, files, clock } = this.#options;
    const solver = this.#createSolver(run);
    const names = await namesToProve(domain, settings, this.#resolver());
    const authority = await this.#openAuthority();
    await authority.terms();
    await authority.signIn(settings.email);
    const keyPem = await files.certificateKey();
    const pem = await runOrder({
      authority,
      names: names.names,
      keyPem,
      solver,
      onStep: (step) => this.#update(run, { step }),
      pause: (ms) => this.#pause(run, ms),
      elapsedMs: () => clock.elapsedMs(),
    });
    if (run.abort.signal.aborted) throw new AcmeError('cancelled', 'The request was given up.');
    await files.keep(pem, keyPem);
    const certificate = await files.certificate(domain, clock.now());
    if (certificate === undefined)
      throw new AcmeError('certificate', 'The authority sent a certificate that cannot be used for this domain.');
    this.#certificate = certificate;
    if (!settings.enabled) await this.#options.enable();
    await this.#options.onCertificate();
    return names;
  }

  #createSolver(run: Run): Solver {
    const { settings, address, clock } = this.#options;
    if (settings.challenge === 'http-01')
      return httpSolver({ port: settings.httpPort, address, mapDoor: this.mapDoor });
    const provider = createProvider(this.#options);
    if (provider === undefined) return manualSolver({ ask: (records) => this.#ask(run, records) });
    const see = (record: AcmeRecord) => this.#see(record);
    return dnsSolver(provider, { see, pause: (ms) => this.#pause(run, ms), elapsedMs: () => clock.elapsedMs() });
  }

  /** Shows the records and waits, as long as it takes, until somebody has made them and they can be seen. */
  async #ask(run: Run, records: readonly AcmeRecord[]): Promise<void> {
    const { signal } = run.abort;
    for (;;) {
      const said = Promise.withResolvers<void>();
      const stop = (): void => said.reject(new AcmeError('cancelled', 'The request was given up.'));
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      this.#update(run, { records, go: said.resolve });
      try {
        await said.promise;
      } finally {
        signal.removeEventListener('abort', stop);
        this.#update(run, { go: undefined });
      }
      const missing = await this.#firstMissing(records);
      if (missing === undefined) return this.#update(run, { records: [], note: undefined });
      this.#update(run, { note: missing });
    }
  }

  async #firstMissing(records: readonly AcmeRecord[]): Promise<string | undefined> {
    for (const record of records) {
      const { isVisible, seenAt, askedAt } = await this.#see(record);
      if (isVisible) continue;
      if (askedAt === 0) return 'No name server of the domain answers at this moment, so nobody can see the record.';
      return seenAt === 0
        ? `The record ${record.name} with this value is not at the name servers of the domain yet. New records can take some minutes.`
        : `The record ${record.name} is at ${seenAt} of ${askedAt} name servers of the domain so far. Wait a minute and try again.`;
    }
    return undefined;
  }

  #see({ name, value }: AcmeRecord) {
    const { servers, dnsPort } = this.#options;
    return txtVisibility(name, value, { servers: servers(), ...(dnsPort === undefined ? {} : { port: dnsPort }) });
  }

  #resolver(): Resolver {
    const resolver = new Resolver({ timeout: 3_000, tries: 2 });
    const servers = this.#options.servers();
    if (servers.length > 0) resolver.setServers(servers);
    return resolver;
  }

  async #openAuthority(): Promise<Authority> {
    const { settings, files, clock } = this.#options;
    const trustPem = await this.#options.trustPem().catch(() => {
      throw new AcmeError('settings', 'The file of the setting tls.trust cannot be read.');
    });
    return Authority.open({
      directory: settings.directory,
      accountKeyPem: await files.accountKey(),
      trustPem,
      now: () => clock.now(),
    });
  }

  /** Asks the authority when it would like to renew (RFC 9773). Without an answer a third of the life counts. */
  async #takeAdvice(): Promise<void> {
    const certificate = this.#certificate?.identity;
    const { advice } = this.#state;
    const { clock, log, random, files } = this.#options;
    if (certificate === undefined) return;
    const { fingerprintSha256: fingerprint, certificatePem } = certificate;
    if (advice?.fingerprint === fingerprint && clock.now() < advice.askAgainMs) return;
    try {
      const window = await (await this.#openAuthority()).advice(certificatePem);
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

  #pause({ abort: { signal } }: Run, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        timer.cancel();
        reject(new AcmeError('cancelled', 'The request was given up.'));
      };
      const timer = this.#options.clock.after(ms, () => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  }

  #update(run: Run, changed: Partial<Pick<Run, 'step' | 'records' | 'note' | 'go'>>): void {
    Object.assign(run, changed);
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function asAcmeError(error: unknown): AcmeError | undefined {
  return error instanceof AcmeError ? error : undefined;
}

function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
