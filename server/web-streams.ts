/** Streams of clients that come by HTTPS: WebSocket and BOSH; and where clients learn of all ways in. */
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Clock } from './clock/clock.ts';
import type { Config } from './config/config.ts';
import { c2sSettings, webSettings } from './config/settings.ts';
import { BOSH_PATH, createBosh } from './listeners/bosh/bosh.ts';
import { createHostMeta } from './listeners/host-meta.ts';
import type { Streams } from './listeners/streams.ts';
import { readTlsState } from './listeners/tls.ts';
import { createWebSockets, WEBSOCKET_PATH } from './listeners/websocket/websocket.ts';
import type { WebRoutes, WebUpgrade } from './modulehost/web.ts';
import type { TlsState, Transport } from './stream/transport.ts';

/** 128 bits: nobody guesses a session. */
const SID_BYTES = 16;

interface WebStreamsOptions {
  readonly domain: string;
  readonly config: Config;
  readonly streams: Streams;
  readonly clock: Clock;
  readonly randomBytes: (bytes: number) => Buffer;
  /** Known once the port is open. */
  readonly origin: () => string | undefined;
  readonly directTlsPort: () => number | null;
  readonly addresses: () => readonly string[];
  readonly certificatePem: () => string;
}

export interface WebStreams {
  readonly routes: readonly WebRoutes[];
  readonly upgrades: readonly WebUpgrade[];
  /** To be called before the streams are ended. */
  close(): void;
}

export function openWebStreams(options: WebStreamsOptions): WebStreams {
  const { domain, config, streams, clock, randomBytes } = options;
  const settings = config.group('web', webSettings);
  const c2s = config.group('c2s', c2sSettings);
  const open = (transport: Transport) => void streams.open(transport);
  const webSockets = createWebSockets({ clock, open, tlsOf });
  const bosh = createBosh({
    domain,
    clock,
    newSid: () => randomBytes(SID_BYTES).toString('hex'),
    maxStanzaBytes: () => c2s.maxStanzaBytes,
    open,
    tlsOf,
  });
  const hostMeta = createHostMeta({
    ...options,
    webSocketPath: settings.websocket ? WEBSOCKET_PATH : undefined,
    boshPath: settings.bosh ? BOSH_PATH : undefined,
  });
  return {
    routes: settings.bosh ? [hostMeta, bosh.routes] : [hostMeta],
    upgrades: settings.websocket ? [webSockets.upgrade] : [],
    close() {
      webSockets.close();
      bosh.close();
    },
  };
}

function tlsOf(socket: Duplex): TlsState | undefined {
  return socket instanceof TLSSocket ? readTlsState(socket) : undefined;
}
