/** Why people may not find the server by its name, in sentences for the person whose server it is. */
import { hostNames, isComputersName, isLocalDomain, otherLocalDomain } from './names.ts';
import type { NameConflict } from './probe.ts';

export interface LanProblem {
  readonly code: 'name-taken' | 'name-is-the-computers' | 'name-too-deep' | 'local-zone' | 'mdns-unusable';
  readonly text: string;
  /** What can be done. */
  readonly fix: string;
}

export interface LanCircumstances {
  readonly domain: string;
  readonly hostName: string;
  /** The server's own, in the networks where it is announced or would be. */
  readonly addresses: readonly string[];
  /** `isClaimed`: we answer for the name as well. */
  readonly conflicts: readonly (NameConflict & { readonly isClaimed: boolean })[];
  readonly isMdnsUnusable: boolean;
  readonly localZone: string | undefined;
}

export function describeProblems(circumstances: LanCircumstances): LanProblem[] {
  const { domain, hostName, addresses, conflicts, isMdnsUnusable, localZone } = circumstances;
  const hosts = hostNames(domain);
  const byAddress =
    addresses.length === 0 ? '' : ` Until then apps can be given the address ${addresses.join(' or ')}.`;
  const problems: LanProblem[] = [];
  const conflict = conflicts.find(({ name }) => hosts.includes(name));
  if (conflict !== undefined) {
    const { name, holder, isClaimed } = conflict;
    problems.push({
      code: 'name-taken',
      text: isClaimed
        ? `Another device on this network (${holder}) is called ${name} as well, so people may reach that one instead.`
        : `Another device on this network (${holder}) is called ${name} already, so nobody finds this server by its name.`,
      fix:
        `Give that device another name${isLocalDomain(domain) ? `, or set up Snug with another one, such as ${otherLocalDomain(domain)}` : ''}. ` +
        `Snug never changes its name by itself, because everybody’s address ends with it.${byAddress}`,
    });
  }
  if (isComputersName(hosts, hostName)) {
    problems.push({
      code: 'name-is-the-computers',
      text: `${hosts[0]} is the name of this computer itself, and two that answer for one name get in each other’s way.`,
      fix: `Rename the computer in its system settings, or set up Snug with another name, such as ${otherLocalDomain(domain)}.`,
    });
  }
  if (isTooDeep(domain)) {
    problems.push({
      code: 'name-too-deep',
      text: `Most devices find only names of two parts under .local, and ${domain} has more.`,
      fix: `Set up Snug with a name such as ${otherLocalDomain(domain)}.${byAddress}`,
    });
  }
  if (localZone !== undefined) {
    problems.push({
      code: 'local-zone',
      text: `A DNS server of this network answers for ${localZone === 'local' ? 'names under .local' : localZone}, so some devices ask it and not this computer, and do not find ${domain}.`,
      fix: `Ask whoever runs the network to remove that zone, or set up Snug with a domain that does not end in .local.${byAddress}`,
    });
  }
  if (isMdnsUnusable) {
    problems.push({
      code: 'mdns-unusable',
      text: 'This server cannot show itself on the network, because the system does not let it use UDP port 5353 or another program keeps that port to itself.',
      fix: `End the other program, or allow Snug in the firewall.${byAddress}`,
    });
  }
  return problems;
}

/** What is wrong with a domain for a new server, as a sentence with a proposal; undefined when it will do. */
export function findDomainFault(domain: string, hostName: string): string | undefined {
  const proposal = otherLocalDomain(domain);
  if (domain.toLowerCase() === 'local' || isTooDeep(domain)) {
    return `“${domain}” is no name that devices can find: under .local it takes exactly two parts, such as ${proposal}.`;
  }
  if (isLocalDomain(domain) && isComputersName(hostNames(domain), hostName)) {
    return `“${domain}” is the name of this computer itself, which its system answers for. Take another one, such as ${proposal}.`;
  }
  return undefined;
}

/** nss-mdns and others look up two labels only, and leave deeper names to DNS servers. */
function isTooDeep(domain: string): boolean {
  return isLocalDomain(domain) && domain.replace(/\.$/, '').split('.').length > 2;
}
