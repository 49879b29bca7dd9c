/** Who is in a room: occupants by nickname, each with one or more sessions of one user. */
import { type Jid, joinJid } from '../../jid/jid.ts';
import type { Element } from '../../xml/element.ts';
import { nickKey } from './nickname.ts';
import type { RoomRole } from './privileges.ts';

export interface OccupantSession {
  /** Full JID. */
  readonly jid: Jid;
  /** What may be shown of the last presence. */
  presence: Element;
  /** True for one that follows the versions of the affiliations (XEP-0463). */
  hasVersions?: boolean;
}

export class Occupant {
  readonly nick: string;
  /** The occupant JID. */
  readonly address: Jid;
  /** Bare JID. */
  readonly user: Jid;
  /** XEP-0421. */
  readonly id: string;
  role: RoomRole;
  /** By full JID. */
  readonly sessions = new Map<string, OccupantSession>();

  constructor(options: {
    readonly room: Jid;
    readonly nick: string;
    readonly user: Jid;
    readonly id: string;
    readonly role: RoomRole;
  }) {
    const { room, nick } = options;
    this.nick = nick;
    this.address = joinJid(room.local, room.domain, nick);
    this.user = options.user;
    this.id = options.id;
    this.role = options.role;
  }

  /** The session whose presence is shown and that gets requests: the latest at which somebody sits, or else the latest. */
  get foremost(): OccupantSession | undefined {
    let foremost: OccupantSession | undefined;
    for (const session of this.sessions.values()) {
      if (foremost === undefined || !isAway(session) || isAway(foremost)) foremost = session;
    }
    return foremost;
  }
}

/** Clients seldom state a priority in rooms, but whether anybody is there. */
function isAway({ presence }: OccupantSession): boolean {
  const show = presence.childText('show');
  return show === 'away' || show === 'xa';
}

export class Occupants {
  readonly #byNick = new Map<string, Occupant>();
  readonly #bySession = new Map<string, Occupant>();
  /** How many occupants a user is, by bare JID: asked for with every message. */
  readonly #users = new Map<string, number>();

  /** Occupants, not sessions: devices of one person under one nickname count once. */
  get count(): number {
    return this.#byNick.size;
  }

  all(): Iterable<Occupant> {
    return this.#byNick.values();
  }

  /** The occupant with exactly this nickname. */
  get(nick: string): Occupant | undefined {
    const found = this.#byNick.get(nickKey(nick));
    return found?.nick === nick ? found : undefined;
  }

  /** The occupant whose nickname is this one or could be taken for it. */
  like(nick: string): Occupant | undefined {
    return this.#byNick.get(nickKey(nick));
  }

  ofSession(jid: Jid): Occupant | undefined {
    return this.#bySession.get(jid.full);
  }

  /** Whether a user, a bare JID, is here under some nickname. */
  hasUser(bare: string): boolean {
    return this.#users.has(bare);
  }

  ofUser(bare: string): readonly Occupant[] {
    return [...this.#byNick.values()].filter(({ user }) => user.bare === bare);
  }

  /** The occupant enters with its first session, which is in no other occupant any more. */
  addSession(occupant: Occupant, session: OccupantSession): void {
    if (occupant.sessions.size === 0) this.#count(occupant.user.bare, 1);
    occupant.sessions.delete(session.jid.full); // to the end: the latest
    occupant.sessions.set(session.jid.full, session);
    this.#bySession.set(session.jid.full, occupant);
    this.#byNick.set(nickKey(occupant.nick), occupant);
  }

  /** The occupant is gone with its last session. */
  removeSession(occupant: Occupant, jid: Jid): void {
    const wasIn = occupant.sessions.delete(jid.full);
    this.#bySession.delete(jid.full);
    if (!wasIn || occupant.sessions.size > 0) return;
    this.#byNick.delete(nickKey(occupant.nick));
    this.#count(occupant.user.bare, -1);
  }

  #count(user: string, change: 1 | -1): void {
    const count = (this.#users.get(user) ?? 0) + change;
    if (count === 0) this.#users.delete(user);
    else this.#users.set(user, count);
  }
}
