/** Streams of clients that come by HTTPS, and where they learn of it: WebSocket. */

import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock } from './clock/clock.ts';
import type { Config } from './config/config.ts';
import { webSettings } from './config/settings.ts';
import type { Streams } from './listeners/streams.ts';
import { readTlsState } from './listeners/tls.ts';
import { createWebSockets } from './listeners/websocket/websocket.ts';
import type { WebUpgrade } from './modulehost/web.ts';
import type { TlsState } from './stream/transport.ts';

interface WebStreamsOptions {
  readonly config: Config;
  readonly streams: Streams;
  readonly clock: Clock;
}

export interface WebStreams {
  readonly upgrades: readonly WebUpgrade[];
  close(): void;
}

export function openWebStreams({ config, streams, clock }: WebStreamsOptions): WebStreams {
  const settings = config.group('web', webSettings);
  const webSockets = createWebSockets({ clock, open: (transport) => streams.open(transport), tlsOf });
  return {
    upgrades: settings.websocket ? [webSockets.upgrade] : [],
    close: () => webSockets.close(),
  };
}

function tlsOf(socket: Duplex): TlsState | undefined {
  return socket instanceof TLSSocket ? readTlsState(socket) : undefined;
}
