/** One attempt to get a certificate: names, proofs and the person who may have to help, from beginning to end. */
import type { Resolver } from 'node:dns/promises';
import type { Clock } from '../../clock/clock.ts';
import type { acmeSettings } from '../../config/acme-settings.ts';
import type { Values } from '../../config/setting.ts';
import type { Logger } from '../../log/log.ts';
import type { PemFiles } from '../pem-files.ts';
import { AcmeError } from './acme-error.ts';
import type { AcmeFiles } from './acme-files.ts';
import type { AcmeRecord } from './acme-status.ts';
import { Authority } from './authority.ts';
import { challengePlace } from './dns/challenge-place.ts';
import { createResolver, type DnsPlace } from './dns/name-servers.ts';
import { createProvider } from './dns/providers.ts';
import type { Fetch } from './dns/rest-call.ts';
import { txtVisibility } from './dns/visibility.ts';
import { runOrder, type Solver, type Step } from './order.ts';
import { namesToProve, type ProvableNames } from './provable-names.ts';
import { dnsSolver, httpSolver, manualSolver } from './solvers.ts';

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

interface Progress {
  readonly step: Step;
  /** To be made by hand. */
  readonly records: readonly AcmeRecord[];
  /** What the last look at them found. */
  readonly note: string | undefined;
}

interface Outside {
  /** Asks the router for port 80 while the authority may come. */
  readonly mapDoor: ((port: number) => Promise<() => Promise<void>>) | undefined;
  readonly onProgress: () => void;
}

export class AcmeRequest {
  readonly #options: AcmeOptions;
  readonly #outside: Outside;
  readonly #abort = new AbortController();
  #progress: Progress = { step: 'ordering', records: [], note: undefined };
  /** Somebody says that the records are there; undefined while nobody is asked. */
  #go: (() => void) | undefined;

  constructor(options: AcmeOptions, outside: Outside) {
    this.#options = options;
    this.#outside = outside;
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Whether somebody is to make the records. */
  get isAsking(): boolean {
    return this.#go !== undefined;
  }

  get isGivenUp(): boolean {
    return this.#abort.signal.aborted;
  }

  goOn(): void {
    this.#go?.();
  }

  giveUp(): void {
    this.#abort.abort();
  }

  /** @throws AcmeError when it came to nothing */
  async run(): Promise<{ readonly names: ProvableNames; readonly certificate: PemFiles }> {
    const { domain, settings, files, clock } = this.#options;
    const solver = this.#createSolver();
    const names = await namesToProve(domain, settings, this.#resolver());
    const authority = await openAuthority(this.#options);
    await authority.terms();
    await authority.signIn(settings.email);
    const keyPem = await files.certificateKey();
    const pem = await runOrder({
      authority,
      names: names.names,
      keyPem,
      solver,
      onStep: (step) => {
        if (this.isGivenUp) throw givenUp();
        this.#tell({ step });
      },
      pause: (ms) => this.#pause(ms),
      elapsedMs: () => clock.elapsedMs(),
    });
    // Also when it was given up meanwhile: it is there, and counts with the authority.
    await files.keep(domain, pem, keyPem);
    const certificate = await files.certificate(domain, clock.now());
    if (certificate === undefined)
      throw new AcmeError('certificate', 'The authority sent a certificate that cannot be used for this domain.');
    return { names, certificate };
  }

  #createSolver(): Solver {
    const { settings, address, clock, files, log } = this.#options;
    if (settings.challenge === 'http-01')
      return httpSolver({ port: settings.httpPort, address, mapDoor: this.#outside.mapDoor });
    const provider = createProvider(this.#options);
    const place = (name: string) => challengePlace(name, this.#dnsPlace());
    if (provider === undefined) return manualSolver({ place, ask: (records) => this.#ask(records) });
    return dnsSolver(provider, {
      place,
      files,
      onLeft: (name, error) => {
        const reason = error instanceof Error ? error.message : String(error);
        log.warn({ name, reason }, 'TXT record not taken away; tried again with the next certificate');
      },
      see: (record) => this.#see(record),
      pause: (ms) => this.#pause(ms),
      elapsedMs: () => clock.elapsedMs(),
    });
  }

  /** Shows the records and waits, as long as it takes, until somebody has made them and they can be seen. */
  async #ask(records: readonly AcmeRecord[]): Promise<void> {
    const { signal } = this.#abort;
    for (;;) {
      const said = Promise.withResolvers<void>();
      const stop = (): void => said.reject(givenUp());
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      // At once, so that whoever says so and then looks sees this look at the records, and not the one before.
      this.#go = () => {
        this.#go = undefined;
        this.#tell({ note: undefined });
        said.resolve();
      };
      this.#tell({ records });
      try {
        await said.promise;
      } finally {
        signal.removeEventListener('abort', stop);
        this.#go = undefined;
      }
      const missing = await this.#firstMissing(records);
      if (missing === undefined) return this.#tell({ records: [], note: undefined });
      this.#tell({ note: missing });
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
    return txtVisibility(name, value, this.#dnsPlace());
  }

  #dnsPlace(): DnsPlace {
    const { servers, dnsPort } = this.#options;
    return { servers: servers(), ...(dnsPort === undefined ? {} : { port: dnsPort }) };
  }

  #resolver(): Resolver {
    return createResolver(this.#options.servers());
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#abort;
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        timer.cancel();
        reject(givenUp());
      };
      const timer = this.#options.clock.after(ms, () => {
        signal.removeEventListener('abort', stop);
        resolve();
      });
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  }

  #tell(changed: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...changed };
    this.#outside.onProgress();
  }
}

function givenUp(): AcmeError {
  return new AcmeError('cancelled', 'The request was given up.');
}

/** @throws AcmeError when a setting does not fit */
export async function openAuthority({ settings, files, clock, trustPem }: AcmeOptions): Promise<Authority> {
  const trust = await trustPem().catch(() => {
    throw new AcmeError('settings', 'The file of the setting tls.trust cannot be read.');
  });
  return Authority.open({
    directory: settings.directory,
    accountKeyPem: await files.accountKey(),
    trustPem: trust,
    now: () => clock.now(),
  });
}
