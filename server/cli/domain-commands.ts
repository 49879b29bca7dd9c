/** The verbs for a domain of one's own: `snug domain`, `snug certificate` and `snug ports`. */
import type { Command } from 'commander';
import { type CommonOptions, withCommon } from './command-options.ts';
import type { CommandSetting } from './command-setting.ts';
import {
  type CertificateOptions,
  cancelCertificate,
  checkDomain,
  continueCertificate,
  mapPorts,
  requestCertificate,
  showCertificate,
  showPorts,
} from './domain.ts';

export function addDomainCommands(
  program: Command,
  settingFrom: (options: CommonOptions) => CommandSetting,
  end: (status: number) => void,
): void {
  const domain = program.command('domain').description('a domain of your own');
  withCommon(domain.command('check'))
    .description('show the DNS records that the domain needs beside those that are there')
    .action(async (options: CommonOptions) => end(await checkDomain(settingFrom(options))));

  const certificate = program.command('certificate').description('a certificate from a public authority');
  for (const [verb, description] of [
    ['request', 'get a certificate for the domain'],
    ['renew', 'get a new one now; it is renewed in time by itself'],
  ] as const) {
    withCommon(certificate.command(verb))
      .description(description)
      .option('--agree', 'agree to the terms of service of the authority')
      .option('--email <address>', 'where the authority may write to')
      .option('--challenge <kind>', 'how the domain is proved: http-01 or dns-01')
      .option('--provider <name>', 'who makes the DNS record: manual, rfc2136, cloudflare, desec or digitalocean')
      .option('--wildcard', 'one certificate for all names right below the domain')
      .action(async (options: CommonOptions & CertificateOptions) =>
        end(await requestCertificate(options, settingFrom(options))),
      );
  }
  withCommon(certificate.command('continue'))
    .description('go on, now that the DNS records are made')
    .action(async (options: CommonOptions) => end(await continueCertificate(settingFrom(options))));
  withCommon(certificate.command('cancel'))
    .description('give up what is under way')
    .action((options: CommonOptions) => cancelCertificate(settingFrom(options)));
  withCommon(certificate.command('status'))
    .description('show the certificate, what is under way, and what went wrong')
    .action((options: CommonOptions) => showCertificate(settingFrom(options)));

  const ports = program.command('ports').description('the ports of the router');
  withCommon(ports.command('map'))
    .description('ask the router to forward the ports to this computer, from now on')
    .action(async (options: CommonOptions) => end(await mapPorts(true, settingFrom(options))));
  withCommon(ports.command('unmap'))
    .description('take that back')
    .action(async (options: CommonOptions) => end(await mapPorts(false, settingFrom(options))));
  withCommon(ports.command('status'))
    .description('show what the router says')
    .action((options: CommonOptions) => showPorts(settingFrom(options)));
}
