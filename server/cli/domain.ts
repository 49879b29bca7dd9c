/** `snug domain`, `snug certificate` and `snug ports`: a domain of one's own, set up without a window. */
import { type ControlClient, connectControl } from '../control/client.ts';
import type { AcmeSummary, DomainReportSummary, PortMappingSummary } from '../control/contract.ts';
import type { CommandSetting } from './command-setting.ts';
import { CommandFailure, exitStatus } from './failure.ts';
import { block, table } from './output.ts';

/** Looks at the DNS. Fails when something that is required is not right. */
export async function checkDomain({ dataDir, json, terminal }: CommandSetting): Promise<number> {
  const report = await (await connectControl(dataDir)).domain.check();
  terminal.writeOut(json ? `${JSON.stringify(report)}\n` : `${domainText(report)}\n`);
  const isBad =
    report.refusal !== null ||
    report.records.some(
      ({ need, verdict }) => need === 'required' && (verdict === 'missing' || verdict === 'different'),
    );
  return isBad ? exitStatus.failed : exitStatus.done;
}

export function domainText({ domain, refusal, records, hints }: DomainReportSummary): string {
  if (refusal !== null) return refusal;
  const rows = records.map(({ type, name, wanted, seen, verdict, need }) => [
    verdict,
    need,
    type,
    name,
    wanted ?? '',
    seen.join(', '),
  ]);
  const remarks = records
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ type, name, text }) => `${type} ${name}: ${text}`);
  return [
    `The DNS records of ${domain}:`,
    table(['STATE', 'NEED', 'TYPE', 'NAME', 'WANTED', 'SEEN'], rows),
    ...(remarks.length === 0 ? [] : ['', ...remarks]),
    ...(hints.length === 0 ? [] : ['', ...hints.map(({ text }) => text)]),
  ].join('\n');
}

/** As on the command line. What is left out stays as the settings have it. */
export interface CertificateOptions {
  readonly agree?: boolean;
  readonly email?: string;
  readonly challenge?: string;
  readonly provider?: string;
  readonly wildcard?: boolean;
}

/** Begins, and stays until there is a certificate, a failure, or something to do by hand. */
export async function requestCertificate(options: CertificateOptions, setting: CommandSetting): Promise<number> {
  const client = await connectControl(setting.dataDir);
  const wished = Object.entries({
    'acme.agreed': options.agree === true ? true : undefined,
    'acme.email': options.email,
    'acme.challenge': options.challenge,
    'acme.dnsProvider': options.provider,
    'acme.wildcard': options.wildcard === true ? true : undefined,
  });
  for (const [key, value] of wished) if (value !== undefined) await client.settings.set({ key, value });
  const { isAgreed, refusal } = await client.certificate.acme.status();
  if (!isAgreed && refusal === null) {
    const { url } = await client.certificate.acme.terms();
    const terms = url === null ? 'the terms of service of the authority' : `the terms of service at ${url}`;
    throw new CommandFailure('terms', `Read ${terms}, and give --agree if you agree to them.`);
  }
  await client.certificate.acme.begin();
  return follow(client, setting);
}

/** The DNS records are made. */
export async function continueCertificate(setting: CommandSetting): Promise<number> {
  const client = await connectControl(setting.dataDir);
  await client.certificate.acme.continueDns();
  return follow(client, setting);
}

export async function cancelCertificate({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  await (await connectControl(dataDir)).certificate.acme.cancel();
  terminal.writeOut(json ? '{}\n' : 'No certificate is asked for any more.\n');
}

export async function showCertificate({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const status = await (await connectControl(dataDir)).certificate.acme.status();
  terminal.writeOut(json ? `${JSON.stringify(status)}\n` : `${certificateText(status)}\n`);
}

/** To be called when it has begun: the first status that is not of work in progress is what became of it. */
async function follow(client: ControlClient, setting: CommandSetting): Promise<number> {
  const { json, terminal } = setting;
  let step = '';
  for await (const status of await client.certificate.acme.follow()) {
    if (status.state === 'working') {
      if (!json && status.step !== null && status.step !== step) terminal.writeError(`${STEPS[status.step]}\n`);
      step = status.step ?? '';
      continue;
    }
    terminal.writeOut(json ? `${JSON.stringify(status)}\n` : `${certificateText(status)}\n`);
    return status.failure === null || status.state === 'waiting-for-dns' ? exitStatus.done : exitStatus.failed;
  }
  return exitStatus.failed;
}

const STEPS: Readonly<Record<NonNullable<AcmeSummary['step']>, string>> = {
  ordering: 'Asking the authority…',
  preparing: 'Preparing the proof…',
  checking: 'The authority checks the domain…',
  issuing: 'The authority makes the certificate…',
};

export function certificateText({
  state,
  records,
  note,
  certificate,
  failure,
  nextAttemptAt,
  refusal,
  omitted,
}: AcmeSummary): string {
  if (refusal !== null) return refusal;
  const parts: string[] = [];
  if (state === 'waiting-for-dns') {
    parts.push('Make these DNS records, then run “snug certificate continue”:');
    parts.push(
      table(
        ['TYPE', 'NAME', 'VALUE'],
        records.map(({ type, name, value }) => [type, name, value]),
      ),
    );
    if (note !== null) parts.push(note);
  }
  if (state === 'working') parts.push('A certificate is being asked for.');
  if (failure !== null) {
    parts.push(`The last attempt failed: ${failure.text}${failure.fix === null ? '' : ` ${failure.fix}`}`);
    if (nextAttemptAt !== null) parts.push(`The next one is at ${nextAttemptAt}.`);
  }
  if (certificate === null) parts.push('There is no certificate of a public authority.');
  else
    parts.push(
      block([
        ['Names', certificate.names.join(', ')],
        ['Valid until', certificate.expiresAt.slice(0, 10)],
        ['Renewed from', certificate.renewAt.slice(0, 10)],
        ['In use', certificate.isInUse ? 'yes' : 'no'],
      ]),
    );
  if (omitted.length > 0) parts.push(`Left out, because the DNS has no address for them: ${omitted.join(', ')}.`);
  return parts.join('\n');
}

export async function mapPorts(isOn: boolean, { dataDir, json, terminal }: CommandSetting): Promise<number> {
  const { ports } = await connectControl(dataDir);
  const status = isOn ? await ports.map() : await ports.unmap();
  terminal.writeOut(json ? `${JSON.stringify(status)}\n` : `${portsText(status)}\n`);
  return status.state === 'failed' ? exitStatus.failed : exitStatus.done;
}

export async function showPorts({ dataDir, json, terminal }: CommandSetting): Promise<void> {
  const status = await (await connectControl(dataDir)).ports.status();
  terminal.writeOut(json ? `${JSON.stringify(status)}\n` : `${portsText(status)}\n`);
}

export function portsText({
  state,
  protocol,
  router,
  externalAddress,
  ports,
  failure,
  hint,
}: PortMappingSummary): string {
  if (state === 'off') return 'The router is not asked to forward ports.';
  if (state === 'working') return 'The router is being asked.';
  if (failure !== null) return failure;
  return [
    `The router ${router} (${protocol}) has the address ${externalAddress ?? 'unknown'} on its other side.`,
    table(
      ['PORT', 'STATE', 'FOR', ''],
      ports.map(({ port, state: verdict, purpose, text }) => [
        String(port),
        verdict,
        purpose,
        verdict === 'refused' ? text : '',
      ]),
    ),
    ...(hint === null ? [] : [hint]),
  ].join('\n');
}
