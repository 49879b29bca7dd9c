/** The room service: all rooms, how they come and go, and what leaves them. */
import { type Jid, joinJid, parseJid } from '../../jid/jid.ts';
import type { Host } from '../../modulehost/module.ts';
import type { ArchiveService, BlockingService, BlockListsService, PushService } from '../../modulehost/services.ts';
import type { Session } from '../../session/session.ts';
import { errorReply, type StanzaError } from '../../stanza/error.ts';
import type { AddressedStanza, MessageType, PresenceType } from '../../stanza/stanza.ts';
import { type Element, el } from '../../xml/element.ts';
import { CardStore } from './card/store.ts';
import { defaultConfiguration, type RoomConfiguration } from './configuration.ts';
import { HatStore } from './hats/store.ts';
import { NS_MUC } from './namespaces.ts';
import { occupantId } from './occupant-ids.ts';
import { ArchiveRecord, MemoryRecord } from './record.ts';
import { Relays } from './relays.ts';
import { Room } from './room.ts';
import { RoomError } from './room-error.ts';
import { SearchLimit } from './search/search-limit.ts';
import type { ROOM_SETTINGS } from './settings.ts';
import { RoomStore } from './store.ts';
import { readVersions } from './versions/store.ts';

export type RoomsHost = Host<typeof ROOM_SETTINGS>;

/** What rooms ask of other modules. */
export interface RoomServices {
  readonly archive: ArchiveService;
  readonly push: PushService;
  readonly blocking: BlockingService;
  readonly blockLists: BlockListsService;
}

const SECRET_BYTES = 32;
const ID_BYTES = 12;

export class RoomService {
  readonly host: RoomsHost;
  /** The service's own address. */
  readonly jid: Jid;
  readonly store: RoomStore;
  readonly archive: ArchiveService;
  readonly push: PushService;
  readonly blocking: BlockingService;
  readonly blockLists: BlockListsService;
  readonly cards: CardStore;
  readonly hats: HatStore;
  readonly relays = new Relays();
  /** Localparts of the rooms that belong to a group, which alone can close them. */
  readonly entrusted = new Set<string>();
  readonly searches: SearchLimit;
  readonly #rooms = new Map<string, Room>();
  readonly #secret: Uint8Array;

  constructor(host: RoomsHost, domain: string, { archive, push, blocking, blockLists }: RoomServices) {
    this.host = host;
    this.archive = archive;
    this.push = push;
    this.blocking = blocking;
    this.blockLists = blockLists;
    this.jid = joinJid('', domain);
    this.store = new RoomStore(host.reader, host.writer);
    this.cards = new CardStore(host.reader, host.writer);
    this.hats = new HatStore(host.reader, host.writer);
    this.searches = new SearchLimit(() => host.clock.elapsedMs());
    this.#secret = Buffer.from(
      this.store.secret(() => host.randomId(SECRET_BYTES)),
      'hex',
    );
    for (const { localpart, configuration, subject, affiliations, wishes } of this.store.rooms()) {
      const room = this.#make(joinJid(localpart, domain));
      room.configuration = { ...room.configuration, ...configuration };
      room.subject = subject;
      for (const affiliated of affiliations) room.affiliations.set(affiliated);
      for (const [jid, wish] of wishes) room.wishes.set(jid, wish);
      if (room.configuration.isArchived) room.record = new ArchiveRecord(this.archive, room.jid.bare);
      room.versions.load(readVersions(host.reader, localpart));
      this.hats.load(localpart, room.hats);
      const hashes = this.cards.hashes(localpart);
      room.card = hashes && { hashes, unwritten: undefined };
      this.#rooms.set(localpart, room);
    }
    for (const localpart of this.store.leftovers()) {
      const room = this.#rooms.get(localpart);
      if (room === undefined || !this.isArchived(room)) dropped(this.#removeArchive(joinJid(localpart, domain)));
    }
    void this.cards.sweep();
    void this.hats.sweep();
  }

  get rooms(): Iterable<Room> {
    return this.#rooms.values();
  }

  get count(): number {
    return this.#rooms.size;
  }

  get now(): number {
    return this.host.clock.now();
  }

  find(localpart: string): Room | undefined {
    return this.#rooms.get(localpart);
  }

  /** Opens a room with the defaults and its first owner. */
  create(jid: Jid, owner: Jid): Room {
    const room = this.#make(jid);
    // SECURITY: whatever was left of a room of this name is not for those who open another one.
    dropped(this.archive.remove(jid.bare));
    room.isLocked = this.host.config.lockNewRooms;
    room.affiliations.set({ jid: owner.bare, affiliation: 'owner', nick: undefined, reason: undefined });
    room.versions.record(this.newId(), owner.bare, 'none');
    this.#rooms.set(jid.local, room);
    if (this.isKept(room)) void this.store.writeWhole(room);
    dropped(this.moveRecord(room));
    this.host.log.info({ room: jid.bare, owner: owner.bare }, 'room opened');
    return room;
  }

