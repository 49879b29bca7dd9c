/** From streams and links to what the window shows of each domain. */
import type { LinkStream } from './link-stream.ts';
import type { DomainSummary, StreamSummary } from './link-summary.ts';
import type { OutgoingLink } from './outgoing-link.ts';
import type { Failure } from './recent-failures.ts';

export interface LinkFacts {
  readonly streams: Iterable<LinkStream>;
  readonly links: Iterable<OutgoingLink>;
  readonly failures: ReadonlyMap<string, Failure>;
}

interface Gathered {
  readonly outgoing: StreamSummary[];
  readonly incoming: StreamSummary[];
  readonly links: OutgoingLink[];
  queuedStanzas: number;
  queuedBytes: number;
}

export function summarize({ streams, links, failures }: LinkFacts): readonly DomainSummary[] {
  const domains = new Map<string, Gathered>();
  const of = (domain: string): Gathered => {
    const known = domains.get(domain);
    if (known !== undefined) return known;
    const fresh: Gathered = { outgoing: [], incoming: [], links: [], queuedStanzas: 0, queuedBytes: 0 };
    domains.set(domain, fresh);
    return fresh;
  };
  for (const stream of streams) {
    if (!stream.isReady || !stream.isOpen) continue;
    if (stream.role === 'outgoing') {
      if (stream.domains.permittedPairs.size > 0) of(stream.remote).outgoing.push(summaryOf(stream, stream.peerProof));
    } else {
      for (const [domain, { proof }] of stream.domains.remotes) of(domain).incoming.push(summaryOf(stream, proof));
    }
    const unacked = stream.management.state?.unacked ?? [];
    if (unacked.length === 0) continue;
    const gathered = of(stream.peer);
    gathered.queuedStanzas += unacked.length;
    for (const { bytes } of unacked) gathered.queuedBytes += bytes;
  }
  for (const link of links) {
    const gathered = of(link.to);
    gathered.links.push(link);
    gathered.queuedStanzas += link.queuedStanzas;
    gathered.queuedBytes += link.queuedBytes;
  }
  for (const domain of failures.keys()) of(domain);
  return [...domains]
    .map(([domain, gathered]) => complete(domain, gathered, failures.get(domain)))
    .sort((a, b) => (a.domain < b.domain ? -1 : 1));
}

function complete(domain: string, gathered: Gathered, lastFailure: Failure | undefined): DomainSummary {
  const { links, ...rest } = gathered;
  const states = new Set(links.map(({ state }) => state));
  const isConnected = rest.outgoing.length > 0 || rest.incoming.length > 0;
  const state = states.has('connecting')
    ? 'connecting'
    : states.has('waiting')
      ? 'waiting'
      : isConnected
        ? 'connected'
        : 'idle';
  const waiting = links.filter((link) => link.state === 'waiting').map(({ nextAttemptAtMs }) => nextAttemptAtMs ?? 0);
  return {
    domain,
    state,
    ...rest,
    lastFailure,
    nextAttemptAtMs: waiting.length === 0 ? undefined : Math.min(...waiting),
  };
}

function summaryOf(stream: LinkStream, proof: StreamSummary['proof']): StreamSummary {
  const { state } = stream.management;
  return {
    sinceMs: stream.sinceMs,
    remoteAddress: stream.remoteAddress,
    tlsVersion: stream.tls?.version ?? '',
    cipher: stream.tls?.cipher ?? '',
    proof,
    ownProof: stream.ownProof,
    isBidirectional: stream.isBidirectional,
    streamManagement: state === undefined ? 'off' : state.id === '' ? 'on' : 'resumable',
  };
}
