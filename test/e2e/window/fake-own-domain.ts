/** A domain of one's own behind a router: its records, certificate and ports, which the tests change as they please. */
import type { Carriers } from '../../../server/administration/deeds.ts';
import type {
  AcmeSummary,
  DomainReportSummary,
  FederationPeer,
  PortMappingSummary,
  Status,
} from '../../../server/control/contract.ts';
import type { DomainDeeds } from '../../../server/control/deeds.ts';
import { aLostPeer, aPeer } from '../../control/fake-federation.ts';

export const OWN_DOMAIN = 'miller.example';

type DnsRecord = DomainReportSummary['records'][number];

export const records: readonly DnsRecord[] = [
  record('A/AAAA', OWN_DOMAIN, '198.51.100.7', ['203.0.113.9'], 'different', 'required', {
    text: 'It leads to 203.0.113.9, but your public address is 198.51.100.7. If that changes from time to time, use a dynamic DNS service.',
  }),
  srv('_xmpp-client', 5222, 'ok'),
  srv('_xmpps-client', 5223, 'missing'),
  srv('_xmpp-server', 5269, 'ok'),
  srv('_xmpps-server', 5270, 'missing'),
  record('CNAME', `rooms.${OWN_DOMAIN}`, `${OWN_DOMAIN}.`, [], 'missing', 'required', {
    text: `Create it, so that people of other servers find the rooms here.`,
  }),
  record('CAA', OWN_DOMAIN, '0 issue "letsencrypt.org"', [], 'ok', 'optional', {
    text: 'Every authority may certify the domain. You may name the only one that shall.',
  }),
];

/** One server on both ways, one that others have opened, one that trusts DNS alone, and one that is lost. */
export const peers: readonly FederationPeer[] = [
  { ...aPeer, outgoing: aPeer.outgoing.map((stream) => ({ ...stream, since: '2026-03-14T09:12:00.000Z' })) },
  {
    ...aLostPeer,
    failure: { text: 'gone.example has no server: connection refused.', at: '2026-03-14T18:37:00.000Z' },
    nextAttempt: '2026-03-14T18:47:00.000Z',
  },
  {
    ...aPeer,
    domain: 'pine.example',
    outgoing: [],
    incoming: aPeer.outgoing.map(({ ownProof: _, ...stream }) => ({
      ...stream,
      since: '2026-03-13T20:00:00.000Z',
      proof: 'dialback',
      isBidirectional: false,
    })),
  },
  {
    ...aPeer,
    domain: 'shed.example',
    outgoing: aPeer.outgoing.map((stream) => ({
      ...stream,
      since: '2026-03-14T18:40:00.000Z',
      proof: 'pin',
      isBidirectional: false,
    })),
  },
];

export const aReport: DomainReportSummary = {
  domain: OWN_DOMAIN,
  refusal: null,
  records,
  hints: [
    {
      code: 'split-horizon',
      text: `In this network ${OWN_DOMAIN} leads to 192.168.1.5, and everywhere else to 198.51.100.7. That is fine, and spares the router the way out and in again.`,
    },
    {
      code: 'outside-view',
      text: 'Whether the ports can be reached from the internet cannot be told from here: most routers treat a visit from inside differently. Ask somebody elsewhere to write to you, or use a test page for XMPP servers.',
    },
  ],
  checkedAt: '2026-03-14T18:42:00.000Z',
};

export const idle: AcmeSummary = {
  state: 'idle',
  step: null,
  records: [],
  note: null,
  names: [OWN_DOMAIN, `rooms.${OWN_DOMAIN}`, `pubsub.${OWN_DOMAIN}`],
  omitted: [],
  certificate: null,
  failure: null,
  nextAttemptAt: null,
  refusal: null,
  isAgreed: false,
};

const unmapped: PortMappingSummary = {
  state: 'off',
  protocol: null,
  router: null,
  externalAddress: null,
  ports: [],
  failure: null,
  hint: null,
};

