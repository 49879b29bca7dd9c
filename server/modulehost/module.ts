/**
 * The whole extension surface: what a module says about itself, what it gets, and everything that it can hook.
 * Third-party modules use the same and nothing else.
 */
import type { Account } from '../accounts/account.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Role } from '../accounts/roles.ts';
import type { Administration } from '../administration/administration.ts';
import type { Clock } from '../clock/clock.ts';
import type { SettingsGroup, Values } from '../config/setting.ts';
import type { Jid } from '../jid/jid.ts';
import type { Logger } from '../log/log.ts';
import type { AbsentHandler, RequestDelegate, ServerMessageHandler } from '../router/accounts-route.ts';
import type { BindFeature } from '../router/bind-features.ts';
import type { IqRoute } from '../router/iq-table.ts';
import type { OwnRequests } from '../router/own-requests.ts';
import type { PresenceHandler, Route, Router } from '../router/router.ts';
import type { SessionHooks, SessionLifecycle } from '../router/session-lifecycle.ts';
import type { InboundStages, OutboundStages } from '../router/stages.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Form } from '../stanza/form.ts';
import type { Iq, Message, Presence } from '../stanza/stanza.ts';
import type { Migration } from '../store/migrations.ts';
import type { Reader } from '../store/reader.ts';
import type { Writer } from '../store/writer.ts';
import type { Specification, StreamFeature } from '../stream/feature.ts';
import type { InlineFeature } from '../stream/features/sasl2-inline.ts';
import type { Command } from './commands.ts';
import type { Disco, Identity } from './disco.ts';
import type { Network } from './network.ts';
import type { PeerServer } from './peers.ts';
import type { Provided, ServiceToken } from './services.ts';
import type { WebAddress, WebRoutes } from './web.ts';

export interface ModuleDefinition<C extends SettingsGroup> {
  /** Also the name of its file, of its group of settings and of the prefix of its tables. */
  readonly name: string;
  /** One sentence that a user would understand. */
  readonly summary: string;
  readonly xeps: readonly Specification[];
  /** What disco#info of the server says because of this module. */
  readonly features?: readonly string[];
  readonly identities?: readonly Identity[];
  /** What disco#info of every account says because of this module. */
  readonly accountFeatures?: readonly string[];
  readonly accountIdentities?: readonly Identity[];
  readonly config?: C;
  readonly migrations?: readonly Omit<Migration, 'owner'>[];
  /** Services that its hooks provide to others. */
  readonly provides?: readonly ServiceToken<unknown>[];
  /** Services of other modules, which are started before. */
  readonly needs?: readonly ServiceToken<unknown>[];
  start(host: Host<C>): Hooks;
  /** For timers and sockets only; hooks are taken back by the host. */
  stop?(): void | Promise<void>;
}

/** What a module gets. */
export interface Host<C extends SettingsGroup = SettingsGroup> {
  readonly domain: string;
  readonly version: string;
  readonly startedAtMs: number;
  /** Live: reading a setting gives its value now. */
  readonly config: Values<C>;
  readonly log: Logger;
  readonly clock: Clock;
  /** Unpredictable text of `bytes` bytes in lower-case hexadecimal digits. */
  readonly randomId: (bytes: number) => string;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly lifecycle: SessionLifecycle;
  readonly router: Router;
  /** Asks somebody in the server's own name. */
  readonly ownRequests: Pick<OwnRequests, 'get' | 'set'>;
  readonly disco: Disco;
  /** Commands of all modules, by node. */
  readonly commands: ReadonlyMap<string, Command>;
  /** The role of an account here, with the setting `admin.jids` taken into account; undefined for everybody else. */
  roleOf(jid: Jid): Role | undefined;
  /** Through which everything is done that an administrator asks for. */
  readonly administration: Administration;
  /** Where the server answers HTTPS; read it when it is needed, since the port opens after the modules. */
  readonly web: WebAddress;
  /** For ports of the module's own. */
  readonly network: Network;
  /** With whom there are streams now; none while federation is off. */
  readonly peers: () => readonly PeerServer[];
  /** A directory of the module's own, for what is too large for the database. The module makes it. */
  readonly folder: string;
  /** A service that is listed under `needs`. */
  use<T>(token: ServiceToken<T>): T;
}

/** What needs somebody's attention while the server runs. */
export interface Problem {
  readonly code: string;
  /** What is wrong, as a sentence. */
  readonly text: string;
  /** What can be done, in sentences. */
  readonly fix: string;
}

export interface Hooks {
  readonly iq?: readonly IqRoute[];
  readonly message?: {
    readonly outbound?: OutboundStages<Message>;
    readonly inbound?: InboundStages<Message>;
  };
  readonly presence?: {
    readonly outbound?: OutboundStages<Presence>;
    readonly inbound?: Omit<InboundStages<Presence>, 'copy'>;
    /** One module has it. */
    readonly handler?: PresenceHandler;
  };
  /** Requests and answers on their way; what a module answers itself stands under `iq`. */
  readonly passingIq?: {
    readonly outbound?: OutboundStages<Iq>;
    readonly inbound?: Omit<InboundStages<Iq>, 'copy'>;
  };
  /** What disco#info of the server tells further (XEP-0128); asked again when a setting of the module changes. */
  readonly serverForms?: () => readonly Form[];
  /** Messages for which nobody is there. */
  readonly absent?: AbsentHandler;
  /** Messages to the server itself. */
  readonly toServer?: ServerMessageHandler;
  /** Requests to the server and to accounts that somebody else answers than whoever stands under `iq`. */
  readonly delegate?: RequestDelegate;
  readonly session?: SessionHooks;
  readonly account?: {
    readonly created?: (account: Account) => void;
    readonly removed?: (account: Account) => void;
  };
  readonly streamFeatures?: readonly StreamFeature[];
  /** What is done along with signing in (XEP-0388). */
  readonly sasl2?: readonly InlineFeature[];
  /** What is switched on along with binding a resource (XEP-0386). */
  readonly bind2?: readonly BindFeature[];
  readonly commands?: readonly Command[];
  /** What is answered over HTTPS. */
  readonly http?: WebRoutes;
  /** Services by their domain, which are listed in disco#items of the server. */
  readonly routes?: readonly { readonly domain: string; readonly name: string; readonly route: Route }[];
  readonly provides?: readonly Provided[];
  /** Called after one of the module's settings has changed, with its name within the group. */
  readonly settingChanged?: (name: string) => void;
  /** The module's own, the worst first; asked whenever the status of the server is told. */
  readonly problems?: () => readonly Problem[];
  /** For what `start` set going or entered elsewhere: timers, sockets, listeners. Called once the hooks are taken back. */
  readonly stop?: () => void | Promise<void>;
}

/** A module as the host sees it, its settings' type forgotten. */
export type Module = ModuleDefinition<SettingsGroup>;

export function defineModule<const C extends SettingsGroup = Record<never, never>>(
  definition: ModuleDefinition<C>,
): Module {
  return definition as unknown as Module;
}