  /** Opens a room that nobody has to configure, without an owner of its own. Resolves when it is on disk. */
  async open(jid: Jid, configuration: Partial<RoomConfiguration>): Promise<void> {
    const room = this.#make(jid);
    const left = this.archive.remove(jid.bare); // see `create`
    room.configuration = { ...room.configuration, ...configuration };
    this.#rooms.set(jid.local, room);
    this.host.log.info({ room: jid.bare }, 'room of a group opened');
    await Promise.all([left, this.store.writeWhole(room), this.moveRecord(room)]);
  }

  /** The room is gone; nobody may be in it any more. Resolves when it is gone from the disk too. */
  async remove(room: Room): Promise<void> {
    const { local } = room.jid;
    this.#rooms.delete(local);
    this.host.log.info({ room: room.jid.bare }, 'room closed');
    await Promise.all([
      room.record instanceof ArchiveRecord ? this.#removeArchive(room.jid) : undefined,
      this.isKept(room) ? this.store.remove(local) : undefined,
      room.card === undefined ? undefined : this.cards.remove(local),
      room.hats.isEmpty ? undefined : this.hats.removeRoom(local),
    ]);
  }

  /** Whether the room is on disk. */
  isKept(room: Room): boolean {
    return room.configuration.isPersistent && !room.isLocked;
  }

  /** Whether what is said in the room is on disk. */
  isArchived(room: Room): boolean {
    return this.isKept(room) && room.configuration.isArchived;
  }

  /**
   * Takes the record to where it belongs now: to the archive, or into memory, with what newcomers are shown of it.
   * Resolves when what shall not be kept is gone from the disk: an archive that somebody goes on with later has no gap.
   */
  moveRecord(room: Room): Promise<void> {
    const isArchived = this.isArchived(room);
    if (isArchived === room.record instanceof ArchiveRecord) return Promise.resolve();
    const { bare } = room.jid;
    const latest = room.record.latest(room.configuration.historyLength);
    room.record = isArchived
      ? new ArchiveRecord(this.archive, bare)
      : new MemoryRecord(() => room.configuration.historyLength);
    for (const message of latest) {
      const author = parseJid(message.element.attr('from') ?? '') ?? room.jid;
      room.record.keep(author, message);
    }
    return isArchived ? Promise.resolve() : this.#removeArchive(room.jid);
  }

  newId(): string {
    return this.host.randomId(ID_BYTES);
  }

  occupantId(room: Room, user: Jid): string {
    return occupantId(this.#secret, room.jid, user);
  }

  sendMessage(element: Element, type: MessageType, from: Jid, to: Jid): void {
    this.send({ kind: 'message', type, element, from, to });
  }

  sendPresence(element: Element, type: PresenceType, from: Jid, to: Jid): void {
    this.send({ kind: 'presence', type, element, from, to });
  }

  /** The addresses of the element are those of the stanza. */
  send(stanza: AddressedStanza): void {
    this.host.router.route(stanza)?.catch((error) => this.host.log.error({ err: error }, 'a stanza of a room failed'));
  }

  /** Tells the sender that the room, or the service, does not do it. */
  refuse(stanza: AddressedStanza, error: StanzaError, sender: Session | undefined): void {
    const { local, domain } = stanza.to;
    const refused = new RoomError(joinJid(local, domain), error);
    const entry = stanza.kind === 'presence' && stanza.type === 'available' && stanza.element.child('x', NS_MUC);
    if (!entry) {
      this.host.router.refuse(stanza, refused, sender);
      return;
    }
    // Sections 7.2.5 to 7.2.10 keep the <x/>: by it clients know that it is an answer of a room (COMPAT(slixmpp, 1.8)).
    const reply = errorReply(stanza.element, refused);
    this.host.router.answer(reply.withChildren([el('x', NS_MUC), ...reply.children]), sender);
  }

  /** Resolves when nothing of it is on disk any more. What the end of the server prevents is done at the next start. */
  async #removeArchive({ local, bare }: Jid): Promise<void> {
    await Promise.all([this.store.noteLeftover(local), this.archive.remove(bare)]);
    await this.store.forgetLeftover(local);
  }

  #make(jid: Jid): Room {
    return new Room({
      jid,
      configuration: defaultConfiguration(this.host.config),
      isServiceAdmin: (user) => this.host.roleOf(user) === 'admin',
      version: this.newId(),
      nowMs: this.now,
    });
  }
}

/** For deeds that nobody waits for; the writer has logged why one failed. */
function dropped(promise: Promise<void>): void {
  promise.catch(() => undefined);
}
