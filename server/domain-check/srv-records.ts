/** SRV records (RFC 2782): where apps and other servers connect. */
import type { SrvRecord } from 'node:dns';
import type { Home } from './address-check.ts';
import type { DnsAnswers } from './dns-answers.ts';
import type { RecordReport } from './domain-report.ts';

const PRIORITY = 0;
const WEIGHT = 5;

export interface SrvWish {
  readonly domain: string;
  readonly service: '_xmpp-client' | '_xmpps-client' | '_xmpp-server' | '_xmpps-server';
  /** Undefined while that door is shut. */
  readonly port: number | undefined;
  /** The port that is tried without a record; undefined where nobody tries any. */
  readonly usual: number | undefined;
  /** Who looks for it. */
  readonly whom: string;
}

export async function checkSrv(wish: SrvWish, home: Home, dns: DnsAnswers): Promise<RecordReport> {
  const { domain, service, port, usual } = wish;
  const name = `${service}._tcp.${domain}`;
  const answers = await dns.srv(name);
  const report = (verdict: RecordReport['verdict'], text: string): RecordReport => ({
    type: 'SRV',
    name,
    wanted: port === undefined ? undefined : `${PRIORITY} ${WEIGHT} ${port} ${domain}.`,
    seen: (answers ?? []).map(srvText),
    verdict,
    need:
      port !== undefined && usual !== undefined && port !== usual
        ? 'required'
        : usual === undefined
          ? 'optional'
          : 'recommended',
    text,
  });
  if (answers === undefined) return report('unknown', 'The DNS did not answer.');
  if (port === undefined)
    return answers.length === 0
      ? report('ok', `This server has no door for it, and no record says so.`)
      : report('different', 'The record is there, but this server has no door for it at this moment.');
  if (answers.length === 0) return report('missing', missingText(wish, port));
  if (answers.every(({ name: target }) => target === '' || target === '.'))
    return report(
      'different',
      `The record says that the domain offers no such service, so ${wish.whom} do not even try.`,
    );
  return judge(answers, { ...wish, port }, home, dns, report);
}

async function judge(
  answers: readonly SrvRecord[],
  { domain, port, whom }: SrvWish & { readonly port: number },
  home: Home,
  dns: DnsAnswers,
  report: (verdict: RecordReport['verdict'], text: string) => RecordReport,
): Promise<RecordReport> {
  const right = answers.find((answer) => answer.port === port) ?? answers[0];
  if (right === undefined) return report('missing', '');
  if (right.port !== port)
    return report(
      'different',
      `It names port ${right.port}, but this server listens on ${port}, unless your router forwards the one to the other.`,
    );
  const target = right.name.toLowerCase();
  if (target === domain) return report('ok', `It shows ${whom} the way.`);
  const [alias, addresses] = await Promise.all([dns.alias(target), dns.addresses(target)]);
  if (alias !== undefined && alias.length > 0)
    return report(
      'different',
      `It leads to ${target}, which is itself an alias (CNAME). Not everybody follows that (RFC 2782): name ${domain} instead.`,
    );
  if (addresses === undefined) return report('unknown', `It leads to ${target}, about which the DNS did not answer.`);
  if (addresses.length === 0) return report('different', `It leads to ${target}, which has no address.`);
  const isHome = addresses.some((address) => home.addresses.includes(address));
  return isHome
    ? report('ok', `It shows ${whom} the way.`)
    : report(
        'unknown',
        `It leads to ${target} at ${addresses.join(' and ')}, and not where ${domain} leads. If that is you as well, it is fine.`,
      );
}

function missingText({ whom, usual }: SrvWish, port: number): string {
  if (usual === undefined)
    return `With it ${whom} connect with TLS from the first byte, which gets through more firewalls.`;
  return port === usual
    ? `Without it ${whom} try port ${usual} of the domain itself, which is right as long as the domain leads here.`
    : `Without it ${whom} try port ${usual}, and this server listens on ${port}.`;
}

function srvText({ priority, weight, port, name }: SrvRecord): string {
  return `${priority} ${weight} ${port} ${name === '' ? '.' : `${name}.`}`;
}
