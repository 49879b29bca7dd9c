/** What a line of the table says of another server, gathered from its streams. */
import type { FederationPeer } from '../server/control/contract.ts';

type Stream = FederationPeer['outgoing'][number];
export type Proof = Stream['proof'];

export interface PeerFacts {
  /** Undefined while there is no stream. */
  readonly direction: 'both' | 'out' | 'in' | undefined;
  /** Of the oldest stream. */
  readonly since: string | undefined;
  /** Each once; the weakest last. */
  readonly proofs: readonly Proof[];
  /** `TLS 1.3`, each once. */
  readonly tls: readonly string[];
  /** The ciphers too. */
  readonly tlsInFull: readonly string[];
}

const STRENGTH: readonly Proof[] = ['pin', 'dane', 'certificate', 'dialback'];

export function gatherPeerFacts({ outgoing, incoming }: FederationPeer): PeerFacts {
  const streams = [...outgoing, ...incoming];
  const sinces = streams.map(({ since }) => since).toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return {
    direction: directionOf(outgoing, incoming),
    since: sinces[0],
    proofs: STRENGTH.filter((proof) => streams.some((stream) => stream.proof === proof)),
    tls: unique(streams.map(({ tls }) => shortTls(tls))),
    tlsInFull: unique(streams.map(({ tls }) => tls)),
  };
}

function directionOf(outgoing: readonly Stream[], incoming: readonly Stream[]): PeerFacts['direction'] {
  const hasBidirectional = [...outgoing, ...incoming].some(({ isBidirectional }) => isBidirectional);
  if (hasBidirectional || (outgoing.length > 0 && incoming.length > 0)) return 'both';
  if (outgoing.length > 0) return 'out';
  return incoming.length > 0 ? 'in' : undefined;
}

/** `TLSv1.3 TLS_AES_128_GCM_SHA256` is `TLS 1.3`. */
function shortTls(tls: string): string {
  return (tls.split(' ')[0] ?? '').replace(/^TLSv/, 'TLS ');
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => text.trim() !== '');
}
