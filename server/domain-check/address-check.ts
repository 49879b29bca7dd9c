/** Where the domain leads: to this home, to somewhere else, or only inside. */
import { type AddressKind, addressKind } from './address-kind.ts';
import type { Answer, DnsAnswers } from './dns-answers.ts';
import type { DomainFacts, Hint, RecordReport } from './domain-report.ts';

/** What is known of the domain's addresses, for the records that lead to it. */
export interface Home {
  readonly record: RecordReport;
  /** Those that the DNS has. */
  readonly addresses: readonly string[];
  readonly routerKind: AddressKind;
  readonly hints: readonly Hint[];
}

type Finding = Pick<RecordReport, 'verdict' | 'text'>;

export async function checkAddresses(facts: DomainFacts, dns: DnsAnswers): Promise<Home> {
  const { domain, routerAddress } = facts;
  const [inside, atSource] = await Promise.all([dns.addresses(domain), dns.addressesAtSource(domain)]);
  // What others see counts; the resolver of a local network may well tell something else.
  const addresses = atSource ?? inside;
  const routerKind = routerAddress === undefined ? 'none' : addressKind(routerAddress);
  const publicOwn = facts.ownAddresses.filter((address) => addressKind(address) === 'public');
  const expected = [...(routerKind === 'public' && routerAddress !== undefined ? [routerAddress] : []), ...publicOwn];
  return {
    record: {
      type: 'A/AAAA',
      name: domain,
      wanted: expected[0],
      seen: addresses ?? [],
      need: 'required',
      ...finding(addresses, expected, domain),
    },
    addresses: addresses ?? [],
    routerKind,
    hints: insideHints(domain, inside, atSource),
  };
}

function finding(addresses: Answer<string>, expected: readonly string[], domain: string): Finding {
  if (addresses === undefined) return { verdict: 'unknown', text: 'The DNS did not answer.' };
  const should = expected[0] === undefined ? 'the public address of your router' : expected[0];
  if (addresses.length === 0) return { verdict: 'missing', text: `Create a record that leads ${domain} to ${should}.` };
  const open = addresses.filter((address) => addressKind(address) === 'public');
  if (open.length === 0)
    return {
      verdict: 'different',
      text: `It leads to a private address. That works inside this network; for everybody else it must lead to ${should}.`,
    };
  const strange = open.filter((address) => !expected.includes(address));
  if (strange.length === 0) return { verdict: 'ok', text: 'It leads to you.' };
  const [one = ''] = strange;
  // An IPv6 address of one's own says nothing about an IPv4 address that the DNS has.
  const comparable = expected.some((address) => address.includes(':') === one.includes(':'));
  if (!comparable)
    return {
      verdict: 'unknown',
      text: `It leads to ${strange.join(' and ')}. Whether that is your router’s public address cannot be told from here.`,
    };
  return {
    verdict: 'different',
    text: `It leads to ${strange.join(' and ')}, but your public address is ${expected.join(' or ')}. If that changes from time to time, use a dynamic DNS service.`,
  };
}

function insideHints(domain: string, inside: Answer<string>, atSource: Answer<string>): readonly Hint[] {
  if (inside === undefined || atSource === undefined || atSource.length === 0) return [];
  const isPrivate = (address: string): boolean => addressKind(address) !== 'public';
  if (inside.length === 0 && atSource.some(isPrivate))
    return [
      {
        code: 'rebind-protection',
        text: `${domain} leads to a private address, and the DNS of this network hides such answers (DNS rebind protection). Make an exception for ${domain} in the router, or devices here will not find the server by its name.`,
      },
    ];
  if (inside.join() === atSource.join()) return [];
  return inside.some(isPrivate) && !atSource.some(isPrivate)
    ? [
        {
          code: 'split-horizon',
          text: `In this network ${domain} leads to ${inside.join(' and ')}, and everywhere else to ${atSource.join(' and ')}. That is fine, and spares the router the way out and in again.`,
        },
      ]
    : [
        {
          code: 'split-horizon',
          text: `The DNS of this network still says ${inside.join(' and ') || 'nothing'} for ${domain}, and the name servers of the domain ${atSource.join(' and ')}. After a change this can last as long as the old record was to be kept.`,
        },
      ];
}
