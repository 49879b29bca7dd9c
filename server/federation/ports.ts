/** The ports for other servers: both open, or neither. */
import type { Socket } from 'node:net';
import type { federationSettings } from '../config/federation-settings.ts';
import type { Values } from '../config/setting.ts';

/** Also the setting's name. */
export type PortKind = 'port' | 'directTlsPort';

/** Null while a port is shut. */
export interface PortNumbers {
  readonly s2s: number | null;
  readonly s2sTls: number | null;
}

export interface OpenedPort {
  readonly port: number;
  /** Takes no new connections. */
  close(): void;
}

/** Rejects with a sentence for people. */
export type OpenPort = (kind: PortKind, wanted: number, accept: (socket: Socket) => void) => Promise<OpenedPort>;

const SHUT: PortNumbers = { s2s: null, s2sTls: null };

export class Ports {
  readonly #settings: Pick<Values<typeof federationSettings>, PortKind>;
  readonly #openPort: OpenPort;
  #opened: OpenedPort[] = [];
  numbers = SHUT;

  constructor(settings: Pick<Values<typeof federationSettings>, PortKind>, openPort: OpenPort) {
    this.#settings = settings;
    this.#openPort = openPort;
  }

  /** Opens those that are not switched off. Rejects with a sentence, and nothing is open then. */
  async open(accept: (socket: Socket, isDirectTls: boolean) => void): Promise<void> {
    const open = async (kind: PortKind): Promise<number | null> => {
      const wanted = this.#settings[kind];
      if (wanted === 'off') return null;
      const opened = await this.#openPort(kind, wanted, (socket) => accept(socket, kind === 'directTlsPort'));
      this.#opened.push(opened);
      return opened.port;
    };
    try {
      this.numbers = { s2s: await open('port'), s2sTls: await open('directTlsPort') };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    for (const opened of this.#opened.splice(0)) opened.close();
    this.numbers = SHUT;
  }
}
