/** The names of services, such as rooms.example.org: other servers look for each of them by itself. */
import type { Home } from './address-check.ts';
import type { DnsAnswers } from './dns-answers.ts';
import type { DomainFacts, RecordReport } from './domain-report.ts';

export function checkServices(facts: DomainFacts, home: Home, dns: DnsAnswers): Promise<readonly RecordReport[]> {
  return Promise.all(facts.services.map((service) => checkService(`${service}.${facts.domain}`, facts, home, dns)));
}

async function checkService(name: string, { domain }: DomainFacts, home: Home, dns: DnsAnswers): Promise<RecordReport> {
  const [addresses, alias, srv] = await Promise.all([
    dns.addresses(name),
    dns.alias(name),
    dns.srv(`_xmpp-server._tcp.${name}`),
  ]);
  const seen = [
    ...(alias ?? []).map((target) => `CNAME ${target}.`),
    ...(addresses ?? []),
    ...(srv ?? []).map((record) => `SRV ${record.port} ${record.name}.`),
  ];
  const report = (verdict: RecordReport['verdict'], text: string): RecordReport => ({
    type: 'CNAME',
    name,
    wanted: `${domain}.`,
    seen,
    verdict,
    need: 'recommended',
    text,
  });
  const leadsHome =
    (alias ?? []).includes(domain) ||
    (addresses ?? []).some((address) => home.addresses.includes(address)) ||
    (srv ?? []).some((record) => record.name.toLowerCase() === domain);
  if (leadsHome) return report('ok', 'Other servers find it.');
  if (addresses === undefined && srv === undefined) return report('unknown', 'The DNS did not answer.');
  if (seen.length === 0)
    return report('missing', `Without it people on other servers cannot use ${name}; people here can.`);
  return report('different', `It leads elsewhere than ${domain} does.`);
}
