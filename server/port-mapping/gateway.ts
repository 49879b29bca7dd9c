/** A router that can be asked to forward a port to this computer, whatever it speaks. */

export interface MappingWish {
  /** On this computer. */
  readonly internalPort: number;
  /** On the router. */
  readonly externalPort: number;
  /** How long it shall hold; it is renewed long before. */
  readonly lifetimeSeconds: number;
}

export interface Mapping {
  /** How long the router keeps it; Infinity for a router that knows no end. */
  readonly lifetimeSeconds: number;
}

export interface Gateway {
  /** For people, such as `UPnP`. */
  readonly protocol: 'PCP' | 'NAT-PMP' | 'UPnP';
  /** IP address of the router in the local network. */
  readonly address: string;
  /** The router's address on its other side; undefined while it does not tell. @throws MappingError */
  externalAddress(): Promise<string | undefined>;
  /** Forwards a TCP port, or renews that. @throws MappingError */
  map(wish: MappingWish): Promise<Mapping>;
  /** Nothing happens when it is not forwarded. @throws MappingError */
  unmap(wish: Pick<MappingWish, 'internalPort' | 'externalPort'>): Promise<void>;
}

/** `conflict`: the port is somebody else's · `refused`: the router does not want to · `silent`: it does not answer. */
export type MappingErrorCode = 'conflict' | 'refused' | 'silent';

/** `message` is a sentence for people. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
  readonly code: MappingErrorCode;
  /** How long the router will not change its mind, if it says so. */
  readonly lifetimeSeconds: number | undefined;

  constructor(
    code: MappingErrorCode,
    message: string,
    options: ErrorOptions & { readonly lifetimeSeconds?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.lifetimeSeconds = options.lifetimeSeconds;
  }
}
