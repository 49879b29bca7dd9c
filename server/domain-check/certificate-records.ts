/** Records about certificates: who may issue them (CAA, RFC 8659), and which key is the right one (TLSA, RFC 7673). */
import type { CaaRecord, TlsaRecord } from 'node:dns';
import type { Answer, DnsAnswers } from './dns-answers.ts';
import type { DomainFacts, RecordReport } from './domain-report.ts';

/** How the authorities call themselves in CAA records, by the host of their directory. */
const ISSUERS: readonly (readonly [host: RegExp, issuer: string])[] = [
  [/(^|\.)letsencrypt\.org$/, 'letsencrypt.org'],
  [/(^|\.)zerossl\.com$/, 'sectigo.com'],
  [/(^|\.)pki\.goog$/, 'pki.goog'],
];
/** DANE-EE, public key, SHA-256: it holds as long as the key does, which renewal keeps. */
const USAGE = [3, 1, 1] as const;

export async function checkAuthority({ domain, authority }: DomainFacts, dns: DnsAnswers): Promise<RecordReport> {
  const host = URL.canParse(authority) ? new URL(authority).hostname : '';
  const issuer = ISSUERS.find(([pattern]) => pattern.test(host))?.[1];
  const { name, records } = await nearestCaa(domain, dns);
  const report = (verdict: RecordReport['verdict'], text: string): RecordReport => ({
    type: 'CAA',
    name,
    wanted: issuer === undefined ? undefined : `0 issue "${issuer}"`,
    seen: (records ?? []).map(caaText),
    verdict,
    need: 'optional',
    text,
  });
  if (records === undefined) return report('unknown', 'The DNS did not answer.');
  const issuers = records.flatMap(({ issue }) => (issue === undefined ? [] : [issue.split(';')[0]?.trim() ?? '']));
  if (issuers.length === 0)
    return report('ok', 'Every authority may certify the domain. You may name the only one that shall.');
  if (issuer === undefined)
    return report('unknown', 'Only some authorities may certify the domain. Check that yours is among them.');
  return issuers.includes(issuer)
    ? report('ok', 'The authority may certify the domain.')
    : report(
        'different',
        `Only ${issuers.filter((one) => one !== '').join(' and ') || 'nobody'} may certify the domain, so ${issuer} will refuse.`,
      );
}

/** Section 3: the record of the domain, or else that of the nearest parent that has one. */
async function nearestCaa(
  domain: string,
  dns: DnsAnswers,
): Promise<{ readonly name: string; readonly records: Answer<CaaRecord> }> {
  const labels = domain.split('.');
  for (let from = 0; from < labels.length; from++) {
    const name = labels.slice(from).join('.');
    const records = await dns.caa(name);
    if (records === undefined || records.length > 0) return { name, records };
  }
  return { name: domain, records: [] };
}

/** Only where the domain's DNS is signed does anybody believe it, and that cannot be told from here. */
export async function checkKeyRecord(
  { domain, ports, publicKeySha256 }: DomainFacts,
  dns: DnsAnswers,
): Promise<readonly RecordReport[]> {
  if (publicKeySha256 === undefined || ports.s2s === undefined) return [];
  const name = `_${ports.s2s}._tcp.${domain}`;
  const records = await dns.tlsa(name);
  const report = (verdict: RecordReport['verdict'], text: string): RecordReport => ({
    type: 'TLSA',
    name,
    wanted: `${USAGE.join(' ')} ${publicKeySha256}`,
    seen: (records ?? []).map(tlsaText),
    verdict,
    need: 'optional',
    text,
  });
  if (records === undefined) return [report('unknown', 'The DNS did not answer.')];
  if (records.length === 0)
    return [
      report(
        'missing',
        'With DNSSEC it proves the certificate to other servers without any authority. Without DNSSEC leave it out.',
      ),
    ];
  return records.some((record) => tlsaText(record) === `${USAGE.join(' ')} ${publicKeySha256}`)
    ? [report('ok', 'It is for the key that this server uses.')]
    : [
        report(
          'different',
          'It is for another key, so servers that honour it refuse to connect: correct it, or remove it.',
        ),
      ];
}

function caaText({ critical, ...record }: CaaRecord): string {
  const tags = ['issue', 'issuewild', 'iodef', 'contactemail', 'contactphone'] as const;
  const tag = tags.find((one) => record[one] !== undefined);
  return tag === undefined ? String(critical) : `${critical} ${tag} "${record[tag]}"`;
}

function tlsaText({ certUsage, selector, match, data }: TlsaRecord): string {
  return `${certUsage} ${selector} ${match} ${Buffer.from(data).toString('hex')}`;
}
