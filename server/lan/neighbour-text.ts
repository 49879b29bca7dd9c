/** What a Snug server says of itself in the TXT records of its services, as far as other Snug servers read it. */

/** Another Snug server of this network, as it calls itself. SECURITY: none of this is proven by anything. */
export interface Neighbour {
  /** Prepared. */
  readonly domain: string;
  /** What it is to be known by: SHA-256 in lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** Tokens of the servers that its host has agreed to talk with, or wishes to. */
  readonly asks: readonly string[];
  /** Where the announcement came from. */
  readonly from: string;
  /** Where it can be reached, in this network; never empty. */
  readonly addresses: readonly string[];
  /** For other servers, with STARTTLS; left out while its federation is off, as is the next. */
  readonly s2sPort?: number;
  /** Direct TLS. */
  readonly s2sTlsPort?: number;
}

const SHA256 = /^[0-9a-f]{64}$/;
/** The first 64 bits of a hash. */
const TOKEN = /^[0-9a-f]{16}$/;
/** As many as fit into one string of a TXT record, with a margin. */
export const MAX_ASKS = 12;
const MAX_STRINGS = 32;

/** The pairs of a TXT record (RFC 6763 section 6.4): of several with one key the first counts. */
export function readText(data: unknown): ReadonlyMap<string, string> {
  const strings = Array.isArray(data) ? data : [data];
  const pairs = new Map<string, string>();
  for (const string of strings.slice(0, MAX_STRINGS)) {
    const text = Buffer.isBuffer(string) || typeof string === 'string' ? string.toString() : '';
    const equals = text.indexOf('=');
    const key = text.slice(0, equals).toLowerCase();
    if (equals > 0 && !pairs.has(key)) pairs.set(key, text.slice(equals + 1));
  }
  return pairs;
}

/** Undefined for servers that cannot be paired with. */
export function readPairKey(text: ReadonlyMap<string, string>): string | undefined {
  const key = text.get('pair');
  return key !== undefined && SHA256.test(key) ? key : undefined;
}

export function readAsks(text: ReadonlyMap<string, string>): readonly string[] {
  const tokens = (text.get('asks') ?? '').split(',').filter((token) => TOKEN.test(token));
  return tokens.slice(0, MAX_ASKS);
}

/** The pairs that say this; see `textOf`. */
export function pairingText(fingerprint: string | undefined, asks: readonly string[] = []): Record<string, string> {
  if (fingerprint === undefined) return {};
  return { pair: fingerprint, ...(asks.length > 0 && { asks: asks.slice(0, MAX_ASKS).join(',') }) };
}
