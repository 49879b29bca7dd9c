/** The ports for clients, opened as the settings say; what keeps them shut, in a sentence that says what to do. */
import type { Config } from './config/config.ts';
import { c2sSettings, listenSettings } from './config/settings.ts';
import type { Streams } from './listeners/streams.ts';
import { listenTcp, type TcpListener } from './listeners/tcp.ts';
import type { ServerTls } from './listeners/tls.ts';
import type { Logger } from './log/log.ts';
import type { Opened } from './opened.ts';
import { findPortOwner } from './port-owner.ts';
import { StartError } from './start-error.ts';

export interface ClientPorts {
  /** With STARTTLS; null when switched off, here and below. */
  readonly c2s: number | null;
  /** With TLS from the first byte. */
  readonly c2sTls: number | null;
}

interface ClientPortsOptions {
  readonly config: Config;
  readonly streams: Streams;
  readonly tls: () => ServerTls;
  readonly log: Logger;
  readonly opened: Opened;
}

/** @throws StartError when a port is taken or not to be had */
export async function openClientPorts({ config, streams, tls, log, opened }: ClientPortsOptions): Promise<ClientPorts> {
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
  return { c2s: await listen(port, false), c2sTls: await listen(directTlsPort, true) };
}

function portError(error: unknown, address: string, port: number, key: string): unknown {
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
        `This computer does not have the address ${address} that listen.address names.`,
        error,
      );
    default:
      return error;
  }
}
