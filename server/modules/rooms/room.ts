/** One room: what is configured, who belongs to it, who is there, what was said. */
import type { Jid } from '../../jid/jid.ts';
import type { Element } from '../../xml/element.ts';
import { Activity } from './activity.ts';
import { Affiliations } from './affiliations.ts';
import type { RoomCard } from './card/card.ts';
import type { RoomConfiguration } from './configuration.ts';
import { Hats } from './hats/hats.ts';
import { type Occupant, Occupants } from './occupants.ts';
import { type Affiliation, initialRole, isAtLeast, type RoomRole } from './privileges.ts';
import { MemoryRecord, type RoomRecord } from './record.ts';
import { SlowMode } from './slow-mode.ts';
import { AffiliationVersions } from './versions/affiliation-versions.ts';

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
  /** What was said. */
  record: RoomRecord = new MemoryRecord(() => this.configuration.historyLength);
  /** Whether members, by bare JID, want to be told of everything while they are away, or only when they are mentioned. */
  readonly wishes = new Map<string, boolean>();
  /** True until whoever opened it has accepted or changed its configuration (XEP-0045 section 10.1.1). */
  isLocked = false;
  /** Bare JIDs of those who were invited through the room and may decline. */
  readonly invited = new Set<string>();
  /** Nicknames that people outside asked to register, by bare JID, until an admin approves. */
  readonly applications = new Map<string, string>();
  /** With or without voice, by bare JID: what a moderator decided outlasts a visit (section 5.1). */
  readonly rememberedRoles = new Map<string, RoomRole>();
  readonly hats = new Hats();
  /** Undefined when the room has no vCard. */
  card: RoomCard | undefined;
  readonly versions: AffiliationVersions;
  readonly slowMode = new SlowMode();
  readonly activity: Activity;
  /** True for the admins of the server. */
  readonly isServiceAdmin: (user: Jid) => boolean;

  /**
   * `isServiceAdmin`: the admins of the server are owners of every room, or a room whose owners are gone is nobody's.
   * `version`: of the affiliations until one changes.
   */
  constructor(options: {
    readonly jid: Jid;
    readonly configuration: RoomConfiguration;
    readonly isServiceAdmin: (user: Jid) => boolean;
    readonly version: string;
    readonly nowMs: number;
  }) {
    this.jid = options.jid;
    this.configuration = options.configuration;
    this.isServiceAdmin = options.isServiceAdmin;
    this.versions = new AffiliationVersions(options.version);
    this.activity = new Activity(options.nowMs);
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
