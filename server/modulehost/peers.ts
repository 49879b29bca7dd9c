/** The other servers that this one talks with, for modules that tell of them. */

export type PeerConnection = 'incoming' | 'outgoing' | 'bidi';

export interface PeerServer {
  readonly domain: string;
  /** One for each stream that there is now; never empty. */
  readonly connections: readonly PeerConnection[];
}
