/** Whether a name is to be had on this network, for who is choosing one. */
import { createSocket } from 'node:dgram';
import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import multicastDns, { type MulticastDns } from 'multicast-dns';
import { chooseInterfaces, isOnLink, type LanInterface } from './interfaces.ts';
import { hostNames, isLocalDomain, otherLocalDomain } from './names.ts';
import { type NameConflict, probe } from './probe.ts';
import { findDomainFault } from './problems.ts';
import { addressRecords } from './records.ts';

export interface NameVerdict {
  readonly outcome: 'free' | 'taken' | 'invalid' | 'unknown';
  /** The outcome as a sentence. */
  readonly text: string;
  /** Another name, where this one will not do. */
  readonly proposal?: string;
}

export interface NameProbeOptions {
  /** As a domainpart, prepared. */
  readonly domain: string;
  /** The names of the interfaces to ask on; nothing means: those that lead to people. */
  readonly wanted: readonly string[];
  readonly interfaces?: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  readonly hostName?: () => string;
  /** Between 0 and 1. */
  readonly random?: () => number;
  readonly signal?: AbortSignal;
}

/** Asks as one does who is about to claim the name (RFC 6762 section 8.1), and claims nothing. Never rejects. */
export async function probeName(options: NameProbeOptions): Promise<NameVerdict> {
  const { domain, wanted, interfaces = networkInterfaces, hostName = hostname } = options;
  const proposal = otherLocalDomain(domain);
  const fault = findDomainFault(domain, hostName());
  if (fault !== undefined) return { outcome: 'invalid', text: fault, proposal };
  if (!isLocalDomain(domain))
    return {
      outcome: 'unknown',
      text: `${domain} belongs to whoever has registered it; nobody in this network is asked.`,
    };
  const found = interfaces();
  const lans = chooseInterfaces(found, ['::'], wanted);
  if (lans.length === 0)
    return { outcome: 'unknown', text: 'This computer is in no private network, so nobody could be asked.' };
  const own = new Set(Object.values(found).flatMap((infos = []) => infos.map(({ address }) => address)));
  const asked = await Promise.all(lans.map((lan) => askOn(lan, own, options)));
  const conflict = asked.flatMap((conflicts) => conflicts ?? [])[0];
  if (conflict !== undefined) {
    const { holder, name } = conflict;
    return {
      outcome: 'taken',
      text: `Another device on this network (${holder}) is called ${name} already.`,
      proposal,
    };
  }
  if (asked.every((conflicts) => conflicts === undefined))
    return { outcome: 'unknown', text: 'The system does not let Snug ask the network, so the name may be taken.' };
  return { outcome: 'free', text: `Nobody else on this network is called ${domain}.` };
}

/** Undefined when the network cannot be asked. */
async function askOn(
  lan: LanInterface,
  own: ReadonlySet<string>,
  { domain, random = Math.random, signal }: NameProbeOptions,
): Promise<NameConflict[] | undefined> {
  const failing = new AbortController();
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  const mdns = multicastDns({ socket, interface: lan.address, bind: '0.0.0.0' });
  mdns.on('warning', () => undefined);
  mdns.on('error', () => failing.abort());
  try {
    if (!(await isReady(mdns, failing.signal))) return undefined;
    const conflicts = await probe({
      mdns,
      proposed: addressRecords(hostNames(domain), lan),
      ownAddresses: () => own,
      isNear: (address) => isOnLink(lan, address),
      random,
      signal: signal === undefined ? failing.signal : AbortSignal.any([failing.signal, signal]),
    });
    return failing.signal.aborted ? undefined : conflicts;
  } finally {
    await new Promise<void>((resolve) => mdns.destroy(resolve));
  }
}

function isReady(mdns: MulticastDns, failing: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    mdns.once('ready', () => resolve(true));
    failing.addEventListener('abort', () => resolve(false), { once: true });
  });
}
