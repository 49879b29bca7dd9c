/** Connecting to one target: its addresses, the race between them, TLS when it is direct, and its TLSA records. */
import { isIP, isIPv6, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Clock } from '../../clock/clock.ts';
import type { Tlsa } from '../trust/tlsa.ts';
import { RefusedAddress } from './connect-failure.ts';
import type { Dialled } from './dialled.ts';
import { startDirectTls } from './direct-tls.ts';
import type { DnsResolver } from './dns-resolver.ts';
import { type Connecting, connectFirst, RaceLost } from './happy-eyeballs.ts';
import type { Target } from './targets.ts';
import { connectTcp } from './tcp.ts';
import { lookUpTlsa } from './tlsa-lookup.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface ReachOptions {
  readonly clock: Clock;
  readonly dns: DnsResolver;
  /** Why an address that DNS gave must not be connected to, in a few words. */
  readonly refuseAddress: (address: string, port: number) => string | undefined;
  /** For direct TLS. */
  readonly tlsOptions: () => ConnectionOptions;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly connect?: (address: string, port: number) => Connecting<Socket>;
}

interface Found {
  readonly addresses: readonly string[];
  /** The host at the end of its aliases. */
  readonly name: string;
  readonly isSecure: boolean;
}

interface Families {
  readonly ipv6: Promise<Found>;
  readonly ipv4: Promise<Found>;
}

/**
 * @param domain what is to be reached there (A-labels), for SNI
 * @throws RaceLost, DnsFailure, or what the TLS handshake failed with; the signal's reason when aborted
 */
export async function reach(target: Target, domain: string, options: ReachOptions): Promise<Dialled> {
  const { clock, dns, timeoutMs } = options;
  const startedMs = clock.elapsedMs();
  const families = addressesOf(target.host, dns);
  const tlsa = tlsaOf(target, families, dns);
  tlsa.catch(() => {}); // awaited below, unless connecting fails first
  const usable = (found: Promise<Found>) => found.then(({ addresses }) => permitted(addresses, target, options));
  const { connection, address } = await connectFirst({
    clock,
    timeoutMs,
    signal: options.signal,
    ipv6: usable(families.ipv6),
    ipv4: usable(families.ipv4),
    connect: (to) => (options.connect ?? connectTcp)(to, target.port),
  });
  const timeUp = new AbortController();
  const leftMs = Math.max(0, timeoutMs - (clock.elapsedMs() - startedMs));
  const timer = clock.after(leftMs, () => timeUp.abort(new RaceLost([{ address, error: undefined }], true)));
  const signal = AbortSignal.any([options.signal, timeUp.signal]);
  const giveUp = () => connection.destroy();
  connection.on('error', giveUp);
  try {
    const { host, port, isDirectTls } = target;
    const records = await unlessAborted(tlsa, signal);
    const socket = isDirectTls ? await startDirectTls(connection, domain, options.tlsOptions(), signal) : connection;
    if (connection.destroyed) throw new Error('closed while the TLSA records were looked up');
    connection.off('error', giveUp);
    return { socket, isDirectTls, host, port, address, tlsa: records };
  } catch (error) {
    connection.destroy();
    throw error;
  } finally {
    timer.cancel();
  }
}

function addressesOf(host: string, dns: DnsResolver): Families {
  const literal = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(literal) !== 0) {
    const found = (is: boolean) => Promise.resolve({ addresses: is ? [literal] : [], name: host, isSecure: false });
    return { ipv6: found(isIPv6(literal)), ipv4: found(!isIPv6(literal)) };
  }
  const look = async (type: 'A' | 'AAAA') => {
    const { records, name, isSecure } = await dns.query(host, type);
    return { addresses: records.map(({ address }) => address), name, isSecure };
  };
  return { ipv6: look('AAAA'), ipv4: look('A') };
}

/**
 * RFC 7673 section 3.3: asked for only below a host that is signed itself, since many DNS servers of domains that are
 * not signed answer questions for types they do not know with errors (RFC 7671 section 11).
 */
async function tlsaOf(target: Target, families: Families, dns: DnsResolver): Promise<readonly Tlsa[] | undefined> {
  if (!target.isSecure) return undefined;
  const found = await Promise.allSettled([families.ipv6, families.ipv4]);
  const secure = found.find((one) => one.status === 'fulfilled' && one.value.isSecure);
  return secure?.status === 'fulfilled' ? lookUpTlsa(target, secure.value.name, dns) : undefined;
}

/** @throws RefusedAddress when there are addresses, and none that may be used */
function permitted(addresses: readonly string[], { port }: Target, options: ReachOptions): readonly string[] {
  const judged = addresses.map((address) => ({ address, words: options.refuseAddress(address, port) }));
  const allowed = judged.filter(({ words }) => words === undefined);
  const [first] = judged;
  if (allowed.length === 0 && first?.words !== undefined) throw new RefusedAddress(first.address, first.words);
  return allowed.map(({ address }) => address);
}