export const mapped: PortMappingSummary = {
  ...unmapped,
  state: 'on',
  protocol: 'NAT-PMP',
  router: '192.168.1.1',
  externalAddress: '198.51.100.7',
  ports: [
    forwarded(5222, 'apps of people on the way'),
    forwarded(5269, 'other servers'),
    {
      port: 5281,
      purpose: 'files, and chat in a browser',
      state: 'refused',
      text: 'The router forwards port 5281 to another device already.',
    },
  ],
};

/** After all of it is done. */
export const acquired: AcmeSummary = {
  ...idle,
  isAgreed: true,
  certificate: {
    names: idle.names,
    expiresAt: '2026-06-12T08:00:00.000Z',
    renewAt: '2026-05-13T08:00:00.000Z',
    isInUse: true,
  },
};

interface Facts {
  readonly done: (what: string) => void;
  readonly changed: () => void;
}

export class FakeOwnDomain implements DomainDeeds {
  readonly #facts: Facts;
  readonly #listeners = new Set<() => void>();
  report = aReport;
  request = idle;
  mapping = unmapped;
  /** What the router says when it is asked. */
  answer: PortMappingSummary = mapped;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** From now on the request is like this. */
  become(request: Partial<AcmeSummary>): void {
    this.request = { ...this.request, ...request };
    this.#changed();
  }

  /** All that the status says of the certificate that is shown. */
  get shownCertificate(): Partial<Status['certificate']> {
    const { certificate } = this.request;
    return certificate?.isInUse === true ? { source: 'acme', expiresAt: certificate.expiresAt } : {};
  }

  check(): Promise<DomainReportSummary> {
    this.#facts.done('domain.check');
    return Promise.resolve(this.report);
  }

  certificate(): AcmeSummary {
    return this.request;
  }

  terms(): Promise<string | undefined> {
    return Promise.resolve('https://authority.example/terms-2026.pdf');
  }

  ports(): PortMappingSummary {
    return this.mapping;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  carriers(): Partial<Carriers> {
    return {
      'certificate.request': () => {
        this.#facts.done('certificate.request');
        this.become({ state: 'working', step: 'ordering', failure: null, isAgreed: true });
      },
      'certificate.continue': () => {
        this.#facts.done('certificate.continue');
        this.become({ state: 'working', step: 'checking', records: [], note: null });
      },
      'certificate.cancel': () => {
        this.#facts.done('certificate.cancel');
        this.become({ state: 'idle', step: null, records: [], note: null });
        return Promise.resolve();
      },
      'ports.map': () => this.#map(this.answer),
      'ports.unmap': () => this.#map(unmapped),
    };
  }

  #map(mapping: PortMappingSummary): Promise<void> {
    this.mapping = mapping;
    this.#changed();
    return Promise.resolve();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
    this.#facts.changed();
  }
}

function record(
  type: DnsRecord['type'],
  name: string,
  wanted: string,
  seen: readonly string[],
  verdict: DnsRecord['verdict'],
  need: DnsRecord['need'],
  { text }: { readonly text: string },
): DnsRecord {
  return { type, name, wanted, seen, verdict, need, text };
}

function srv(service: string, port: number, verdict: 'ok' | 'missing'): DnsRecord {
  const wanted = `0 5 ${port} ${OWN_DOMAIN}.`;
  const text =
    verdict === 'ok' ? 'It shows the way.' : 'Create it: those who look for it connect faster and encrypted.';
  return record(
    'SRV',
    `${service}._tcp.${OWN_DOMAIN}`,
    wanted,
    verdict === 'ok' ? [wanted] : [],
    verdict,
    'recommended',
    {
      text,
    },
  );
}

function forwarded(port: number, purpose: string): PortMappingSummary['ports'][number] {
  return { port, purpose, state: 'forwarded', text: `The router forwards port ${port} to this computer.` };
}
