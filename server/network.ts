/** What the window tells of the network: names, ports, interfaces, and how the announcement goes. */
import { networkInterfaces } from 'node:os';
import { type AnnouncedFacts, currentAnnouncement } from './announcement.ts';
import { lanSettings, listenSettings } from './config/settings.ts';
import type { InterfaceSummary, NameProbe, NetworkSummary } from './control/contract.ts';
import { prepareDomainpart } from './jid/domainpart.ts';
import type { Announcer } from './lan/announcer.ts';
import { surveyInterfaces } from './lan/interfaces.ts';
import type { LinkState } from './lan/link.ts';
import { probeName } from './lan/name-probe.ts';
import { hostNames } from './lan/names.ts';
import { servicesOf, textOf } from './lan/records.ts';
import { findPortOwner } from './port-owner.ts';

export interface PortFacts {
  readonly purpose: string;
  /** Null while nothing listens. */
  readonly port: number | null;
  readonly address: string;
  /** What the setting said at the start. */
  readonly wanted: number | 'off';
}

export interface NetworkOptions extends AnnouncedFacts {
  readonly announcer: () => Announcer | undefined;
  readonly addresses: () => readonly string[];
  readonly openPorts: () => readonly PortFacts[];
  readonly joinPage: () => string | undefined;
  readonly interfaces?: typeof networkInterfaces;
  readonly findPortOwner?: typeof findPortOwner;
}

export class Network {
  readonly #options: NetworkOptions;
  /** By port: who has it is looked up once, because it takes a look at every process. */
  readonly #holders = new Map<number, string | undefined>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  describe(): NetworkSummary {
    const { config, domain, announcer, addresses, joinPage } = this.#options;
    const lan = config.group('lan', lanSettings);
    const links = announcer()?.links ?? [];
    const announcement = currentAnnouncement(this.#options);
    const first = links[0]?.lan;
    const instance = links.find((link) => link.instance !== undefined)?.instance;
    const page = joinPage();
    return {
      domain,
      rooms: `rooms.${domain}`,
      hostName: hostNames(domain)[0],
      addresses: addresses(),
      ports: this.#options.openPorts().map((facts) => this.#describePort(facts)),
      interfaces: this.#describeInterfaces(new Map(links.map(({ lan: { name }, state }) => [name, state]))),
      mdns: {
        isOn: lan.mdns,
        state: lan.mdns ? stateOf(links.map(({ state }) => state)) : 'off',
        ...(instance === undefined ? {} : { instance }),
        services: servicesOf(announcement).map(({ type, port }) => ({ type: `_${type}._tcp`, port })),
        text: first === undefined ? {} : textOf(announcement, first),
      },
      problems: [...(announcer()?.problems ?? [])],
      ...(page === undefined ? {} : { joinPage: page }),
    };
  }

  probeName(text: string): Promise<NameProbe> {
    const { config } = this.#options;
    const domain = prepareDomainpart(text);
    if (domain === undefined || domain.startsWith('['))
      return Promise.resolve({
        outcome: 'invalid',
        text: `“${text}” is not a domain name, such as miller.local or chat.example.org.`,
      });
    return probeName({ domain, wanted: config.group('lan', lanSettings).interfaces });
  }

  #describeInterfaces(states: ReadonlyMap<string, LinkState>): InterfaceSummary[] {
    const { config, interfaces = networkInterfaces } = this.#options;
    const listening = [config.group('listen', listenSettings).address];
    const survey = surveyInterfaces(interfaces(), listening, config.group('lan', lanSettings).interfaces);
    return survey.map(({ name, addresses, choice }) => {
      const state = states.get(name);
      const shown = typeof choice === 'string' ? choice : state === undefined || state === 'closed' ? 'chosen' : state;
      return { name, addresses, state: shown };
    });
  }

  #describePort({ purpose, port, address, wanted }: PortFacts): NetworkSummary['ports'][number] {
    const holder = wanted === 'off' || wanted === 0 || wanted === port ? undefined : this.#holderOf(wanted);
    return {
      purpose,
      port,
      address,
      wanted: wanted === 'off' ? null : wanted,
      ...(holder === undefined ? {} : { holder }),
    };
  }

  #holderOf(port: number): string | undefined {
    if (!this.#holders.has(port))
      this.#holders.set(port, (this.#options.findPortOwner ?? findPortOwner)(port)?.program);
    return this.#holders.get(port);
  }
}

/** The best of all: one network on which the server is found is better than none. */
function stateOf(states: readonly LinkState[]): NetworkSummary['mdns']['state'] {
  return (['announced', 'probing', 'refused'] as const).find((state) => states.includes(state)) ?? 'silent';
}
