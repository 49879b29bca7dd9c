/** Federation for tests of the doors and the window: it can be switched on and off, and knows one server. */
import { DeedError } from '../../server/administration/deed-error.ts';
import type { Carriers, FederationTest } from '../../server/administration/deeds.ts';
import type { FederationOverview, FederationPeer, FederationPin, Status } from '../../server/control/contract.ts';
import type { FederationDeeds } from '../../server/control/deeds.ts';

export const aPeer: FederationPeer = {
  domain: 'example.org',
  state: 'connected',
  outgoing: [
    {
      since: '2026-01-31T12:00:00.000Z',
      address: '192.0.2.7',
      tls: 'TLSv1.3 TLS_AES_128_GCM_SHA256',
      proof: 'certificate',
      ownProof: 'certificate',
      isBidirectional: true,
      streamManagement: 'resumable',
    },
  ],
  incoming: [],
  queued: 0,
  queuedBytes: 0,
};

/** A server that cannot be reached. */
export const aLostPeer: FederationPeer = {
  domain: 'gone.example',
  state: 'waiting',
  outgoing: [],
  incoming: [],
  queued: 2,
  queuedBytes: 812,
  failure: { text: 'gone.example has no server: connection refused.', at: '2026-01-31T12:00:00.000Z' },
  nextAttempt: '2026-01-31T12:05:00.000Z',
};

/** A server whose host has made the certificate himself. */
export const aDoubt: FederationTest = {
  domain: 'barn.example',
  isReachable: false,
  steps: [
    { name: 'policy', outcome: 'ok', text: 'The settings allow barn.example.' },
    { name: 'connection', outcome: 'ok', text: 'Connected to barn.example, port 5269 (192.0.2.44).' },
    { name: 'encryption', outcome: 'ok', text: 'Encrypted with TLSv1.3, TLS_AES_256_GCM_SHA384.' },
    {
      name: 'certificate',
      outcome: 'fail',
      text: 'The certificate of barn.example is self-signed.',
      fingerprint: '5E:01:7C:B2:44:9A:D0:13:88:2F:6B:E7:95:30:CA:1D:F4:62:0B:A9:57:DE:81:3C:70:96:4E:E5:2A:BF:08:D3',
    },
  ],
};

export class FakeFederation implements FederationDeeds {
  readonly #listeners = new Set<() => void>();
  readonly #done: (what: string) => void;
  #pins: readonly FederationPin[] = [];
  isEnabled: boolean;
  /** Why it cannot be switched on; undefined when it can. */
  obstacle: string | undefined;
  peers: readonly FederationPeer[] = [aPeer, aLostPeer];
  domain = 'miller.example';

  constructor(
    options: { readonly isEnabled?: boolean; readonly obstacle?: string; readonly done?: (what: string) => void } = {},
  ) {
    this.isEnabled = options.isEnabled ?? false;
    this.obstacle = options.obstacle;
    this.#done = options.done ?? (() => undefined);
  }

  get #isOn(): boolean {
    return this.isEnabled && this.obstacle === undefined;
  }

  state(): Status['federation'] {
    return {
      state: this.#isOn ? 'on' : 'off',
      isEnabled: this.isEnabled,
      isPossible: this.obstacle === undefined,
      ...(this.obstacle === undefined ? {} : { why: this.obstacle }),
    };
  }

  overview(): FederationOverview {
    return {
      ...this.state(),
      domain: this.domain,
      isLocal: this.domain.endsWith('.local'),
      ports: this.#isOn ? { s2s: 5269, s2sTls: 5270 } : { s2s: null, s2sTls: null },
      queue: { messages: this.#isOn ? 2 : 0, bytes: this.#isOn ? 812 : 0 },
      peers: this.#isOn ? this.peers : [],
    };
  }

  pins(): readonly FederationPin[] {
    return this.#pins;
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** As when somebody has changed the setting. @throws DeedError where it is not possible */
  enable(isEnabled: boolean): void {
    if (isEnabled && this.obstacle !== undefined) throw new DeedError('refused', this.obstacle);
    this.isEnabled = isEnabled;
    this.changed();
  }

  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  carriers(): Pick<Carriers, 'federation.test' | 'federation.disconnect' | 'federation.pin' | 'federation.unpin'> {
    return {
      'federation.test': ({ domain }) => {
        if (!this.#isOn) throw new DeedError('refused', 'Chatting with other servers is switched off.');
        this.#done(`federation.test ${domain}`);
        const isReachable = domain !== aLostPeer.domain;
        if (domain === aDoubt.domain) return aDoubt;
        return {
          domain,
          isReachable,
          steps: isReachable
            ? [
                { name: 'connection', outcome: 'ok', text: `Connected to ${domain} (192.0.2.7, port 5269).` },
                { name: 'encryption', outcome: 'ok', text: 'The connection is encrypted with TLSv1.3.' },
                { name: 'certificate', outcome: 'ok', text: `A public authority vouches for ${domain}.` },
              ]
            : [{ name: 'connection', outcome: 'fail', text: `${domain} has no server: connection refused.` }],
        };
      },
      'federation.disconnect': ({ domain }) => {
        if (!this.peers.some((peer) => peer.domain === domain))
          throw new DeedError('not-found', `There is no connection with ${domain}.`);
        this.#done(`federation.disconnect ${domain}`);
        this.peers = this.peers.filter((peer) => peer.domain !== domain);
        this.changed();
      },
      'federation.pin': ({ domain, fingerprint }) => {
        this.#done(`federation.pin ${domain}`);
        this.#pins = [...this.#pins, { domain, fingerprint, addedAt: '2026-01-31T12:00:00.000Z' }];
        this.changed();
      },
      'federation.unpin': ({ domain, fingerprint }) => {
        this.#done(`federation.unpin ${domain}`);
        this.#pins = this.#pins.filter((pin) => pin.domain !== domain || pin.fingerprint !== fingerprint);
        this.changed();
      },
    };
  }
}
