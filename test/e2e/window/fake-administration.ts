/** Roles, messages to everybody and bridges of the fake server. It refuses in the words of the real one. */
import { AccountError } from '../../../server/accounts/account-error.ts';
import { NO_GRANTS } from '../../../server/administration/component-grants.ts';
import { DeedError } from '../../../server/administration/deed-error.ts';
import type { Carriers } from '../../../server/administration/deeds.ts';
import { type ComponentSummary, permissions, type RoleSummary } from '../../../server/control/contract.ts';
import { findGrantsFault } from '../../../server/modules/components/grants.ts';
import * as household from './fake-household.ts';

interface Facts {
  /** Where it is written what was asked. */
  readonly done: string[];
  /** One for each account. */
  readonly rolesInUse: () => readonly string[];
  /** How many people. */
  readonly online: () => number;
}

export class FakeAdministration {
  readonly #facts: Facts;
  #roles = household.roles;
  components: readonly ComponentSummary[] = household.components;
  #motd: string | null = household.motd;
  #welcome: string | null = null;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  messages(): { readonly motd: string | null; readonly welcome: string | null } {
    return { motd: this.#motd, welcome: this.#welcome };
  }

  carriers(): Partial<Carriers> {
    return { ...this.#roleCarriers(), ...this.#messageCarriers(), ...this.#componentCarriers() };
  }

  /** A bridge comes; the window hears of it when it asks the next time. */
  connectBridge(domain: string): void {
    this.#changeComponent(domain, { connectedSince: household.NOW.toISOString(), address: '127.0.0.1' });
  }

  roles(): readonly RoleSummary[] {
    const holders = (name: string): number => this.#facts.rolesInUse().filter((role) => role === name).length;
    const builtIn = (['limited', 'member', 'admin'] as const).map((name) => ({
      name,
      permissions: name === 'admin' ? permissions : [],
      isBuiltIn: true,
    }));
    const own = this.#roles.map((role) => ({ ...role, isBuiltIn: false }));
    return [...builtIn, ...own].map((role) => ({ ...role, accounts: holders(role.name) }));
  }

  #changeComponent(domain: string, changed: Partial<ComponentSummary>): void {
    this.components = this.components.map((component) =>
      component.domain === domain ? { ...component, ...changed } : component,
    );
  }

  #roleCarriers(): Partial<Carriers> {
    return {
      'roles.create': ({ name, permissions: chosen }) => {
        if (this.roles().some((role) => role.name.toLowerCase() === name.toLowerCase())) {
          throw new AccountError('conflict', `There is a role "${name}" already.`);
        }
        this.#roles = [...this.#roles, { name, permissions: [...chosen] }];
      },
      'roles.update': ({ name, permissions: chosen }) => {
        this.#roles = this.#roles.map((role) => (role.name === name ? { name, permissions: [...chosen] } : role));
      },
      'roles.remove': ({ name }) => {
        if (this.#facts.rolesInUse().includes(name)) {
          throw new AccountError('conflict', `One account has the role "${name}". Give another role there first.`);
        }
        this.#roles = this.#roles.filter((role) => role.name !== name);
      },
    };
  }

  #messageCarriers(): Partial<Carriers> {
    return {
      'announcements.send': ({ text }) => {
        this.#facts.done.push(`announce: ${text}`);
        return this.#facts.online();
      },
      'motd.set': ({ text }) => {
        this.#facts.done.push('motd.set');
        this.#motd = text;
      },
      'motd.edit': ({ text }) => {
        this.#facts.done.push('motd.edit');
        this.#motd = text;
      },
      'motd.remove': () => {
        this.#motd = null;
      },
      'welcome.set': ({ text }) => {
        this.#welcome = text;
      },
      'welcome.remove': () => {
        this.#welcome = null;
      },
    };
  }

  #componentCarriers(): Partial<Carriers> {
    const secret = 'h3xqp-8nvtd-m2kzs-c7wry';
    return {
      'components.add': ({ name }) => {
        const domain = name.includes('.') ? name : `${name}.${household.status.domain}`;
        if (this.components.some((component) => component.domain === domain)) {
          throw new DeedError('conflict', `There is a component called ${domain} already.`);
        }
        const createdAt = household.NOW.toISOString();
        const grants = { ...NO_GRANTS, iq: [], delegated: [] };
        this.components = [...this.components, { domain, grants, createdAt }];
        return { domain, secret };
      },
      'components.renewSecret': ({ domain }) => {
        this.components = this.components.map((component) => {
          const { connectedSince: _, address: __, ...away } = component;
          return component.domain === domain ? away : component;
        });
        return secret;
      },
      'components.grant': ({ domain, grants }) => {
        const others = this.components.filter((component) => component.domain !== domain);
        const fault = findGrantsFault(
          grants,
          others.map((component) => component.grants),
        );
        if (fault !== undefined) throw new DeedError('invalid', fault);
        const delegated = grants.delegated.map(({ xmlns, attributes }) => ({ xmlns, attributes: [...attributes] }));
        this.#changeComponent(domain, { grants: { ...grants, iq: [...grants.iq], delegated } });
      },
      'components.remove': ({ domain }) => {
        this.components = this.components.filter((component) => component.domain !== domain);
      },
    };
  }
}
