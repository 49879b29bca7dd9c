/** Other Snug servers of the network in the words of the control contract, and what of them needs attention. */
import { fingerprintWords } from './certificates/fingerprint-words.ts';
import type { PairedServerSummary } from './control/contract.ts';
import type { PairDeeds } from './control/deeds.ts';
import type { Federation } from './federation/federation.ts';
import type { DomainSummary } from './federation/links/link-summary.ts';
import { isWithin } from './federation/paired-servers.ts';
import type { PairedServer } from './federation/pairing/servers.ts';
import type { Announcer } from './lan/announcer.ts';
import type { Problem } from './modulehost/module.ts';
import type { Pairing } from './pairing.ts';

export interface PairSummariesOptions {
  /** Of the accounts. */
  readonly domain: string;
  readonly pairing: Pick<Pairing, 'pairs' | 'fingerprint' | 'isOpen'>;
  readonly announcer: () => Pick<Announcer, 'isAnnouncing'> | undefined;
  readonly federation: Pick<Federation, 'status' | 'summaries' | 'onChange'>;
}

export function pairDeeds({ domain, pairing, announcer, federation }: PairSummariesOptions): PairDeeds {
  const { pairs } = pairing;
  return {
    overview() {
      const why = whyUnseen(pairing.isOpen, announcer()?.isAnnouncing ?? false);
      return {
        domain,
        fingerprint: pairing.fingerprint,
        words: fingerprintWords(pairing.fingerprint),
        isVisible: why === undefined,
        ...(why === undefined ? {} : { why }),
        isFederating: federation.status.state === 'on',
        servers: pairs.servers.map((server) => summarizeServer(server, federation.summaries)),
      };
    },
    onChange(listener) {
      const forgets = [pairs.onUpdate(listener), federation.onChange(listener)];
      return () => {
        for (const forget of forgets) forget();
      };
    },
  };
}

/** What a host has to look at: wishes of others, and names that are used with another key. */
export function pairProblems(servers: readonly PairedServer[]): readonly Problem[] {
  const asked = servers.filter(({ state }) => state === 'asked').map(({ domain }) => domain);
  const problems = servers.flatMap(({ domain, impostors, addresses, state }): Problem[] => {
    const [impostor] = impostors;
    if (impostor === undefined) return [];
    const isAlone = addresses.length === 0;
    return [
      {
        code: 'pair-key',
        text: isAlone
          ? `${domain} shows another key now (at ${impostor.address}).`
          : `Another computer of this network (${impostor.address}) calls itself ${domain}, with another key.`,
        fix:
          isAlone && state === 'paired'
            ? 'Nothing is sent to it. If its host has set it up anew, end the connection on the Federation page, and connect again once the words agree.'
            : 'Nothing is sent to it.',
      },
    ];
  });
  if (asked.length > 0) {
    problems.push({
      code: 'pair-asked',
      text: `${asked.join(' and ')} ${asked.length === 1 ? 'wants' : 'want'} to chat with this server.`,
      fix: 'Open Federation, and compare the six words with its host before you agree.',
    });
  }
  return problems;
}

function whyUnseen(isOpen: boolean, isAnnouncing: boolean): string | undefined {
  if (!isAnnouncing) return 'This server is not shown on the network, so servers there cannot find each other.';
  return isOpen ? undefined : 'Pairing is switched off in the settings (lan.pairing).';
}

function summarizeServer(server: PairedServer, summaries: readonly DomainSummary[]): PairedServerSummary {
  const { domain, fingerprint, state, addresses, hasEnded, sinceMs, untilMs, impostors } = server;
  const own = state === 'paired' ? summaries.filter((summary) => isWithin(summary.domain, domain)) : [];
  const isConnected = own.some((summary) => summary.state === 'connected');
  const failure = isConnected ? undefined : own.find(({ lastFailure }) => lastFailure !== undefined)?.lastFailure;
  return {
    domain,
    fingerprint,
    words: fingerprintWords(fingerprint),
    state,
    addresses: [...addresses],
    isConnected,
    hasEnded,
    ...(sinceMs === undefined ? {} : { since: isoTime(sinceMs) }),
    ...(untilMs === undefined ? {} : { until: isoTime(untilMs) }),
    ...(failure === undefined ? {} : { failure: failure.sentence }),
    impostors: impostors.map((one) => ({ address: one.address, words: fingerprintWords(one.fingerprint) })),
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
