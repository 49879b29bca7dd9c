/**
 * Our own resolver: a stub (RFC 1034 section 5.3.1) that asks the servers which are set, several times if need be.
 *
 * Node's has no TLSA with its proof, tells nobody whether an answer was validated, and cannot be asked which server
 * said so.
 */
import type { Clock } from '../../clock/clock.ts';
import { followAliases, MAX_ALIASES } from './dns-aliases.ts';
import { DnsCache } from './dns-cache.ts';
import { askServer } from './dns-exchange.ts';
import { DnsFailure } from './dns-failure.ts';
import type { DnsMessage, QueryType, RecordOf } from './dns-message.ts';
import { type DnsServer, dnsServers, isBelieved } from './dns-servers.ts';

export interface ResolverOptions {
  readonly clock: Clock;
  /** As the setting `dns.servers` names them, asked anew for each question; empty: the system's. */
  readonly servers: () => readonly string[];
  /** Whether the AD bit counts from servers that are not on this computer too: the setting `dns.trustAd`. */
  readonly trustsAd: () => boolean;
  readonly randomBytes: (count: number) => Buffer;
  /** For the first try of a server; 2 s unless said. */
  readonly timeoutMs?: number;
}

export interface Answer<T extends QueryType> {
  /** Empty when the name, or its records of this type, do not exist. */
  readonly records: readonly RecordOf<T>[];
  /** The name at the end of the aliases. */
  readonly name: string;
  /** Whether the name is there at all (RFC 8020), be it without such records. */
  readonly exists: boolean;
  /** Validated by DNSSEC, absence included, as far as a trusted server says. */
  readonly isSecure: boolean;
}

const TIMEOUT_MS = 2_000;
const ROUNDS = 2;
/** Every domain of a busy server with its targets, in a few hundred kilobytes. */
const MAX_CACHED = 2_000;
const NO_ERROR = 0;
const NAME_ERROR = 3;

export class DnsResolver {
  readonly #options: ResolverOptions;
  readonly #cache = new DnsCache<Answer<QueryType>>(MAX_CACHED);
  readonly #underWay = new Map<string, Promise<Answer<QueryType>>>();
  #settings = '';
  #lastGood: DnsServer | undefined;

  constructor(options: ResolverOptions) {
    this.#options = options;
  }

  /**
   * The records of `name` (A-labels). Whoever asks the same at the same time shares the answer.
   * @throws DnsFailure
   */
  query<T extends QueryType>(name: string, type: T): Promise<Answer<T>> {
    return this.#query(name, type) as Promise<Answer<T>>; // follows from the type in the key
  }

  #query(name: string, type: QueryType): Promise<Answer<QueryType>> {
    this.#forgetAfterChange();
    const key = `${type} ${name.toLowerCase()}`;
    const kept = this.#cache.get(key, this.#options.clock.elapsedMs());
    if (kept !== undefined) return Promise.resolve(kept);
    const shared = this.#underWay.get(key);
    if (shared !== undefined) return shared;
    const asked = this.#resolve(name, type, key).finally(() => {
      if (this.#underWay.get(key) === asked) this.#underWay.delete(key);
    });
    this.#underWay.set(key, asked);
    return asked;
  }

  async #resolve(name: string, type: QueryType, key: string): Promise<Answer<QueryType>> {
    const settings = this.#settings;
    let [asked, isSecure, ttlS, aliasesLeft] = [name, true, Number.POSITIVE_INFINITY, MAX_ALIASES];
    for (;;) {
      const { message, server } = await this.#askServers(asked, type);
      isSecure &&= message.isAuthentic && isBelieved(server, this.#options.trustsAd);
      const followed = followAliases({ name: asked, type }, message);
      ttlS = Math.min(ttlS, followed.ttlS ?? Number.POSITIVE_INFINITY);
      aliasesLeft -= followed.aliases;
      // A server that stops at an alias (RFC 1034 section 5.2.2 allows a stub to go on by itself).
      if (followed.records.length === 0 && followed.aliases > 0 && message.responseCode === NO_ERROR) {
        if (message.negativeTtlS === undefined && aliasesLeft > 0) {
          asked = followed.name;
          continue;
        }
        if (aliasesLeft <= 0) throw new DnsFailure('malformed', `the aliases of ${name} lead in circles`);
      }
      const answer: Answer<QueryType> = {
        records: followed.records,
        name: followed.name,
        exists: message.responseCode === NO_ERROR,
        isSecure,
      };
      const isThere = followed.records.length > 0;
      const keptS = isThere ? ttlS : Math.min(ttlS, message.negativeTtlS ?? 0);
      if (settings === this.#settings)
        this.#cache.set(key, answer, this.#options.clock.elapsedMs(), keptS, isThere ? 'positive' : 'negative');
      return answer;
    }
  }

  /** Every server once, and once more those that were silent: the datagram may have been lost. */
  async #askServers(name: string, type: QueryType): Promise<{ message: DnsMessage; server: DnsServer }> {
    const failures: DnsFailure[] = [];
    let servers = this.#servers();
    for (let round = 1; round <= ROUNDS && servers.length > 0; round++) {
      const silent: DnsServer[] = [];
      for (const server of servers) {
        try {
          const message = await askServer(server, { name, type }, this.#exchange(round));
          if (message.responseCode === NO_ERROR || message.responseCode === NAME_ERROR) {
            this.#lastGood = server;
            return { message, server };
          }
          failures.push(failureOf(message, name, server));
        } catch (error) {
          if (!(error instanceof DnsFailure)) throw error;
          failures.push(error);
          if (error.kind === 'timeout') silent.push(server);
        }
      }
      servers = silent;
    }
    throw mostTelling(failures);
  }

  #exchange(round: number) {
    const { clock, randomBytes, timeoutMs = TIMEOUT_MS } = this.#options;
    return { clock, randomBytes, timeoutMs: timeoutMs * round };
  }

  /** The one that answered last goes first, so that a dead one costs its time once. */
  #servers(): readonly DnsServer[] {
    const servers = dnsServers(this.#options.servers());
    const isGood = (server: DnsServer) =>
      Number(server.address === this.#lastGood?.address && server.port === this.#lastGood.port);
    return servers.toSorted((a, b) => isGood(b) - isGood(a));
  }

  /** Other servers may say other things, and what was secure may not be any more. */
  #forgetAfterChange(): void {
    const settings = JSON.stringify([this.#options.servers(), this.#options.trustsAd()]);
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#cache.clear();
    this.#underWay.clear();
  }
}

function failureOf({ responseCode }: DnsMessage, name: string, server: DnsServer): DnsFailure {
  const SERVER_FAILURE = 2;
  return responseCode === SERVER_FAILURE
    ? new DnsFailure(
        'server-failure',
        `the DNS server ${server.address} could not resolve ${name} (the domain’s own DNS servers are out of order, or its DNSSEC signatures are wrong)`,
      )
    : new DnsFailure(
        'server-failure',
        `the DNS server ${server.address} refused to resolve ${name} (code ${responseCode})`,
      );
}

/** What says most about the domain itself. */
function mostTelling(failures: readonly DnsFailure[]): DnsFailure {
  const order: readonly DnsFailure['kind'][] = ['server-failure', 'malformed', 'timeout', 'unreachable'];
  const [first] = failures.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return first ?? new DnsFailure('unreachable', 'no DNS server is set, on this computer or in the settings');
}
