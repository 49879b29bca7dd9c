/** One room: what is configured, who belongs to it, who is there, what was said. */
import type { Jid } from '../../jid/jid.ts';
import type { Element } from '../../xml/element.ts';
import { Affiliations } from './affiliations.ts';
import type { RoomConfiguration } from './configuration.ts';
import type { History } from './history.ts';
import { type Occupant, Occupants } from './occupants.ts';
import { type Affiliation, initialRole, isAtLeast, type RoomRole } from './privileges.ts';

export interface RoomSubject {
  /** As it was sent, without `to`. */
  readonly element: Element;
  readonly atMs: number;
}

export class Room {
  /** Bare JID. */
  readonly jid: Jid;
  configuration: RoomConfiguration;
  readonly affiliations = new Affiliations();
  readonly occupants = new Occupants();
  subject: RoomSubject | undefined;
  /** Read from disk when somebody enters for the first time. */
  history: History | undefined;
  /** True until whoever opened it has accepted or changed its configuration (XEP-0045 section 10.1.1). */
  isLocked = false;
  /** Bare JIDs of those who were invited through the room and may decline. */
  readonly invited = new Set<string>();
  /** Nicknames that people outside asked to register, by bare JID, until an admin approves. */
  readonly applications = new Map<string, string>();
  /** With or without voice, by bare JID: what a moderator decided outlasts a visit (section 5.1). */
  readonly rememberedRoles = new Map<string, RoomRole>();
  /** True for the admins of the server. */
  readonly isServiceAdmin: (user: Jid) => boolean;

  /** `isServiceAdmin`: the admins of the server are owners of every room, or a room whose owners are gone is nobody's. */
  constructor(jid: Jid, configuration: RoomConfiguration, isServiceAdmin: (user: Jid) => boolean) {
    this.jid = jid;
    this.configuration = configuration;
    this.isServiceAdmin = isServiceAdmin;
  }

  affiliationOf(user: Jid): Affiliation {
    const affiliation = this.affiliations.of(user);
    return affiliation !== 'owner' && this.isServiceAdmin(user) ? 'owner' : affiliation;
  }

  /** The role with which somebody enters now. */
  entryRole(user: Jid): RoomRole {
    const affiliation = this.affiliationOf(user);
    const role = initialRole(affiliation, this.configuration.isModerated);
    return isAtLeast(affiliation, 'admin') ? role : (this.rememberedRoles.get(user.bare) ?? role);
  }

  /** Whether `viewer` sees real JIDs (section 4.2, non-anonymous and semi-anonymous rooms). */
  seesAddresses(viewer: Occupant): boolean {
    return this.configuration.whois === 'anyone' || viewer.role === 'moderator';
  }

  /** Whether the presence of occupants with this role is shown to others. */
  isShown(role: RoomRole): boolean {
    return this.configuration.presenceBroadcast.includes(role);
  }
}
