/** Federation in the words of the control contract. */
import type { FederationOverview, FederationPeer, FederationPin, Status } from './control/contract.ts';
import type { FederationDeeds } from './control/deeds.ts';
import type { Federation } from './federation/federation.ts';
import type { DomainSummary, StreamSummary } from './federation/links/link-summary.ts';
import { isLocalOnly } from './federation/local-domain.ts';
import type { PeerConnection, PeerServer } from './modulehost/peers.ts';

type Shown = Pick<Federation, 'status' | 'summaries' | 'queue' | 'pins'>;

/** For the tray and the head of the window. */
export function summarizeFederationState({ status }: Pick<Federation, 'status'>): Status['federation'] {
  const why = status.obstacle ?? status.failure;
  return {
    state: status.state,
    isEnabled: status.isEnabled,
    isPossible: status.obstacle === undefined,
    ...(why === undefined ? {} : { why }),
  };
}

function summarizeFederation(federation: Shown, domain: string): FederationOverview {
  const { status, summaries, queue } = federation;
  const { oldestAtMs } = queue;
  return {
    ...summarizeFederationState(federation),
    domain,
    isLocal: isLocalOnly(domain),
    ports: status.ports,
    queue: {
      messages: queue.length,
      bytes: queue.bytes,
      ...(oldestAtMs === undefined ? {} : { oldest: isoTime(oldestAtMs) }),
    },
    peers: summaries.map(summarizePeer),
  };
}

function summarizePins({ pins }: Pick<Federation, 'pins'>): readonly FederationPin[] {
  return pins.list().map(({ domain, fingerprint, atMs }) => ({ domain, fingerprint, addedAt: isoTime(atMs) }));
}

/** For modules: those with whom there is a stream now. */
export function peersOf({ summaries }: Pick<Federation, 'summaries'>): readonly PeerServer[] {
  return summaries.flatMap(({ domain, outgoing, incoming }) => {
    const directions = (streams: readonly StreamSummary[], direction: PeerConnection) =>
      streams.map(({ isBidirectional }) => (isBidirectional ? 'bidi' : direction));
    const connections = [...directions(incoming, 'incoming'), ...directions(outgoing, 'outgoing')];
    return connections.length === 0 ? [] : [{ domain, connections }];
  });
}

export function federationDeeds(federation: Federation, domain: string): FederationDeeds {
  return {
    overview: () => summarizeFederation(federation, domain),
    pins: () => summarizePins(federation),
    settled: () => federation.follow(),
    onChange: (listener) => federation.onChange(listener),
  };
}

function summarizePeer(peer: DomainSummary): FederationPeer {
  const { domain, state, outgoing, incoming, queuedStanzas, queuedBytes, lastFailure, nextAttemptAtMs } = peer;
  return {
    domain,
    state,
    outgoing: outgoing.map(summarizeStream),
    incoming: incoming.map(summarizeStream),
    queued: queuedStanzas,
    queuedBytes,
    ...(lastFailure === undefined ? {} : { failure: { text: lastFailure.sentence, at: isoTime(lastFailure.atMs) } }),
    ...(nextAttemptAtMs === undefined ? {} : { nextAttempt: isoTime(nextAttemptAtMs) }),
  };
}

function summarizeStream(stream: StreamSummary): FederationPeer['outgoing'][number] {
  const { sinceMs, remoteAddress, tlsVersion, cipher, proof, ownProof, isBidirectional, streamManagement } = stream;
  const through = { authority: 'certificate', dane: 'dane', pin: 'pin' } as const;
  return {
    since: isoTime(sinceMs),
    address: remoteAddress,
    tls: `${tlsVersion} ${cipher}`,
    proof: proof.by === 'dialback' ? 'dialback' : through[proof.through],
    ...(ownProof === undefined ? {} : { ownProof }),
    isBidirectional,
    streamManagement,
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
