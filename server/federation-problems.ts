/** What keeps chatting with other servers from working, as far as this computer can know it, in sentences. */
import { X509Certificate } from 'node:crypto';
import { readCertificateNames } from './certificates/certificate-names.ts';
import type { TlsIdentity } from './certificates/tls-identity.ts';
import type { FederationStatus } from './federation/federation-options.ts';
import { isLocalOnly } from './federation/local-domain.ts';
import { namesDomain } from './federation/trust/certificate-domains.ts';
import type { Problem } from './modulehost/module.ts';

export interface FederationFacts {
  readonly status: FederationStatus;
  readonly domain: string;
  readonly certificate: TlsIdentity;
  /** Why further authorities do not count; undefined when they do. */
  readonly trustFault: string | undefined;
}

/** The worst first; none while federation is neither on nor wanted. */
export function federationProblems({ status, domain, certificate, trustFault }: FederationFacts): readonly Problem[] {
  const { isEnabled, obstacle, failure, ports, state } = status;
  if (!isEnabled || obstacle !== undefined) return [];
  const problems: Problem[] = [];
  if (failure !== undefined) {
    problems.push({
      code: 'federation-port',
      text: `Nobody can chat with other servers: ${failure}`,
      fix: 'It is tried again every minute.',
    });
  }
  if (state !== 'on') return problems;
  if (ports.s2s === null && ports.s2sTls === null) {
    problems.push({
      code: 'federation-no-port',
      text: 'Other servers cannot reach this one: both ports for them are switched off.',
      fix: 'Give federation.port a number; 5269 is the usual one.',
    });
  }
  // On a local network the other side has pinned this very certificate.
  if (!isLocalOnly(domain)) problems.push(...certificateProblems(domain, certificate));
  if (trustFault !== undefined) {
    problems.push({
      code: 'federation-trust',
      text: trustFault,
      fix: 'Correct the setting tls.trust. Until then only the authorities count that everybody trusts.',
    });
  }
  return problems;
}

function certificateProblems(domain: string, { certificatePem, source }: TlsIdentity): readonly Problem[] {
  if (source === 'local-ca') {
    return [
      {
        code: 'federation-certificate-local',
        text: 'Other servers will not trust the certificate of this one, because Snug made it itself.',
        fix: 'Get one from a public authority on the Federation page.',
      },
    ];
  }
  const names = readCertificateNames(new X509Certificate(certificatePem).raw);
  const missing = [domain, `rooms.${domain}`].filter((name) => !namesDomain(names, name));
  if (missing.length === 0) return [];
  return [
    {
      code: 'federation-certificate-name',
      text: `The certificate does not name ${missing.join(' and ')}, so other servers will not trust it there.`,
      fix: 'Get one that does on the Federation page.',
    },
  ];
}
