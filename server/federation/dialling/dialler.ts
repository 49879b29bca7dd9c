/** From a domain to a connection with its server. */
import type { Socket } from 'node:net';
import { type ConnectionOptions, TLSSocket } from 'node:tls';
import { asciiDomain } from '../../certificates/certificate-names.ts';
import type { Tlsa } from '../trust/tlsa.ts';
import { failureWords, NO_ADDRESS, NO_ANSWER, RefusedAddress } from './connect-failure.ts';
import { type DialAttempt, DialError, type Dialled, type Dialler } from './dialled.ts';
import { DnsFailure } from './dns-failure.ts';
import { DnsResolver, type ResolverOptions } from './dns-resolver.ts';
import { type Connecting, RaceLost } from './happy-eyeballs.ts';
import { reach } from './reach.ts';
import { dnsError, findTargets, type Target, whyNotInDns } from './targets.ts';
import { lookUpTlsa } from './tlsa-lookup.ts';
import { unlessAborted } from './unless-aborted.ts';

/** A place to connect to that does not come from DNS. */
export interface FixedTarget {
  /** A host name or an IP address. */
  readonly host: string;
  readonly port: number;
  readonly isDirectTls: boolean;
}

export interface DiallerOptions extends Omit<ResolverOptions, 'timeoutMs'> {
  /** For the first try of a DNS server; 2 s unless said. */
  readonly dnsTimeoutMs?: number;
  /** From 0 up to, not including, 1: draws among targets of equal priority. */
  readonly random: () => number;
  /** Targets for domains that are not looked up in DNS: servers in the LAN that were paired. */
  readonly override?: (domain: string) => readonly FixedTarget[] | undefined;
  /** Why an address must not be connected to, in a few words: see address-rules.ts. */
  readonly refuseAddress: (address: string, port: number) => string | undefined;
  /**
   * Why who answered by direct TLS is not who was meant, in a few words: then the next target is tried. For targets that
   * anybody can name, as in the LAN; elsewhere the stream fails with its reason.
   */
  readonly refusePeer?: (domain: string, socket: TLSSocket) => string | undefined;
  /** Certificate, key and versions for direct TLS; whom to trust is judged afterwards. */
  readonly tlsOptions: (domain: string) => ConnectionOptions;
  /** For one target, direct TLS included; 10 s unless said. */
  readonly connectTimeoutMs?: number;
  /** For all of them; 30 s unless said. */
  readonly dialTimeoutMs?: number;
  readonly connect?: (address: string, port: number) => Connecting<Socket>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const DIAL_TIMEOUT_MS = 30_000;
/** Of attempts that a sentence names; the window shows all. */
const MAX_TOLD = 3;

export function createDialler(options: DiallerOptions): Dialler {
  const { dnsTimeoutMs, ...resolver } = options;
  const dns = new DnsResolver({ ...resolver, ...(dnsTimeoutMs === undefined ? {} : { timeoutMs: dnsTimeoutMs }) });
  return {
    dial: (domain, signal) => inTime(domain, signal, options, (limited) => dial(domain, options, dns, limited)),
    tlsaOf: (domain, signal) =>
      inTime(domain, signal, options, (limited) => unlessAborted(tlsaOf(domain, options, dns), limited)).catch(
        (error: unknown) => {
          if (error instanceof DialError || error instanceof DnsFailure) return [];
          throw error;
        },
      ),
  };
}

async function inTime<T>(
  domain: string,
  signal: AbortSignal,
  { clock, dialTimeoutMs = DIAL_TIMEOUT_MS }: DiallerOptions,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const timeUp = new AbortController();
  const tooLate = new DialError('remote-server-timeout', `The server of ${domain} could not be reached in time.`);
  const timer = clock.after(dialTimeoutMs, () => timeUp.abort(tooLate));
  try {
    return await task(AbortSignal.any([signal, timeUp.signal]));
  } finally {
    timer.cancel();
  }
}

async function dial(domain: string, options: DiallerOptions, dns: DnsResolver, signal: AbortSignal): Promise<Dialled> {
  const { clock, refuseAddress, connect, connectTimeoutMs: timeoutMs = CONNECT_TIMEOUT_MS } = options;
  const ascii = asciiDomain(domain) ?? domain;
  const tlsOptions = () => options.tlsOptions(domain);
  const reachOptions = { clock, dns, refuseAddress, tlsOptions, timeoutMs, signal, ...(connect && { connect }) };
  const attempts: DialAttempt[] = [];
  const failures: unknown[] = [];
  for (const target of await unlessAborted(targetsOf(domain, ascii, options, dns), signal)) {
    try {
      const dialled = await reach(target, ascii, reachOptions);
      const refusal = dialled.socket instanceof TLSSocket ? options.refusePeer?.(domain, dialled.socket) : undefined;
      if (refusal === undefined) return dialled;
      dialled.socket.on('error', () => undefined).destroy();
      failures.push(new Error(refusal));
      attempts.push({ host: target.host, port: target.port, address: dialled.address, failure: refusal });
    } catch (error) {
      signal.throwIfAborted();
      failures.push(...(error instanceof RaceLost ? error.failures.map((failure) => failure.error) : [error]));
      attempts.push(...attemptsOf(error, target));
    }
  }
  throw inVain(domain, attempts, failures);
}

async function targetsOf(
  domain: string,
  ascii: string,
  options: DiallerOptions,
  dns: DnsResolver,
): Promise<readonly Target[]> {
  const fixed = options.override?.(domain);
  if (fixed !== undefined) return fixed.map((target) => ({ ...target, isSecure: false }));
  const refusal = whyNotInDns(ascii);
  if (refusal !== undefined) throw new DialError('remote-server-not-found', refusal);
  return await findTargets(ascii, dns, options.random);
}

async function tlsaOf(domain: string, options: DiallerOptions, dns: DnsResolver): Promise<readonly Tlsa[]> {
  const targets = await targetsOf(domain, asciiDomain(domain) ?? domain, options, dns);
  const found = await Promise.allSettled(targets.map((target) => lookUpTlsa(target, target.host, dns)));
  return found.flatMap((one) => (one.status === 'fulfilled' ? (one.value ?? []) : []));
}

function attemptsOf(error: unknown, { host, port }: Target): readonly DialAttempt[] {
  if (!(error instanceof RaceLost)) return [{ host, port, failure: failureWords(error) }];
  if (error.failures.length === 0) return [{ host, port, failure: error.isTimeout ? NO_ANSWER : NO_ADDRESS }];
  return error.failures.map((one) => ({
    host,
    port,
    ...(one.address === undefined ? {} : { address: one.address }),
    failure: failureWords(one.error),
  }));
}

function inVain(domain: string, attempts: readonly DialAttempt[], failures: readonly unknown[]): DialError {
  if (attempts.every(({ failure }) => failure === NO_ADDRESS))
    return new DialError(
      'remote-server-not-found',
      `${domain} has no server for chat: there is no address of one in DNS.`,
      attempts,
    );
  const [first] = failures;
  if (first instanceof DnsFailure && failures.every((failure) => failure instanceof DnsFailure))
    return dnsError(domain, first, attempts);
  const isForbidden = failures.length > 0 && failures.every((failure) => failure instanceof RefusedAddress);
  const told = attempts
    .slice(0, MAX_TOLD)
    .map(({ host, port, address, failure }) => `${host} (${address ?? 'port'} ${port}) ${failure}`);
  const more = attempts.length > MAX_TOLD ? `; and ${attempts.length - MAX_TOLD} more` : '';
  return new DialError(
    isForbidden ? 'remote-server-not-found' : 'remote-server-timeout',
    `No server of ${domain} can be reached: ${told.join('; ')}${more}.`,
    attempts,
  );
}
