/**
 * A public authority spoken to by ACME (RFC 8555). Only this file knows acme-client; it is loaded when a certificate is
 * asked for and not before, because most starts need none.
 */
import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { Authorization, Client, Order } from 'acme-client';
import { AcmeError } from './acme-error.ts';
import { errorOfNetwork, errorOfProblem, isProblem, type ProblemDocument } from './problems.ts';
import { type RenewalWindow, readRenewalWindow, renewalId } from './renewal.ts';

const CALL_TIMEOUT_MS = 30_000;
/** A certificate with its chain is some kilobytes. */
const MAX_ANSWER_BYTES = 1_000_000;
/** How far the clock of this computer may be off before signatures and certificates stop fitting. */
const MAX_CLOCK_ERROR_MS = 24 * 60 * 60 * 1000;

export interface AuthorityOptions {
  /** URL of the directory (RFC 8555 section 7.1.1). */
  readonly directory: string;
  readonly accountKeyPem: string;
  /** PEM of further authorities that may vouch for the directory itself. */
  readonly trustPem: string | undefined;
  readonly now: () => number;
}

/** A name to be proved, and what proves it. */
export interface Proof {
  readonly url: string;
  /** Without the wildcard's `*.`. */
  readonly name: string;
  readonly isProved: boolean;
  readonly challenges: readonly { readonly type: string; readonly token: string; readonly url: string }[];
}

export class Authority {
  readonly #client: Client;
  readonly #options: AuthorityOptions;
  readonly #lastAnswer: LastAnswer;
  readonly #createCsr: Outside['createCsr'];
  readonly #get: Outside['get'];

  static async open(options: AuthorityOptions): Promise<Authority> {
    const acme = await import('acme-client');
    const { axios } = acme;
    axios.defaults.timeout = CALL_TIMEOUT_MS;
    axios.defaults.maxContentLength = MAX_ANSWER_BYTES;
    axios.defaults.headers.common['User-Agent'] = 'Snug';
    axios.defaults.httpsAgent = new Agent(
      options.trustPem === undefined ? {} : { ca: [...rootCertificates, options.trustPem] },
    );
    const lastAnswer: LastAnswer = { problem: undefined, retryAfterMs: undefined, dateMs: undefined };
    // acme-client's own interceptor retries in silence for minutes, and loses the reason when nobody answers.
    axios.interceptors.response.clear();
    axios.interceptors.response.use(
      (response) => note(response, lastAnswer, options.now()),
      (error: { readonly response?: AxiosAnswer }) => {
        if (error.response === undefined) throw error;
        return note(error.response, lastAnswer, options.now());
      },
    );
    const client = new acme.Client({ directoryUrl: options.directory, accountKey: options.accountKeyPem });
    return new Authority(options, client, lastAnswer, {
      createCsr: async (names, keyPem) => (await acme.crypto.createCsr({ altNames: [...names] }, keyPem))[1],
      get: async (url) => (await axios.get<unknown>(url)).data,
    });
  }

  private constructor(options: AuthorityOptions, client: Client, lastAnswer: LastAnswer, outside: Outside) {
    this.#options = options;
    this.#client = client;
    this.#lastAnswer = lastAnswer;
    this.#createCsr = outside.createCsr;
    this.#get = outside.get;
  }

