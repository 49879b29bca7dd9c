/** The certificate that the other side of a TLS connection showed, with what came along. */

import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

/** More than any honest chain has; what follows is not looked at. */
const MAX_CHAIN = 10;

export interface PeerCertificate {
  /** Leaf first; as the peer sent it, in no order that can be relied on. Never empty. */
  readonly chain: readonly X509Certificate[];
  /** `server` when we dialled and the peer is the TLS server, `client` when it dialled us. */
  readonly role: 'server' | 'client';
}

/** What the peer of a finished handshake showed; undefined when it showed nothing (RFC 6120 section 13.7.2). */
export function readPeerCertificate(socket: TLSSocket, role: PeerCertificate['role']): PeerCertificate | undefined {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  let shown: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (shown?.raw !== undefined && chain.length < MAX_CHAIN && !seen.has(shown.fingerprint256)) {
    seen.add(shown.fingerprint256);
    chain.push(new X509Certificate(shown.raw));
    shown = shown.issuerCertificate;
  }
  return chain.length === 0 ? undefined : { chain, role };
}
