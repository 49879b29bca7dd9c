/** Servers of this network that both hosts have agreed to talk with, certificates pinned on both sides. */

export interface PairedServers {
  readonly isEmpty: boolean;
  has(domain: string): boolean;
  /** Told of the domain that is paired now, or no longer. */
  onChange(listener: (domain: string) => void): void;
  /** `part` says goodbye to a domain; it is awaited before the pair ends. */
  onParting(part: (domain: string) => Promise<void>): void;
}

export const NO_PAIRS: PairedServers = {
  isEmpty: true,
  has: () => false,
  onChange: () => undefined,
  onParting: () => undefined,
};

/** A server speaks for its domain and for what is below it. */
export function isWithin(domain: string, above: string): boolean {
  return domain === above || domain.endsWith(`.${above}`);
}
