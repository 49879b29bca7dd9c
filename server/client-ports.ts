/** The ports for clients, opened as the settings say; what keeps them shut, in a sentence that says what to do. */
import type { Config } from './config/config.ts';
import { c2sSettings, listenSettings, webSettings } from './config/settings.ts';
import type { Streams } from './listeners/streams.ts';
import { listenTcp, openSecured, type TcpListener } from './listeners/tcp.ts';
import type { ServerTls } from './listeners/tls.ts';
import { listenWeb, type WebListener } from './listeners/web.ts';
import type { Logger } from './log/log.ts';
import type { WebRoutes, WebUpgrade } from './modulehost/web.ts';
import type { Opened } from './opened.ts';
import { findPortOwner } from './port-owner.ts';
import { StartError } from './start-error.ts';

export interface ClientPorts {
  /** With STARTTLS; null when switched off, here and below. */
  readonly c2s: number | null;
  /** With TLS from the first byte. */
  readonly c2sTls: number | null;
  /** HTTPS. */
  readonly web: number | null;
}

interface ClientPortsOptions {
  readonly config: Config;
  readonly streams: Streams;
  readonly tls: () => ServerTls;
  /** Told of each new certificate. */
  readonly onTls: (listener: (tls: ServerTls) => void) => void;
  readonly routes: readonly WebRoutes[];
  readonly upgrades: readonly WebUpgrade[];
  readonly log: Logger;
  readonly opened: Opened;
}

/** @throws StartError when a port is taken or not to be had */
export async function openClientPorts(options: ClientPortsOptions): Promise<ClientPorts> {
  const { config, streams, tls, log, opened } = options;
  const { address } = config.group('listen', listenSettings);
  const { port, directTlsPort } = config.group('c2s', c2sSettings);
  const listen = async (wanted: number | 'off', isDirectTls: boolean): Promise<number | null> => {
    if (wanted === 'off') return null;
    try {
      const listener: TcpListener = await listenTcp({ address, port: wanted, isDirectTls, tls, streams, log });
      opened.add(() => listener.close());
      return listener.port;
    } catch (error) {
      throw portError(error, address, wanted, isDirectTls ? 'c2s.directTlsPort' : 'c2s.port');
    }
  };
  return { c2s: await listen(port, false), c2sTls: await listen(directTlsPort, true), web: await openWeb(options) };
}

async function openWeb({
  config,
  streams,
  tls,
  onTls,
  routes,
  upgrades,
  log,
  opened,
}: ClientPortsOptions): Promise<number | null> {
  const { address } = config.group('listen', listenSettings);
  const { port } = config.group('web', webSettings);
  if (port === 'off') return null;
  try {
    const listener: WebListener = await listenWeb({
      address,
      port,
      tls: tls(),
      routes,
      upgrades,
      openStream: (socket) => openSecured(socket, { streams, tls }),
      log,
    });
    opened.add(() => listener.close());
    onTls((renewed) => listener.setTls(renewed));
    return listener.port;
  } catch (error) {
    throw portError(error, address, port, 'web.port');
  }
}

/** A sentence about what keeps a port shut; faults that nobody foresaw stay as they are. */
export function portError(
  error: unknown,
  address: string,
  port: number,
  key: string,
  addressKey = 'listen.address',
): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE': {
      const owner = findPortOwner(port);
      const holder = owner === undefined ? 'another program' : `the program ${owner.program} (process ${owner.pid})`;
      return new StartError(
        'port-in-use',
        `Port ${port} is in use by ${holder}. Stop it, or choose another port with ${key}.`,
        error,
      );
    }
    case 'EACCES':
      return new StartError(
        'port-denied',
        `This user may not listen on port ${port}. Choose one above 1023 with ${key}.`,
        error,
      );
    case 'EADDRNOTAVAIL':
      return new StartError(
        'config',
        `This computer does not have the address ${address} that ${addressKey} names.`,
        error,
      );
    default:
      return error;
  }
}
