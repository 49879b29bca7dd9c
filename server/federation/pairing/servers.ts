/** What is shown of the other servers of this network: those that are here, and those that were agreed on. */
import type { Consents } from './consents.ts';
import type { AnnouncedServer } from './pairs.ts';
import type { Consent } from './store.ts';

/** Strangers that are shown at all, so that nobody can fill the page; with them those whose wish is shown. */
const MAX_STRANGERS = 20;
const MAX_ASKED = 5;

export interface PairedServer {
  readonly domain: string;
  readonly fingerprint: string;
  /**
   * `asked`: its host wishes to chat with us; `asking`: ours with them, and theirs has not answered; `found`: neither.
   */
  readonly state: 'found' | 'asked' | 'asking' | 'paired';
  /** Where it announces itself now; empty while it does not. */
  readonly addresses: readonly string[];
  /** When it was paired, or asked by us; milliseconds since 1970. */
  readonly sinceMs: number | undefined;
  /** When our wish is withdrawn. */
  readonly untilMs: number | undefined;
  /** True when it is here, and no longer says that its host agrees. Nothing proves that. */
  readonly hasEnded: boolean;
  /** Others here that go by its name with another key. */
  readonly impostors: readonly { readonly fingerprint: string; readonly address: string }[];
}

export function describeServers({
  neighbours,
  consents,
  ownToken,
  wishMs,
}: {
  readonly neighbours: readonly AnnouncedServer[];
  readonly consents: Pick<Consents, 'all' | 'of' | 'hasRefused'>;
  readonly ownToken: string;
  readonly wishMs: number;
}): readonly PairedServer[] {
  const agreed = consents.all.map((consent) => describeAgreed(consent, neighbours, ownToken, wishMs));
  const strangers = [...groupByKey(neighbours.filter(({ domain }) => consents.of(domain) === undefined)).values()];
  let asked = 0;
  const shown = strangers.slice(0, MAX_STRANGERS).map((same): PairedServer => {
    const [{ domain, fingerprint }] = same;
    const isAsking = same.some(({ asks }) => asks.includes(ownToken)) && !consents.hasRefused(domain, fingerprint);
    if (isAsking) asked += 1;
    return {
      domain,
      fingerprint,
      state: isAsking && asked <= MAX_ASKED ? 'asked' : 'found',
      addresses: addressesOf(same),
      sinceMs: undefined,
      untilMs: undefined,
      hasEnded: false,
      impostors: [],
    };
  });
  return [...agreed, ...shown].sort((one, other) =>
    one.domain === other.domain ? (one.fingerprint < other.fingerprint ? -1 : 1) : one.domain < other.domain ? -1 : 1,
  );
}

function describeAgreed(
  { domain, fingerprint, atMs, pairedAtMs }: Consent,
  neighbours: readonly AnnouncedServer[],
  ownToken: string,
  wishMs: number,
): PairedServer {
  const namesakes = neighbours.filter((one) => one.domain === domain);
  const same = namesakes.filter((one) => one.fingerprint === fingerprint);
  return {
    domain,
    fingerprint,
    state: pairedAtMs === null ? 'asking' : 'paired',
    addresses: addressesOf(same),
    sinceMs: pairedAtMs ?? atMs,
    untilMs: pairedAtMs === null ? atMs + wishMs : undefined,
    // The newest word counts: of a server that has moved, the old one is still known.
    hasEnded: pairedAtMs !== null && same[0]?.asks.includes(ownToken) === false,
    impostors: namesakes
      .filter((one) => one.fingerprint !== fingerprint)
      .map((one) => ({ fingerprint: one.fingerprint, address: one.from })),
  };
}

function groupByKey(
  neighbours: readonly AnnouncedServer[],
): ReadonlyMap<string, [AnnouncedServer, ...AnnouncedServer[]]> {
  const groups = new Map<string, [AnnouncedServer, ...AnnouncedServer[]]>();
  for (const one of neighbours) {
    const key = `${one.domain} ${one.fingerprint}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

function addressesOf(same: readonly AnnouncedServer[]): readonly string[] {
  return [...new Set(same.flatMap(({ addresses }) => addresses))];
}
