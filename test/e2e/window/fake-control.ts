/**
 * The real doors and the real contract over a server that is none: a family's data in memory, which the tests change as
 * they please. What it refuses, it refuses in the words of the real one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccountError } from '../../../server/accounts/account-error.ts';
import { thisComputer } from '../../../server/administration/actor.ts';
import { DeedError } from '../../../server/administration/deed-error.ts';
import type { Carriers } from '../../../server/administration/deeds.ts';
import { systemClock } from '../../../server/clock/clock.ts';
import { Config } from '../../../server/config/config.ts';
import { serverGroups } from '../../../server/config/settings.ts';
import type {
  AccountSummary,
  DeviceSummary,
  FileSummary,
  ReportSummary,
  SessionSummary,
  Status,
} from '../../../server/control/contract.ts';
import type { Deeds } from '../../../server/control/deeds.ts';
import { createHandlers } from '../../../server/control/handlers.ts';
import { openWebDoor, type WebDoor } from '../../../server/control/web-door.ts';
import { createLogger } from '../../../server/log/log.ts';
import { RecentLines } from '../../../server/log/recent-lines.ts';
import { componentsSettings } from '../../../server/modules/components/settings.ts';
import { modules } from '../../../server/modules/index.ts';
import { FakeFederation } from '../../control/fake-federation.ts';
import { aNeighbour, FakePairs } from '../../control/fake-pairs.ts';
import { PAGE_DIR } from './build-window.ts';
import { FakeAdministration } from './fake-administration.ts';
import { FakeGroups } from './fake-groups.ts';
import * as household from './fake-household.ts';
import { FakeInvitations } from './fake-invitations.ts';
import { FakeOwnDomain, OWN_DOMAIN, peers } from './fake-own-domain.ts';
import { FakeSurroundings } from './fake-surroundings.ts';

const nameOf = (jid: string): string => jid.split('@')[0] ?? '';

export class FakeControl {
  readonly #directory = mkdtempSync(join(tmpdir(), 'snug-window-'));
  readonly #log = createLogger('silent', { write: () => undefined });
  readonly lines = new RecentLines();
  readonly #listeners = new Set<() => void>();
  readonly config: Config;
  readonly #pageDir: string;
  #accounts: readonly AccountSummary[] = household.accounts;
  #sessions: readonly SessionSummary[] = household.sessions;
  #files: readonly FileSummary[] = household.files;
  #reports: readonly ReportSummary[] = household.reports;
  #devices: readonly DeviceSummary[] = household.devices;
  #messages = household.status.traffic.messages;
  #problems: Status['problems'] = [];
  #door: WebDoor | undefined;
  #port = 0;
  #keys = 0;
  /** What was asked of the server, in order. */
  readonly done: string[] = [];
  readonly federation = new FakeFederation({
    obstacle: 'Needs a domain of your own: miller.local is known on this network only.',
    done: (what) => this.done.push(what),
  });
  readonly pairs = new FakePairs({ servers: [aNeighbour], done: (what) => this.done.push(what) });
  readonly administration = new FakeAdministration({
    done: this.done,
    rolesInUse: () => this.#accounts.map(({ role }) => role),
    online: () => new Set(this.#sessions.map(({ jid }) => nameOf(jid))).size,
  });

  readonly groups = new FakeGroups({
    everyone: () => this.#accounts.filter(({ role }) => role !== 'limited').map(({ localpart }) => localpart),
    changed: () => this.#changed(),
  });

  readonly invitations = new FakeInvitations(() => this.#changed());

  readonly ownDomain = new FakeOwnDomain({
    done: (what) => this.done.push(what),
    changed: () => this.#changed(),
  });

  readonly surroundings = new FakeSurroundings({ config: () => this.config, changed: () => this.#changed() });

  private constructor(overrides: readonly string[], pageDir: string) {
    this.#pageDir = pageDir;
    const ofModules = modules.flatMap(({ name, config }) => (config === undefined ? [] : [[name, config] as const]));
    const groups = { ...serverGroups, ...Object.fromEntries(ofModules) };
    this.config = Config.load({ path: join(this.#directory, 'settings.json'), groups, overrides });
    for (const line of household.logLines) this.lines.write(line);
    this.federation.domain = household.status.domain;
  }

  static async open(overrides: readonly string[] = [], pageDir = PAGE_DIR): Promise<FakeControl> {
    const control = new FakeControl(overrides, pageDir);
    await control.comeBack();
    return control;
  }

  /** Opens the door, on the same port as before. */
  async comeBack(): Promise<void> {
    this.#door = await openWebDoor({
      port: this.#port,
      pageDir: this.#pageDir,
      router: createHandlers(this.#deeds(), this.#log),
      actor: thisComputer('window'),
      clock: systemClock,
      randomBytes: (size) => Buffer.alloc(size, ++this.#keys),
      log: this.#log,
    });
    this.#port = this.#door.port;
  }

  /** The server dies, as far as the window can see. */
  async goAway(): Promise<void> {
    await this.#door?.close();
    this.#door = undefined;
  }

  address(): string {
    if (this.#door === undefined) throw new Error('the door is closed');
    return this.#door.newAddress();
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async close(): Promise<void> {
    await this.goAway();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  signIn(session: SessionSummary): void {
    this.#sessions = [...this.#sessions, session];
    this.#changed();
  }

  signEverybodyOut(): void {
    this.#sessions = [];
    this.#changed();
  }

  /** These are there as well from now on. */
  add(...accounts: readonly AccountSummary[]): void {
    this.#accounts = [...this.#accounts, ...accounts];
    this.#changed();
  }

  removeEverybody(): void {
    this.#accounts = [];
    this.signEverybodyOut();
  }

  /** The server has a domain of its own, so that it can chat with others. */
  liveAt(domain = OWN_DOMAIN): void {
    this.federation.domain = domain;
    this.federation.obstacle = undefined;
    this.federation.peers = peers;
    this.#changed();
  }

  /** From now on this is what needs attention. */
  meet(problems: Status['problems']): void {
    this.#problems = problems;
    this.#changed();
  }

  #changed(): void {
    this.#messages += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  #status(): Status {
    return {
      ...household.status,
      domain: this.federation.domain,
      certificate: { ...household.status.certificate, ...this.ownDomain.shownCertificate },
      accounts: this.#accounts.length,
      sessions: this.#sessions.length,
      onlineAccounts: new Set(this.#sessions.map(({ jid }) => nameOf(jid))).size,
      traffic: { messages: this.#messages },
      federation: this.federation.state(),
      problems: this.#problems,
    };
  }

  #deeds(): Deeds {
    return {
      status: () => this.#status(),
      sessions: () => this.#sessions,
      askClients: () => Promise.resolve(),
      accounts: () => this.#summaries(),
      roles: () => this.administration.roles(),
      audit: {
        list: ({ limit, text = '' }) =>
          household.audit.filter((entry) => JSON.stringify(entry).includes(text)).slice(0, limit),
        onAppend: () => () => undefined,
      },
      messages: () => this.administration.messages(),
      files: () => this.#files,
      reports: { list: () => this.#reports, onChange: (listener) => this.#follow(listener) },
      devices: (localpart) => Promise.resolve(localpart === 'anna' ? this.#devices : []),
      components: () => ({
        address: '127.0.0.1',
        port: this.config.group('components', componentsSettings).port === 'off' ? null : 5347,
        components: this.administration.components,
      }),
      groups: { list: () => this.groups.list(), onChange: (listener) => this.#follow(listener) },
      invitations: {
        list: () => this.invitations.list(),
        onChange: (listener) => this.#follow(listener),
      },
      federation: this.federation,
      domain: this.ownDomain,
      pairs: this.pairs,
      perform: (_actor, deed, input) => {
        const carry = this.#carriers()[deed];
        if (carry === undefined) return Promise.reject(new Error(`the fake cannot do ${deed}`));
        return (async () => await (carry as (given: unknown) => Promise<never>)(input))();
      },
      network: this.surroundings.network(),
      trust: this.surroundings.trust(),
      config: this.config,
      logs: this.lines,
      onChange: (listener) => this.#follow(listener),
      clock: systemClock,
      generatePassword: () => 'k7mwq-2vhdn-x9rtf-b4ycz',
    };
  }

  #follow(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #summaries(): readonly AccountSummary[] {
    return this.#accounts.map((account) => ({
      ...account,
      sessions: this.#sessions.filter(({ jid }) => nameOf(jid) === account.localpart).length,
    }));
  }

  #carriers(): Partial<Carriers> {
    const change = (localpart: string, changed: Partial<AccountSummary>): Promise<void> => {
      const before = this.#accounts.find((account) => account.localpart === localpart);
      if (before === undefined)
        return Promise.reject(new AccountError('not-found', `There is no account "${localpart}".`));
      const after = this.#accounts.map((account) => (account === before ? { ...before, ...changed } : account));
      if (!after.some(({ role, isDisabled }) => role === 'admin' && !isDisabled)) {
        return Promise.reject(new AccountError('last-admin', `"${localpart}" is the last administrator.`));
      }
      this.#accounts = after;
      if (changed.isDisabled === true) this.#sessions = this.#sessions.filter(({ jid }) => nameOf(jid) !== localpart);
      this.#changed();
      return Promise.resolve();
    };
    return {
      ...this.administration.carriers(),
      ...this.federation.carriers(),
      ...this.ownDomain.carriers(),
      ...this.pairs.carriers(),
      ...this.surroundings.carriers(),
      ...this.groups.carriers(),
      ...this.invitations.carriers(),
      'sessions.end': ({ jid }) => {
        const left = this.#sessions.filter((session) => session.jid !== jid);
        const isThere = left.length < this.#sessions.length;
        this.#sessions = left;
        this.#changed();
        if (isThere) return Promise.resolve();
        return Promise.reject(new DeedError('not-found', `There is no session ${jid}.`));
      },
      'settings.set': async ({ key, value }) => {
        if (key === 'federation.enabled') this.federation.enable(value === true);
        await this.config.set(key, value);
        this.#changed();
      },
      'window.open': () => Promise.resolve(this.address()),
      'server.stop': () => {
        this.done.push('stop');
        return Promise.resolve();
      },
      'accounts.create': async ({ localpart, password, role, expiresAt }) => {
        if (!/^[a-z0-9.-]+$/.test(localpart)) {
          throw new AccountError('invalid-name', `"${localpart}" cannot be the name of an account.`);
        }
        if (this.#accounts.some((account) => account.localpart === localpart)) {
          throw new AccountError('conflict', `The name "${localpart}" is taken.`);
        }
        if (password.length < 8) throw new AccountError('weak-password', 'The password needs at least 8 characters.');
        const jid = `${localpart}@${household.status.domain}`;
        const createdAt = household.NOW.toISOString();
        const account: AccountSummary = {
          localpart,
          jid,
          role,
          status: 'enabled',
          isDisabled: false,
          createdAt,
          ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
          sessions: 0,
        };
        this.#accounts = [...this.#accounts, account].toSorted((one, other) =>
          one.localpart.localeCompare(other.localpart),
        );
        this.#changed();
        return await Promise.resolve({
          localpart,
          role,
          status: 'enabled' as const,
          isEnabled: true,
          isGuest: false,
          createdAt: Date.parse(createdAt),
        });
      },
      'accounts.setPassword': ({ localpart }) => change(localpart, {}),
      'accounts.setRole': ({ localpart, role }) => change(localpart, { role }),
      'accounts.disable': ({ localpart }) => change(localpart, { isDisabled: true, status: 'disabled' }),
      'accounts.enable': ({ localpart }) => change(localpart, { isDisabled: false, status: 'enabled' }),
      'accounts.delete': async ({ localpart }) => {
        const vanishesAt = new Date(household.NOW.getTime() + 7 * 86_400_000).toISOString();
        await change(localpart, { status: 'deleted', vanishesAt });
        this.#sessions = this.#sessions.filter(({ jid }) => nameOf(jid) !== localpart);
        this.#changed();
      },
      'accounts.restore': ({ localpart }) => change(localpart, { status: 'enabled' }),
      'accounts.approve': ({ localpart }) => change(localpart, { status: 'enabled' }),
      'accounts.refuse': ({ localpart }) => {
        this.#accounts = this.#accounts.filter((account) => account.localpart !== localpart);
        this.#changed();
      },
      'accounts.setExpiry': async ({ localpart, expiresAt }) => {
        await change(localpart, {});
        this.#accounts = this.#accounts.map(({ expiresAt: _, ...account }) => {
          const end = account.localpart === localpart ? expiresAt : _ && Date.parse(_);
          return end === undefined ? account : { ...account, expiresAt: new Date(end).toISOString() };
        });
        this.#changed();
      },
      'files.remove': ({ id }) => {
        this.#files = this.#files.filter((file) => file.id !== id);
        this.#changed();
      },
      'reports.resolve': ({ id }) => {
        this.#reports = this.#reports.map((report) => (report.id === id ? { ...report, isResolved: true } : report));
        this.#changed();
      },
      'clients.revoke': ({ id }) => {
        this.#devices = this.#devices.filter((device) => device.id !== id);
        this.#changed();
        return true;
      },
      'accounts.remove': async ({ localpart }) => {
        await change(localpart, { role: 'member' });
        this.#accounts = this.#accounts.filter((account) => account.localpart !== localpart);
        this.#sessions = this.#sessions.filter(({ jid }) => nameOf(jid) !== localpart);
        this.#changed();
      },
    };
  }
}
