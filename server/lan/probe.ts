/** Finding out whether a name is free before claiming it (RFC 6762 section 8.1), and seeing it contested later. */
import type { RemoteInfo } from 'node:dgram';
import type { DnsPacket, DnsRecord, MulticastDns } from 'multicast-dns';
import { isPlain, isResponse } from './received.ts';
import { isSameName, isSameRecord } from './records.ts';
import { compareClaims } from './tie-break.ts';

/** RFC 6762 section 8.1: three questions, 250 ms apart, the first after a random time of up to 250 ms. */
const PROBES = 3;
const INTERVAL_MS = 250;
/** RFC 6762 section 8.2: how long who lost a tie waits before it asks again; by then the winner answers. */
const DEFER_MS = 1000;
/** Somebody who asks for a name for so long, and never takes it, holds it all the same. */
const MAX_DEFERRALS = 5;

export interface NameConflict {
  /** The name that somebody else answers for. */
  readonly name: string;
  /** The address the answer came from. */
  readonly holder: string;
}

export interface ProbeOptions {
  readonly mdns: MulticastDns;
  /** What we mean to claim: unique records only. */
  readonly proposed: readonly DnsRecord[];
  /** All addresses of this computer: what comes from them, or says them, is our own echo. */
  readonly ownAddresses: () => ReadonlySet<string>;
  /** Whether an address is in the network that is probed; a socket may hear the others as well. */
  readonly isNear: (address: string) => boolean;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Ends the probing; the result is then without meaning. */
  readonly signal: AbortSignal;
}

/** @returns who holds which of the names; nothing when all are free. */
export function probe(options: ProbeOptions): Promise<NameConflict[]> {
  const { mdns, proposed, ownAddresses, isNear, random, signal } = options;
  return new Promise((resolve) => {
    const conflicts = new Map<string, NameConflict>();
    const names = [...new Set(proposed.map((record) => record.name))];
    let sent = 0;
    let deferrals = 0;
    let timer = setTimeout(ask, random() * INTERVAL_MS);
    mdns.on('response', hear);
    mdns.on('query', hearRival);
    signal.addEventListener('abort', end, { once: true });

    function ask(): void {
      if (sent === PROBES || conflicts.size === names.length) {
        end();
        return;
      }
      sent += 1;
      timer = setTimeout(ask, INTERVAL_MS);
      const questions = names.map((name) => ({ name, type: 'ANY', class: 'IN' }));
      // A question that cannot be sent is not repeated: the network is gone, and the link with it.
      mdns.query({ questions, authorities: proposed.map((record) => ({ ...record, flush: false })) }, () => undefined);
    }

    function hear(packet: DnsPacket, from: RemoteInfo): void {
      if (!isNear(from.address) || !isResponse(packet, from)) return;
      for (const conflict of findConflicts({ packet, from: from.address, claimed: proposed, own: ownAddresses })) {
        conflicts.set(conflict.name, conflict);
      }
    }

    /** Somebody else asks for a name of ours, and says what for, before either of us has it. */
    function hearRival(packet: DnsPacket, from: RemoteInfo): void {
      if (packet.authorities.length === 0 || !isNear(from.address) || !isPlain(packet)) return;
      const lost = names.find((name) => losesTie(name, packet.authorities, proposed, ownAddresses));
      if (lost === undefined || ownAddresses().has(from.address)) return;
      clearTimeout(timer);
      deferrals += 1;
      if (deferrals > MAX_DEFERRALS) {
        conflicts.set(lost, { name: lost, holder: from.address });
        end();
        return;
      }
      sent = 0;
      timer = setTimeout(ask, DEFER_MS);
    }

    function end(): void {
      clearTimeout(timer);
      mdns.removeListener('response', hear);
      mdns.removeListener('query', hearRival);
      signal.removeEventListener('abort', end);
      resolve([...conflicts.values()]);
    }
  });
}

export interface HeardResponse {
  readonly packet: DnsPacket;
  readonly from: string;
  readonly claimed: readonly DnsRecord[];
  /** All addresses of this computer; asked for only when a claimed name occurs. */
  readonly own: () => ReadonlySet<string>;
}

/**
 * Which claimed names a response gives to somebody else (RFC 6762 section 9).
 *
 * Our own echo is none: it comes back from our other interfaces, and from routers that repeat mDNS into other networks,
 * which then show the addresses of another interface of this computer. Goodbyes are none either.
 */
export function findConflicts({ packet, from, claimed, own }: HeardResponse): NameConflict[] {
  const heard = [...packet.answers, ...packet.additionals].filter(
    ({ name, ttl }) => ttl > 0 && claimed.some((record) => isSameName(record.name, name)),
  );
  if (heard.length === 0) return [];
  const ours = own();
  if (ours.has(from)) return [];
  const foreign = heard.filter((record) => {
    const named = claimed.filter(({ name }) => isSameName(name, record.name));
    // Somebody with an IPv6 address only is as much in the way, although we claim none of that kind.
    if (isAddress(record)) return named.some(isAddress) && !ours.has(String(record.data));
    const same = named.filter(({ type }) => type === record.type);
    return same.length > 0 && !same.some((one) => isSameRecord(one, record));
  });
  const nameOf = (record: DnsRecord) => claimed.find(({ name }) => isSameName(name, record.name))?.name ?? record.name;
  return [...new Set(foreign.map(nameOf))].map((name) => ({ name, holder: from }));
}

/** A repeater's echo of our own question, with the addresses of our other interfaces, is no rival. */
function losesTie(
  name: string,
  rivals: readonly DnsRecord[],
  proposed: readonly DnsRecord[],
  own: () => ReadonlySet<string>,
): boolean {
  const theirs = rivals.filter((record) => isSameName(record.name, name));
  const ours = proposed.filter((record) => record.name === name);
  if (theirs.length === 0 || compareClaims(ours, theirs) >= 0) return false;
  const addresses = theirs.filter(isAddress);
  return addresses.length === 0 || addresses.some(({ data }) => !own().has(String(data)));
}

function isAddress({ type }: DnsRecord): boolean {
  return type === 'A' || type === 'AAAA';
}
