/** Where the certificate comes from: own files (tls.certificate, tls.key), then a public authority (ACME), then the local one. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Acme } from './certificates/acme/acme.ts';
import { AcmeFiles } from './certificates/acme/acme-files.ts';
import { CertificateError } from './certificates/certificate-error.ts';
import { Certificates, type OwnFiles } from './certificates/certificates.ts';
import type { Clock } from './clock/clock.ts';
import { acmeSettings, tlsSettings } from './config/acme-settings.ts';
import type { Config } from './config/config.ts';
import { dnsSettings } from './config/federation-settings.ts';
import { listenSettings } from './config/settings.ts';
import type { RootLogger } from './log/log.ts';
import { pageAddresses } from './page-addresses.ts';
import { StartError } from './start-error.ts';

export interface CertificateSourceOptions {
  readonly dataDir: string;
  readonly domain: string;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: RootLogger;
}

export interface CertificateSource {
  readonly certificates: Certificates;
  /** Not started yet. */
  readonly acme: Acme;
}

/** @throws StartError when there is nothing that can be shown to clients */
export async function openCertificates(options: CertificateSourceOptions): Promise<CertificateSource> {
  const { dataDir, domain, config, clock } = options;
  const log = options.log.child('certificates');
  const tls = config.group('tls', tlsSettings);
  const settings = config.group('acme', acmeSettings);
  const dns = config.group('dns', dnsSettings);
  const files = new AcmeFiles(join(dataDir, 'certificates'));
  try {
    const certificates = await Certificates.open({
      dataDir,
      domain,
      files: () => ownFiles(tls.certificate, tls.key),
      addresses: () => pageAddresses(config),
      acquired: async () => (settings.enabled ? files.certificate(domain, clock.now()) : undefined),
      now: () => clock.now(),
      log,
    });
    const acme = await Acme.open({
      domain,
      files,
      settings,
      servers: () => dns.servers,
      trustPem: async () => (tls.trust === '' ? undefined : readFile(tls.trust, 'utf8')),
      address: config.group('listen', listenSettings).address,
      enable: () => config.set('acme.enabled', true),
      onCertificate: () => certificates.reload(),
      random: Math.random,
      fetch,
      clock,
      log,
    });
    config.onChange((key) => {
      if (key === 'tls.certificate' || key === 'tls.key' || key === 'acme.enabled') void certificates.reload();
      if (key.startsWith('acme.')) acme.settingsChanged();
      if (key === 'acme.enabled') void acme.renewIfDue();
    });
    return { certificates, acme };
  } catch (error) {
    if (error instanceof CertificateError) throw new StartError('certificate', error.message, error);
    throw error;
  }
}

function ownFiles(certificatePath: string, keyPath: string): OwnFiles | undefined {
  if (certificatePath === '' && keyPath === '') return undefined;
  if (certificatePath !== '' && keyPath !== '') return { certificatePath, keyPath };
  throw new CertificateError('unusable', 'tls.certificate and tls.key belong together: give both, or neither.');
}
