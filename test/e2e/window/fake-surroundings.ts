/** Network and certificates of the fake server, which the tests change as they please. */
import { DeedError } from '../../../server/administration/deed-error.ts';
import type { Carriers } from '../../../server/administration/deeds.ts';
import { fingerprintWords } from '../../../server/certificates/fingerprint-words.ts';
import type { Config } from '../../../server/config/config.ts';
import { lanSettings } from '../../../server/config/settings.ts';
import type { NetworkSummary, TrustSummary } from '../../../server/control/contract.ts';
import type { Deeds } from '../../../server/control/deeds.ts';
import { aNetwork, aTrust } from '../../control/fake-network.ts';

interface Facts {
  readonly config: () => Config;
  readonly changed: () => void;
}

export class FakeSurroundings {
  readonly #facts: Facts;
  #network = aNetwork;
  #trust = aTrust;
  #isDenied = false;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** From now on the network is like this. */
  become(network: Partial<NetworkSummary>): void {
    this.#network = { ...this.#network, ...network };
    this.#facts.changed();
  }

  /** Whoever sits at the computer says no, when the system asks. */
  deny(): void {
    this.#isDenied = true;
  }

  /** From now on the certificates are these. */
  show(trust: Partial<TrustSummary>): void {
    const { authority: _, here: __, page: ___, ...bare } = this.#trust;
    this.#trust = { ...bare, ...trust };
  }

  network(): Deeds['network'] {
    return {
      describe: () => this.#describe(),
      probeName: (domain) => Promise.resolve({ outcome: 'free', text: `Nobody else is called ${domain}.` }),
    };
  }

  trust(): Deeds['trust'] {
    return { describe: () => Promise.resolve(this.#trust) };
  }

  carriers(): Partial<Carriers> {
    return {
      'certificates.trustHere': () => {
        if (this.#isDenied) throw new DeedError('refused', 'The keychain did not take it: it was cancelled.');
        this.#setTrusted(true);
      },
      'certificates.distrustHere': () => this.#setTrusted(false),
      'certificates.rotate': () => {
        const { authority } = this.#trust;
        if (authority === undefined) throw new DeedError('refused', 'This server shows a certificate of your own.');
        const fingerprint = authority.fingerprint.split(':').reverse().join(':');
        this.#trust = {
          ...this.#trust,
          authority: { ...authority, fingerprint, words: fingerprintWords(fingerprint) },
        };
        this.#facts.changed();
      },
    };
  }

  #setTrusted(isTrusted: boolean): void {
    const { here } = this.#trust;
    if (here === undefined) return;
    this.#trust = { ...this.#trust, here: { ...here, places: here.places.map((place) => ({ ...place, isTrusted })) } };
  }

  /** As the settings have it now. */
  #describe(): NetworkSummary {
    const { mdns, interfaces } = this.#facts.config().group('lan', lanSettings);
    const network = this.#network;
    return {
      ...network,
      mdns: { ...network.mdns, isOn: mdns, state: mdns ? network.mdns.state : 'off' },
      interfaces: network.interfaces.map((one) => {
        if (interfaces.length === 0) return one;
        return { ...one, state: interfaces.includes(one.name) ? 'announced' : 'not-chosen' };
      }),
    };
  }
}
