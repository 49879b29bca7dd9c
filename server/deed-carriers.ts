/** How each administrative deed is carried out by the running server. Who may do it was asked before. */

import { createAccountCarriers } from './account-carriers.ts';
import type { Accounts } from './accounts/accounts.ts';
import { DeedError } from './administration/deed-error.ts';
import type { Carriers, Ending } from './administration/deeds.ts';
import type { Clock, Timer } from './clock/clock.ts';
import { createComponentCarriers } from './component-carriers.ts';
import type { Config } from './config/config.ts';
import { adminSettings } from './config/settings.ts';
import { createDomainCarriers, type DomainKeeper } from './domain-carriers.ts';
import { createFederationCarriers, type FederationDoor, refuseImpossibleSetting } from './federation-carriers.ts';
import { createGroupCarriers } from './group-carriers.ts';
import { parseJid } from './jid/jid.ts';
import { INVITATIONS } from './modulehost/invitations.ts';
import {
  ANNOUNCEMENTS,
  type AnnouncementsService,
  CLIENT_ACCESS,
  REPORTS,
  type ServiceToken,
  UPLOADS,
} from './modulehost/services.ts';
import { createPairCarriers, type PairKeeper } from './pair-carriers.ts';
import { createPeopleCarriers } from './people-carriers.ts';
import type { SessionLifecycle } from './router/session-lifecycle.ts';
import type { Sessions } from './session/sessions.ts';
import { createTrustCarriers, type TrustKeeper } from './trust-carriers.ts';

const SECOND_MS = 1000;

/** What only who started the server can do. */
export interface Keeper {
  stop(): void;
  restart(): void;
  /** A fresh one-time address of the window in a browser; undefined where this server opens none. */
  windowAddress(): string | undefined;
  readonly trust?: TrustKeeper;
  readonly domain?: DomainKeeper | undefined;
  readonly pairs?: PairKeeper;
}

export interface DeedCarriersOptions {
  readonly domain: string;
  readonly accounts: Accounts;
  readonly config: Config;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly lifecycle: SessionLifecycle;
  /** A service of the modules; undefined while its module is switched off. */
  readonly find: <T>(token: ServiceToken<T>) => T | undefined;
  readonly keeper: Keeper;
  /** Undefined where there is no federation. */
  readonly federation: () => FederationDoor | undefined;
  /** Resolves when what was written before is on disk. */
  readonly flush: () => Promise<void>;
}

/** `cancel` takes back an ending that has not come yet. */
export function createDeedCarriers(options: DeedCarriersOptions): { readonly carriers: Carriers; cancel(): void } {
  const { domain, accounts, config, sessions, lifecycle, keeper } = options;
  const admin = config.group('admin', adminSettings);
  const find = <T>(token: ServiceToken<T>): T => {
    const service = options.find(token);
    if (service === undefined) throw new DeedError('refused', `The feature “${token.name}” is switched off.`);
    return service;
  };
  const announcements = (): AnnouncementsService => find(ANNOUNCEMENTS);
  const endings = new Endings(options, (text) => announcements().send(text));

  const carriers: Carriers = {
    ...createAccountCarriers(accounts, {
      localparts: () => admin.jids.flatMap((text) => parseJid(text)?.local ?? []),
      keepOnly: (localparts) =>
        config.set(
          'admin.jids',
          admin.jids.filter((text) => localparts.has(parseJid(text)?.local ?? '')),
        ),
    }),
    ...createPeopleCarriers(options, find),
    ...createComponentCarriers(find),
    ...createDomainCarriers(() => keeper.domain),
    ...createFederationCarriers(options.federation),
    ...createGroupCarriers(config, find),
    ...createPairCarriers({ domain, config, keeper: () => keeper.pairs }),
    ...createTrustCarriers(() => keeper.trust),
    async 'clients.revoke'({ localpart, id, signOut }) {
      const outcome = await find(CLIENT_ACCESS).revoke(localpart, id, { signOut });
      if (outcome === 'unknown') throw new DeedError('not-found', 'There is no such device.');
      if (outcome === 'password-known' && !signOut) {
        throw new DeedError(
          'conflict',
          'This device knows the password, so it could come back: give the account a new password as well.',
        );
      }
      return outcome === 'password-known';
    },
    'sessions.end'({ jid: text, condition }) {
      const jid = parseJid(text);
      const session = jid?.domain === domain ? sessions.get(jid.local, jid.resource) : undefined;
      if (session === undefined) throw new DeedError('not-found', `There is no session ${text}.`);
      lifecycle.end(session, { condition, text: 'An administrator ended this session.' });
    },
    async 'settings.set'({ key, value }) {
      if (!config.has(key)) throw new DeedError('not-found', `There is no setting called ${key}.`);
      refuseImpossibleSetting(key, value, options.federation());
      await config.set(key, value);
    },
    'invitations.create': (wish) => find(INVITATIONS).create(wish),
    'invitations.revoke': ({ id }) => find(INVITATIONS).revoke(id),
    'announcements.send': ({ text }) => announcements().send(text),
    'motd.set': ({ text }) => announcements().setMotd(text),
    'motd.edit': ({ text }) => announcements().editMotd(text),
    'motd.remove': () => announcements().removeMotd(),
    'welcome.set': ({ text }) => announcements().setWelcome(text),
    'welcome.remove': () => announcements().removeWelcome(),
    async 'files.remove'({ id }) {
      if (!(await find(UPLOADS).remove(id))) throw new DeedError('not-found', 'There is no such file.');
    },
    async 'reports.resolve'({ id }) {
      if (!(await find(REPORTS).resolve(id))) throw new DeedError('not-found', 'There is no such report.');
    },
    'window.open'() {
      const address = keeper.windowAddress();
      if (address !== undefined) return address;
      throw new DeedError('refused', 'This server does not show its window in a browser (see window.enabled).');
    },
    'server.stop': (ending) => endings.plan(ending, () => keeper.stop()),
    'server.restart': (ending) => endings.plan(ending, () => keeper.restart()),
  };
  return { carriers, cancel: () => endings.cancel() };
}

/** The end that is planned, if there is one: a later plan takes its place. */
class Endings {
  readonly #options: Pick<DeedCarriersOptions, 'clock' | 'flush'>;
  readonly #announce: (text: string) => void;
  #timer: Timer | undefined;

  constructor(options: Pick<DeedCarriersOptions, 'clock' | 'flush'>, announce: (text: string) => void) {
    this.#options = options;
    this.#announce = announce;
  }

  plan({ delaySeconds, announcement }: Ending, end: () => void): void {
    if (announcement !== '') this.#announce(announcement);
    this.cancel();
    if (delaySeconds === 0) void this.#endSoon(end);
    else this.#timer = this.#options.clock.after(delaySeconds * SECOND_MS, end);
  }

  /** The entry in the audit log, and then the answer, come before the stop that closes the doors they leave by. */
  async #endSoon(end: () => void): Promise<void> {
    await new Promise(setImmediate);
    await this.#options.flush().catch(() => undefined); // on a broken disk the server ends anyway
    setImmediate(end);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