  /** Where the authority's terms can be read, if it has any. */
  async terms(): Promise<string | undefined> {
    const url: unknown = await this.#call(() => this.#client.getTermsOfServiceUrl());
    const { dateMs } = this.#lastAnswer;
    if (dateMs !== undefined && Math.abs(dateMs - this.#options.now()) > MAX_CLOCK_ERROR_MS)
      throw new AcmeError(
        'clock',
        `This computer’s clock is off: it says ${new Date(this.#options.now()).toISOString().slice(0, 10)}, and the authority ${new Date(dateMs).toISOString().slice(0, 10)}.`,
        { fix: 'Set the clock of this computer.' },
      );
    return typeof url === 'string' ? url : undefined;
  }

  /**
   * Makes the account of this key, or finds it again. Only for who has agreed to the terms.
   *
   * Not by the client's own `createAccount`: it updates an account that it finds, even where there is nothing to update,
   * which authorities refuse, and with that every renewal.
   */
  async signIn(email: string): Promise<void> {
    const contact = email === '' ? [] : [`mailto:${email}`];
    const wish = { termsOfServiceAgreed: true, ...(contact.length === 0 ? {} : { contact }) };
    const { status, data } = await this.#call(() => (this.#client as unknown as WithApi).api.createAccount(wish));
    // RFC 8555 section 7.3.1: of an account that is there already nothing is changed by that.
    if (status !== 200 || (data.contact ?? []).join() === contact.join()) return;
    await this.#call(() => this.#client.updateAccount({ contact }));
  }

  order(names: readonly string[]): Promise<Order> {
    return this.#call(() => this.#client.createOrder({ identifiers: names.map((value) => ({ type: 'dns', value })) }));
  }

  async proofs(order: Order): Promise<readonly Proof[]> {
    return (await this.#call(() => this.#client.getAuthorizations(order))).map(toProof);
  }

  /** What the TXT record must hold, or the file that is fetched. */
  answerTo(challenge: Proof['challenges'][number]): Promise<string> {
    return this.#client.getChallengeKeyAuthorization({ ...challenge, status: 'pending' } as never);
  }

  /** Tells the authority to look. */
  async ready(challenge: Proof['challenges'][number]): Promise<void> {
    await this.#call(() => this.#client.completeChallenge({ ...challenge, status: 'pending' } as never));
  }

  /** Whether the name is proved now. @throws AcmeError with the authority's reason when it never will be */
  async isProved(order: Order, proof: Proof): Promise<boolean> {
    const all = await this.#call(() => this.#client.getAuthorizations(order));
    const found = all.find(({ url }) => url === proof.url);
    if (found === undefined || found.status === 'pending') return false;
    if (found.status === 'valid') return true;
    const problem = found.challenges.map(({ error }) => error).find(isProblem);
    throw errorOfProblem(problem ?? { type: 'urn:ietf:params:acme:error:unauthorized' }, { name: proof.name });
  }

  async finish(order: Order, names: readonly string[], keyPem: string): Promise<Order> {
    const csr = await this.#createCsr(names, keyPem);
    return this.#call(() => this.#client.finalizeOrder(order, csr));
  }

  /** @throws AcmeError when it came to nothing */
  async refresh(order: Order): Promise<Order> {
    const fresh = await this.#call(() => this.#client.getOrder(order));
    if (fresh.status !== 'invalid') return fresh;
    throw errorOfProblem(isProblem(fresh.error) ? fresh.error : { type: 'urn:ietf:params:acme:error:unauthorized' });
  }

  /** When the authority would like this certificate to be renewed (RFC 9773); undefined where it has no opinion. */
  async advice(certificatePem: string): Promise<RenewalWindow | undefined> {
    const url = await this.#renewalInfo();
    if (url === undefined) return undefined;
    const id = renewalId(certificatePem);
    if (id === undefined) return undefined;
    const answer = await this.#call(() => this.#get(`${url.replace(/\/$/, '')}/${id}`));
    return readRenewalWindow(answer, this.#lastAnswer.retryAfterMs);
  }

  /** Leaf first, then the chain. */
  certificate(order: Order): Promise<string> {
    return this.#call(() => this.#client.getCertificate(order));
  }

  async #renewalInfo(): Promise<string | undefined> {
    const directory = await this.#call(() => this.#get(this.#options.directory));
    if (typeof directory !== 'object' || directory === null || !('renewalInfo' in directory)) return undefined;
    return typeof directory.renewalInfo === 'string' ? directory.renewalInfo : undefined;
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    this.#lastAnswer.problem = undefined;
    try {
      return await call();
    } catch (error) {
      const { problem, retryAfterMs } = this.#lastAnswer;
      if (problem !== undefined) throw errorOfProblem(problem, { retryAfterMs });
      throw errorOfNetwork(error, this.#options.directory, this.#options.now());
    }
  }
}

/** What of acme-client is not the client itself. */
interface Outside {
  readonly createCsr: (names: readonly string[], keyPem: string) => Promise<Buffer>;
  readonly get: (url: string) => Promise<unknown>;
}

/** What acme-client's declarations leave out. */
interface WithApi {
  readonly api: {
    createAccount(
      wish: object,
    ): Promise<{ readonly status: number; readonly data: { readonly contact?: readonly string[] } }>;
  };
}

interface AxiosAnswer {
  readonly data: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
}

function note<T extends AxiosAnswer>(answer: T, lastAnswer: LastAnswer, nowMs: number): T {
  const { data, headers } = answer;
  lastAnswer.problem = isProblem(data) ? data : undefined;
  lastAnswer.retryAfterMs = retryAfter(headers['retry-after'], nowMs);
  lastAnswer.dateMs = Date.parse(String(headers.date)) || undefined;
  return answer;
}

interface LastAnswer {
  problem: ProblemDocument | undefined;
  retryAfterMs: number | undefined;
  dateMs: number | undefined;
}

function toProof({ url, identifier, status, challenges }: Authorization): Proof {
  return {
    url,
    name: identifier.value,
    isProved: status === 'valid',
    challenges: challenges.map(({ type, token, url: challengeUrl }) => ({ type, token, url: challengeUrl })),
  };
}

/** RFC 9110 section 10.2.3: seconds or a date. */
function retryAfter(value: unknown, nowMs: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
