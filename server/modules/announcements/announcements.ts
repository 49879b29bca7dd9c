/** What administrators tell everybody: announcements, a message of the day, and a welcome for new people. */
import { defineModule, type Host } from '../../modulehost/module.ts';
import { ANNOUNCEMENTS, type AnnouncementsService, provide } from '../../modulehost/services.ts';
import type { Session } from '../../session/session.ts';
import { NS_CLIENT } from '../../stanza/stanza.ts';
import type { Change } from '../../store/writer.ts';
import { el } from '../../xml/element.ts';
import * as store from './store.ts';

const ID_BYTES = 8;

export const announcements = defineModule({
  name: 'announcements',
  summary: 'Tells people what administrators have to say: at once, once a day, or when they come for the first time.',
  xeps: [],
  migrations: store.MIGRATIONS,
  provides: [ANNOUNCEMENTS],

  start(host) {
    const standing = new StandingMessages(host);
    return {
      provides: [provide(ANNOUNCEMENTS, standing)],
      session: {
        presenceChanged(session, before) {
          if (!before.isAvailable && session.isAvailable) standing.greet(session.account);
        },
      },
      account: {
        created: ({ localpart, isGuest }) => {
          if (!isGuest) standing.expect(localpart);
        },
      },
    };
  },
});

class StandingMessages implements AnnouncementsService {
  readonly #host: Host;
  readonly #standing = new Map<store.Kind, store.StandingMessage>();
  /** On their way to the disk: which message of the day an account was told, and whether it has come before. */
  readonly #told = new Map<string, string>();
  readonly #newcomers = new Map<string, boolean>();

  constructor(host: Host) {
    this.#host = host;
    for (const kind of ['motd', 'welcome'] as const) {
      const message = store.readMessage(host.reader, kind);
      if (message !== undefined) this.#standing.set(kind, message);
    }
  }

  get motd(): string | undefined {
    return this.#standing.get('motd')?.text;
  }

  get welcome(): string | undefined {
    return this.#standing.get('welcome')?.text;
  }

  /** RFC 6121 section 5.2.2: a headline goes to all devices that are there, and is kept for nobody. */
  send(text: string): number {
    const online = this.#online();
    for (const localpart of online) this.#tell(localpart, text, 'headline');
    return online.size;
  }

  async setMotd(text: string): Promise<void> {
    await this.#put('motd', { id: this.#host.randomId(ID_BYTES), text });
    for (const localpart of this.#online()) this.#tellMotd(localpart);
  }

  async editMotd(text: string): Promise<void> {
    const before = this.#standing.get('motd');
    if (before === undefined) await this.setMotd(text);
    else await this.#put('motd', { id: before.id, text });
  }

  removeMotd(): Promise<void> {
    return this.#remove('motd');
  }

  setWelcome(text: string): Promise<void> {
    return this.#put('welcome', { id: this.#host.randomId(ID_BYTES), text });
  }

  removeWelcome(): Promise<void> {
    return this.#remove('welcome');
  }

  /** There is a new account, which nobody has used yet. */
  expect(localpart: string): void {
    this.#remember(this.#newcomers, localpart, true, store.putNewcomer(localpart));
  }

  /** Somebody has come. */
  greet(localpart: string): void {
    const { accounts, reader } = this.#host;
    if (accounts.get(localpart)?.isGuest !== false) return;
    if (this.#newcomers.get(localpart) ?? store.isNewcomer(reader, localpart)) {
      this.#remember(this.#newcomers, localpart, false, store.removeNewcomer(localpart));
      if (this.welcome !== undefined) this.#tell(localpart, this.welcome, 'normal');
    }
    this.#tellMotd(localpart);
  }

  #tellMotd(localpart: string): void {
    const message = this.#standing.get('motd');
    if (message === undefined) return;
    if ((this.#told.get(localpart) ?? store.readTold(this.#host.reader, localpart)) === message.id) return;
    this.#remember(this.#told, localpart, message.id, store.putTold(localpart, message.id));
    this.#tell(localpart, message.text, 'normal');
  }

  /** To the account, so that every device has it, and the archive. */
  #tell(localpart: string, text: string, type: 'headline' | 'normal'): void {
    const { domain, router, randomId } = this.#host;
    const attributes = { from: domain, to: `${localpart}@${domain}`, type, id: randomId(ID_BYTES) };
    router.send(el('message', NS_CLIENT, attributes, el('body', NS_CLIENT, undefined, text)));
  }

  /** Accounts with a device that is there; a guest who is there is told of a restart as well. */
  #online(): Set<string> {
    const isThere = (session: Session) => session.isAvailable && session.priority >= 0;
    return new Set([...this.#host.sessions.all()].filter(isThere).map(({ account }) => account));
  }

  async #put(kind: store.Kind, message: store.StandingMessage): Promise<void> {
    await this.#host.writer.write([store.putMessage(kind, message)]);
    this.#standing.set(kind, message);
  }

  async #remove(kind: store.Kind): Promise<void> {
    await this.#host.writer.write([store.removeMessage(kind)]);
    this.#standing.delete(kind);
  }

  /** Holds the value in memory until it can be read. */
  #remember<T>(pending: Map<string, T>, localpart: string, value: T, change: Change): void {
    pending.set(localpart, value);
    const settled = () => {
      if (pending.get(localpart) === value) pending.delete(localpart);
    };
    this.#host.writer.write([change]).then(settled, settled);
  }
}
