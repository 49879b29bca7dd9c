/** Other Snug servers of the network for tests of the doors and the window: the Smiths next door. */
import { DeedError } from '../../server/administration/deed-error.ts';
import type { Carriers } from '../../server/administration/deeds.ts';
import { fingerprintWords } from '../../server/certificates/fingerprint-words.ts';
import type { PairedServerSummary, PairsOverview } from '../../server/control/contract.ts';
import type { PairDeeds } from '../../server/control/deeds.ts';

const OWN = '7c015eb2449ad013882f6be79530ca1df4620ba957de813c70964ee52abf08d3';
export const SMITH = '3f9a1c77e2045bd8906e21afc358740db6ee12498af03d95672bcc815ea4d910';
export const OTHER = 'a05be1774f20c9d3186e90b25d7fe3410c88ab51f6e2937d44b1590e6c7fd28a';

export const aNeighbour: PairedServerSummary = {
  domain: 'smith.local',
  fingerprint: SMITH,
  words: fingerprintWords(SMITH),
  state: 'found',
  addresses: ['192.168.1.40'],
  isConnected: false,
  hasEnded: false,
  impostors: [],
};

export class FakePairs implements PairDeeds {
  readonly #listeners = new Set<() => void>();
  readonly #done: (what: string) => void;
  #servers: readonly PairedServerSummary[];
  isFederating = false;
  why: string | undefined;

  constructor(
    options: { readonly servers?: readonly PairedServerSummary[]; readonly done?: (what: string) => void } = {},
  ) {
    this.#servers = options.servers ?? [];
    this.#done = options.done ?? (() => undefined);
  }

  overview(): PairsOverview {
    return {
      domain: 'miller.local',
      fingerprint: OWN,
      words: fingerprintWords(OWN),
      isVisible: this.why === undefined,
      ...(this.why === undefined ? {} : { why: this.why }),
      isFederating: this.isFederating,
      servers: this.#servers,
    };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** From now on these are there. */
  become(...servers: readonly PairedServerSummary[]): void {
    this.#servers = servers;
    for (const listener of [...this.#listeners]) listener();
  }

  carriers(): Pick<Carriers, 'pairs.consent' | 'pairs.refuse' | 'pairs.remove'> {
    return {
      'pairs.consent': ({ domain, fingerprint }) => {
        const { state } = this.#find(domain, fingerprint);
        this.#done(`consent ${domain} ${fingerprint.slice(0, 8)}`);
        this.isFederating ||= state === 'asked';
        this.#change(domain, { state: state === 'asked' ? 'paired' : 'asking', since: '2026-01-31T12:00:00.000Z' });
      },
      'pairs.refuse': ({ domain, fingerprint }) => {
        this.#find(domain, fingerprint);
        this.#done(`refuse ${domain}`);
        this.#change(domain, { state: 'found' });
      },
      'pairs.remove': ({ domain }) => {
        this.#done(`remove ${domain}`);
        this.become(
          ...this.#servers.flatMap(({ since: _, ...server }) =>
            server.domain === domain
              ? server.addresses.length === 0
                ? []
                : [{ ...server, state: 'found' as const, isConnected: false, hasEnded: false, impostors: [] }]
              : [server],
          ),
        );
      },
    };
  }

  #find(domain: string, fingerprint: string): PairedServerSummary {
    const found = this.#servers.find((server) => server.domain === domain);
    if (found === undefined) throw new DeedError('not-found', `There is no ${domain} on this network at the moment.`);
    if (found.fingerprint === fingerprint) return found;
    throw new DeedError('refused', `${domain} shows another key now. Look at the words again.`);
  }

  #change(domain: string, changed: Partial<PairedServerSummary>): void {
    this.become(...this.#servers.map((server) => (server.domain === domain ? { ...server, ...changed } : server)));
  }
}
