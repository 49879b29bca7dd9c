/** What federation is put together from, and what it tells of itself. */
import type { Accounts } from '../accounts/accounts.ts';
import type { Clock } from '../clock/clock.ts';
import type { federationSettings } from '../config/federation-settings.ts';
import type { Values } from '../config/setting.ts';
import type { Logger } from '../log/log.ts';
import type { RosterService } from '../modulehost/services.ts';
import type { Router } from '../router/router.ts';
import type { SessionLifecycle } from '../router/session-lifecycle.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Reader } from '../store/reader.ts';
import type { Writer } from '../store/writer.ts';
import type { LinksOptions } from './links/link-options.ts';
import type { Links } from './links/links.ts';
import type { PairedServers } from './paired-servers.ts';
import type { Pins } from './pins.ts';
import type { OpenPort, PortNumbers } from './ports.ts';

export type FederationState = 'off' | 'starting' | 'on' | 'stopping';

export type LinkEvents = Pick<LinksOptions, 'isLocal' | 'policy' | 'receive' | 'delivered' | 'undeliverable'>;
export type FederationLinks = Pick<Links, 'send' | 'accept' | 'summaries' | 'onChange' | 'test' | 'close' | 'stop'>;

export interface FederationOptions {
  /** Of the accounts. */
  readonly domain: string;
  readonly settings: Values<typeof federationSettings>;
  /** Told of each change of any setting. */
  readonly onSetting: (listener: (key: string) => void) => void;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly router: Router;
  readonly sessions: Sessions;
  readonly lifecycle: Pick<SessionLifecycle, 'hooks'>;
  readonly accounts: Pick<Accounts, 'has'>;
  /** True for an account, by localpart, that may not chat with other servers. */
  readonly isBarred: (account: string) => boolean;
  /** Undefined while there are no contact lists. */
  readonly roster: () => Pick<RosterService, 'hasContact' | 'greet' | 'leave'> | undefined;
  readonly pairs: PairedServers;
  /** Made anew each time that federation is switched on. */
  readonly createLinks: (events: LinkEvents, pins: Pick<Pins, 'of'>) => FederationLinks;
  readonly openPort: OpenPort;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface FederationStatus {
  readonly state: FederationState;
  /** As people have set it. */
  readonly isEnabled: boolean;
  /** Why it cannot be switched on at all, as a sentence. */
  readonly obstacle: string | undefined;
  /** Why it is off although it is wanted, as a sentence. */
  readonly failure: string | undefined;
  readonly ports: PortNumbers;
}
