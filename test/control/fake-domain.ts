/** A domain that waits for a DNS record, behind a router that forwards its ports. */
import type { AcmeSummary, DomainReportSummary, PortMappingSummary } from '../../server/control/contract.ts';
import type { DomainDeeds } from '../../server/control/deeds.ts';

export const aDomainReport: DomainReportSummary = {
  domain: 'chat.pine.org',
  refusal: null,
  records: [
    {
      type: 'A/AAAA',
      name: 'chat.pine.org',
      wanted: '198.51.100.7',
      seen: [],
      verdict: 'missing',
      need: 'required',
      text: 'Create a record that leads chat.pine.org to 198.51.100.7.',
    },
    {
      type: 'SRV',
      name: '_xmpp-client._tcp.chat.pine.org',
      wanted: '0 5 5222 chat.pine.org.',
      seen: ['0 5 5222 chat.pine.org.'],
      verdict: 'ok',
      need: 'recommended',
      text: 'It shows apps of people on the way the way.',
    },
  ],
  hints: [{ code: 'outside-view', text: 'Whether the ports can be reached cannot be told from here.' }],
  checkedAt: '2026-01-31T12:00:00.000Z',
};

export const aCertificateRequest: AcmeSummary = {
  state: 'waiting-for-dns',
  step: 'preparing',
  records: [{ name: '_acme-challenge.chat.pine.org', type: 'TXT', value: 'proof' }],
  note: null,
  names: ['chat.pine.org', 'rooms.chat.pine.org'],
  omitted: [],
  certificate: null,
  failure: null,
  nextAttemptAt: null,
  refusal: null,
  isAgreed: true,
};

export const aPortMapping: PortMappingSummary = {
  state: 'on',
  protocol: 'NAT-PMP',
  router: '192.168.1.1',
  externalAddress: '198.51.100.7',
  ports: [
    {
      port: 5222,
      purpose: 'apps of people on the way',
      state: 'forwarded',
      text: 'The router forwards port 5222 to this computer.',
    },
  ],
  failure: null,
  hint: null,
};

export const fakeDomain: DomainDeeds = {
  check: () => Promise.resolve(aDomainReport),
  certificate: () => aCertificateRequest,
  terms: () => Promise.resolve('https://authority.test/terms'),
  ports: () => aPortMapping,
  onChange: () => () => undefined,
};
