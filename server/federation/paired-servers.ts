/** Servers of this network that both hosts have agreed to talk with, certificates pinned on both sides. */

export interface PairedServers {
  readonly isEmpty: boolean;
  has(domain: string): boolean;
  onChange(listener: () => void): void;
}

export const NO_PAIRS: PairedServers = { isEmpty: true, has: () => false, onChange: () => undefined };
