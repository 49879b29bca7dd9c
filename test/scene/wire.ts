/** What carries a scene's client to our own server: memory. */
import type { ChannelBindingType, TlsState, Transport, TransportEvents } from '../../server/stream/transport.ts';

export interface WireEvents {
  received(chunk: Uint8Array): void;
  /** `reason` is the operating system's or TLS's, where there is one. */
  closed(reason?: string): void;
}

/** The client's end. */
export interface Wire {
  events: WireEvents | undefined;
  /** True once what is written is encrypted, or as good as. */
  readonly isSecure: boolean;
  write(text: string): void;
  /** Ends with a proper goodbye on the transport's level. */
  end(): void;
  /** Vanishes. */
  destroy(): void;
  /** Becomes secure after the server has said `<proceed/>`. */
  secure(): Promise<void>;
}

/** Channel binding data that both ends of a wire in memory agree on. */
export const BINDING_DATA: Readonly<Record<ChannelBindingType, Uint8Array>> = {
  'tls-exporter': Buffer.from('the exporter of a wire in memory'),
  'tls-server-end-point': Buffer.from('the certificate of a wire in memory'),
  'tls-unique': Buffer.from('the first Finished of a wire in memory'),
};

const TLS_IN_MEMORY: TlsState = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  channelBindingTypes: ['tls-exporter', 'tls-server-end-point'],
  channelBinding: (type) => BINDING_DATA[type],
};

/** Both ends of a wire in memory: the server's transport and the client's wire. What is written arrives at once. */
export class MemoryWire {
  #serverEvents: TransportEvents | undefined;
  #clientEvents: WireEvents | undefined;
  #tls: TlsState | undefined;
  #isClosed = false;
  #isPaused = false;
  #held: Uint8Array[] = [];
  /** What the client's end has not read, when a test lets it read nothing. */
  stuckBytes = 0;
  isStuck = false;
  readonly client: Wire;
  readonly server: Transport;

  constructor(options: { readonly isSecure: boolean; readonly remoteAddress?: string }) {
    this.#tls = options.isSecure ? TLS_IN_MEMORY : undefined;
    const wire = this;
    this.client = {
      get events() {
        return wire.#clientEvents;
      },
      set events(events) {
        wire.#clientEvents = events;
      },
      get isSecure() {
        return wire.#tls !== undefined;
      },
      write: (text) => wire.#toServer(Buffer.from(text)),
      end: () => wire.#close('closed by the peer'),
      destroy: () => wire.#close('connection reset'),
      secure: () => Promise.resolve(),
    };
    this.server = {
      remoteAddress: options.remoteAddress ?? '192.0.2.1',
      get tls() {
        return wire.#tls;
      },
      get bufferedBytes() {
        return wire.stuckBytes;
      },
      get events() {
        return wire.#serverEvents;
      },
      set events(events) {
        wire.#serverEvents = events;
      },
      write: (text) => wire.#toClient(text),
      end: () => setImmediate(() => wire.#close('closed by the server')),
      destroy: () => wire.#close('destroyed by the server'),
      pause: () => {
        wire.#isPaused = true;
      },
      resume: () => wire.#resume(),
      startTls: () => {
        wire.#tls = TLS_IN_MEMORY;
        wire.#serverEvents?.secured();
      },
    };
  }

  #toServer(chunk: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#isPaused) this.#held.push(chunk);
    else this.#serverEvents?.received(chunk);
  }

  #resume(): void {
    this.#isPaused = false;
    while (!this.#isPaused && this.#held.length > 0) {
      const chunk = this.#held.shift();
      if (chunk !== undefined) this.#serverEvents?.received(chunk);
    }
  }

  #toClient(text: string): void {
    if (this.#isClosed) return;
    const chunk = Buffer.from(text);
    if (this.isStuck) this.stuckBytes += chunk.length;
    else this.#clientEvents?.received(chunk);
  }

  #close(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#clientEvents?.closed();
    this.#serverEvents?.closed(reason);
  }
}
