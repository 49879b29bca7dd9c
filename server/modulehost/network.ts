/** Where this computer listens and can be found, for modules that open a port of their own. */

export interface Network {
  /** The IP address on which all ports listen; `::` and `0.0.0.0` stand for every one. */
  readonly listenAddress: string;
  /** This computer's addresses on local networks with their networks, as `192.168.1.5/24`; they change with the place. */
  readonly localNetworks: () => readonly string[];
}
