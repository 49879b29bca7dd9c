/** Two domains, in the direction of the stanzas between them. */

/** As a key of maps; a domain has no spaces. */
export function pairOf(from: string, to: string): string {
  return `${from} ${to}`;
}

/** The two domains of such a key. */
export function domainsOf(pair: string): readonly [from: string, to: string] {
  const space = pair.indexOf(' ');
  return [pair.slice(0, space), pair.slice(space + 1)];
}
