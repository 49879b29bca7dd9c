/** The room service: all rooms, how they come and go, and what leaves them. */
import { type Jid, joinJid } from '../../jid/jid.ts';
import type { Host } from '../../modulehost/module.ts';
import type { Session } from '../../session/session.ts';
import type { StanzaError } from '../../stanza/error.ts';
import type { AddressedStanza, MessageType, PresenceType } from '../../stanza/stanza.ts';
import type { Element } from '../../xml/element.ts';
import { defaultConfiguration } from './configuration.ts';
import { History } from './history.ts';
import { occupantId } from './occupant-ids.ts';
import { Relays } from './relays.ts';
import { Room } from './room.ts';
import { RoomError } from './room-error.ts';
import type { ROOM_SETTINGS } from './settings.ts';
import { RoomStore } from './store.ts';

export type RoomsHost = Host<typeof ROOM_SETTINGS>;

const SECRET_BYTES = 32;
const ID_BYTES = 12;

export class RoomService {
  readonly host: RoomsHost;
  /** The service's own address. */
  readonly jid: Jid;
  readonly store: RoomStore;
  readonly relays = new Relays();
  readonly #rooms = new Map<string, Room>();
  readonly #secret: Uint8Array;

  constructor(host: RoomsHost, domain: string) {
    this.host = host;
    this.jid = joinJid('', domain);
    this.store = new RoomStore(host.reader, host.writer);
    this.#secret = Buffer.from(
      this.store.secret(() => host.randomId(SECRET_BYTES)),
      'hex',
    );
    for (const { localpart, configuration, subject, affiliations } of this.store.rooms()) {
      const room = this.#make(joinJid(localpart, domain));
      room.configuration = { ...room.configuration, ...configuration };
      room.subject = subject;
      for (const affiliated of affiliations) room.affiliations.set(affiliated);
      this.#rooms.set(localpart, room);
    }
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
    room.history = new History([]);
    room.isLocked = this.host.config.lockNewRooms;
    room.affiliations.set({ jid: owner.bare, affiliation: 'owner', nick: undefined, reason: undefined });
    this.#rooms.set(jid.local, room);
    if (room.configuration.isPersistent && !room.isLocked) void this.store.writeWhole(room);
    this.host.log.info({ room: jid.bare, owner: owner.bare }, 'room opened');
    return room;
  }

  /** The room is gone; nobody may be in it any more. Resolves when it is gone from the disk too. */
  remove(room: Room): Promise<void> {
    this.#rooms.delete(room.jid.local);
    this.host.log.info({ room: room.jid.bare }, 'room closed');
    return this.isKept(room) ? this.store.remove(room.jid.local) : Promise.resolve();
  }

  /** Whether the room is on disk. */
  isKept(room: Room): boolean {
    return room.configuration.isPersistent && !room.isLocked;
  }

  /** The messages of the room, read now if they have not been yet. */
  historyOf(room: Room): History {
    room.history ??= new History(this.store.messages(room.jid.local, room.configuration.historyLength));
    return room.history;
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
    this.host.router.refuse(stanza, new RoomError(joinJid(local, domain), error), sender);
  }

  #make(jid: Jid): Room {
    return new Room(jid, defaultConfiguration(this.host.config), (user) => this.host.roleOf(user) === 'admin');
  }
}
