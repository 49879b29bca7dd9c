/** The DNS records that a domain needs for chatting with everybody, beside those that are there. */
import { whyNotPublic } from '../certificates/acme/public-name.ts';
import { checkAddresses, type Home } from './address-check.ts';
import { checkAuthority, checkKeyRecord } from './certificate-records.ts';
import type { DnsAnswers } from './dns-answers.ts';
import type { DomainFacts, DomainReport, Hint, RecordReport } from './domain-report.ts';
import { checkServices } from './service-records.ts';
import { checkSrv, type SrvWish } from './srv-records.ts';

const OUTSIDE: Hint = {
  code: 'outside-view',
  text:
    'Whether the ports can be reached from the internet cannot be told from here: most routers treat a visit from ' +
    'inside differently. Ask somebody elsewhere to write to you, or use a test page for XMPP servers.',
};

export async function checkDomain(facts: DomainFacts, dns: DnsAnswers): Promise<DomainReport> {
  const { domain } = facts;
  const refusal = whyNotPublic(domain);
  if (refusal !== undefined) return { domain, refusal, records: [], hints: [] };
  const home = await checkAddresses(facts, dns);
  const [srv, services, authority, key] = await Promise.all([
    Promise.all(srvWishes(facts).map((wish) => checkSrv(wish, home, dns))),
    checkServices(facts, home, dns),
    checkAuthority(facts, dns),
    checkKeyRecord(facts, dns),
  ]);
  const records: readonly RecordReport[] = [home.record, ...srv, ...services, authority, ...key];
  const isSilent = records.every(({ verdict, seen }) => verdict === 'unknown' && seen.length === 0);
  const silent: Hint = {
    code: 'no-dns',
    text: 'The DNS does not answer at this moment, so nothing can be said of the records.',
  };
  return {
    domain,
    refusal,
    records,
    hints: isSilent ? [silent] : [...home.hints, ...routerHints(facts, home), OUTSIDE],
  };
}

/** RFC 6120 section 3.2.1 and XEP-0368. */
function srvWishes({ domain, ports }: DomainFacts): readonly SrvWish[] {
  const people = 'apps of people on the way';
  const servers = 'other servers';
  return [
    { domain, service: '_xmpp-client', port: ports.c2s, usual: 5222, whom: people },
    { domain, service: '_xmpps-client', port: ports.c2sTls, usual: undefined, whom: people },
    { domain, service: '_xmpp-server', port: ports.s2s, usual: 5269, whom: servers },
    { domain, service: '_xmpps-server', port: ports.s2sTls, usual: undefined, whom: servers },
  ];
}

function routerHints({ routerAddress }: DomainFacts, home: Home): readonly Hint[] {
  if (routerAddress === undefined) return [];
  if (home.routerKind === 'carrier')
    return [
      {
        code: 'carrier-nat',
        text: `Your router’s own address, ${routerAddress}, is one of its provider’s network (carrier-grade NAT), so nobody outside can reach it by IPv4. Ask the provider for a public address, or use IPv6.`,
      },
    ];
  if (home.routerKind === 'private')
    return [
      {
        code: 'private-router',
        text: `Your router’s own address, ${routerAddress}, is a private one: there is a second router in front of it, which has to forward the ports as well.`,
      },
    ];
  return [];
}
