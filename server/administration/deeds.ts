/** Everything that can be done to the server from outside, by name, with what each deed takes and gives. */
import type { Account } from '../accounts/account.ts';
import type { NewAccount } from '../accounts/new-account.ts';
import type { Permission } from '../accounts/permissions.ts';
import type { ComponentGrants } from './component-grants.ts';
import type { Group, GroupChange, GroupWish } from './group.ts';
import type { InvitationWish, IssuedInvitation } from './invitation.ts';

/** XEP-0133 sections 4.13 to 4.22: an account that is online is either active or idle. */
export const ATTENDANCES = ['registered', 'disabled', 'online', 'active', 'idle'] as const;
export type Attendance = (typeof ATTENDANCES)[number];

export interface RosterEntry {
  /** Bare JID. */
  readonly jid: string;
  /** Empty when there is none. */
  readonly name: string;
  readonly subscription: 'none' | 'to' | 'from' | 'both';
  readonly groups: readonly string[];
}

export interface Statistics {
  readonly addresses: readonly string[];
  readonly rosterSize: number;
  readonly resources: readonly string[];
}

/** How far we get on the way to another server. */
export interface FederationTest {
  readonly domain: string;
  /** True when a message would get there. */
  readonly isReachable: boolean;
  readonly steps: readonly {
    readonly name: 'policy' | 'connection' | 'encryption' | 'certificate' | 'authentication' | 'stream-management';
    readonly outcome: 'ok' | 'warn' | 'fail';
    /** A sentence. */
    readonly text: string;
    /** Of the certificate that was shown: SHA-256, as AA:BB:…; only about a certificate. */
    readonly fingerprint?: string;
  }[];
}

interface OneAccount {
  readonly localpart: string;
}

interface OneGroup {
  readonly id: string;
}

/** What a person has compared. */
interface OnePair {
  readonly domain: string;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly fingerprint: string;
}

interface OneComponent {
  readonly domain: string;
}

interface Text {
  readonly text: string;
}

interface Deed<Input, Output = void> {
  readonly input: Input;
  readonly output: Output;
}

export interface DeedTypes {
  'accounts.create': Deed<Omit<NewAccount, 'approval'>, Account>;
  /** `ownResource` as `Accounts.setPassword` takes it. */
  'accounts.setPassword': Deed<OneAccount & { readonly password: string; readonly ownResource?: string | undefined }>;
  'accounts.setRole': Deed<OneAccount & { readonly role: string }>;
  'accounts.disable': Deed<OneAccount>;
  'accounts.enable': Deed<OneAccount>;
  /** For good, and at once. */
  'accounts.remove': Deed<OneAccount>;
  /** It can be restored for a while, if the settings say so. */
  'accounts.delete': Deed<OneAccount>;
  'accounts.restore': Deed<OneAccount>;
  /** Milliseconds since 1970; undefined for an account that is to last. */
  'accounts.setExpiry': Deed<OneAccount & { readonly expiresAt: number | undefined }>;
  /** Lets somebody in who waits. */
  'accounts.approve': Deed<OneAccount>;
  /** The account of somebody who waits vanishes. */
  'accounts.refuse': Deed<OneAccount>;
  /** Makes exactly these accounts administrators. */
  'accounts.setAdmins': Deed<{ readonly localparts: readonly string[] }>;
  'invitations.create': Deed<InvitationWish, IssuedInvitation>;
  'invitations.revoke': Deed<{ readonly id: string }>;
  'groups.create': Deed<GroupWish, Group>;
  'groups.update': Deed<OneGroup & GroupChange>;
  'groups.remove': Deed<OneGroup>;
  'groups.addMembers': Deed<OneGroup & { readonly localparts: readonly string[] }>;
  'groups.removeMembers': Deed<OneGroup & { readonly localparts: readonly string[] }>;
  'people.count': Deed<{ readonly which: Attendance }, number>;
  /** Localparts. */
  'people.list': Deed<{ readonly which: Attendance }, readonly string[]>;
  'people.roster': Deed<OneAccount, readonly RosterEntry[]>;
  /**
   * Milliseconds since 1970: when the newest session began, or when somebody who is away was there last; undefined for
   * who never came.
   */
  'people.lastLogin': Deed<OneAccount, number | undefined>;
  'people.statistics': Deed<OneAccount, Statistics>;
  /** Gives whether the device knows the password, so that it could come back. */
  'clients.revoke': Deed<OneAccount & { readonly id: string; readonly signOut: boolean }, boolean>;
  'roles.create': Deed<{ readonly name: string; readonly permissions: readonly Permission[] }>;
  'roles.update': Deed<{ readonly name: string; readonly permissions: readonly Permission[] }>;
  'roles.remove': Deed<{ readonly name: string }>;
  /** Full JID. */
  'sessions.end': Deed<{ readonly jid: string; readonly condition: string }>;
  'settings.set': Deed<{ readonly key: string; readonly value: unknown }>;
  /** Gives the number of accounts that were online. */
  'announcements.send': Deed<Text, number>;
  'motd.set': Deed<Text>;
  /** Corrects it for those who have not seen it yet. */
  'motd.edit': Deed<Text>;
  'motd.remove': Deed<Record<never, never>>;
  'welcome.set': Deed<Text>;
  'welcome.remove': Deed<Record<never, never>>;
  'files.remove': Deed<{ readonly id: string }>;
  'reports.resolve': Deed<{ readonly id: string }>;
  /** Gives the secret, which is told once. A name without a dot is one below the server's domain. */
  'components.add': Deed<{ readonly name: string }, { readonly domain: string; readonly secret: string }>;
  /** Gives the new one. */
  'components.renewSecret': Deed<OneComponent, string>;
  'components.grant': Deed<OneComponent & { readonly grants: ComponentGrants }>;
  'components.remove': Deed<OneComponent>;
  /** Makes a new local authority: every device has to trust the server again. */
  'certificates.rotate': Deed<Record<never, never>>;
  /** On the computer that the server runs on. */
  'certificates.trustHere': Deed<Record<never, never>>;
  'certificates.distrustHere': Deed<Record<never, never>>;
  /** Tries to reach a domain, which makes the server connect to wherever DNS says. */
  'federation.test': Deed<{ readonly domain: string }, FederationTest>;
  'federation.disconnect': Deed<{ readonly domain: string }>;
  /** A certificate, or its public key, by which a server is known: SHA-256 in hexadecimal digits. */
  'federation.pin': Deed<{ readonly domain: string; readonly fingerprint: string }>;
  'federation.unpin': Deed<{ readonly domain: string; readonly fingerprint: string }>;
  /** Another Snug server of the network may chat with this one, if its host agrees too; by the key that was compared. */
  'pairs.consent': Deed<OnePair>;
  'pairs.refuse': Deed<OnePair>;
  'pairs.remove': Deed<{ readonly domain: string }>;
  /** From a public authority, as the settings say. */
  'certificate.request': Deed<Record<never, never>>;
  /** The DNS records by hand are made. */
  'certificate.continue': Deed<Record<never, never>>;
  'certificate.cancel': Deed<Record<never, never>>;
  /** Asks the router to forward ports, from now on. */
  'ports.map': Deed<Record<never, never>>;
  'ports.unmap': Deed<Record<never, never>>;
  /** Gives a one-time address. */
  'window.open': Deed<Record<never, never>, string>;
  'server.stop': Deed<Ending>;
  'server.restart': Deed<Ending>;
}

export interface Ending {
  /** Before it happens; a later one takes its place. */
  readonly delaySeconds: number;
  /** For everybody who is online now; empty for none. */
  readonly announcement: string;
}

export type DeedName = keyof DeedTypes;
export type InputOf<D extends DeedName> = DeedTypes[D]['input'];
export type OutputOf<D extends DeedName> = DeedTypes[D]['output'];

/** What carries a deed out. Refuses with a DeedError, AccountError or ConfigError. */
export type Carriers = {
  readonly [D in DeedName]: (input: InputOf<D>) => OutputOf<D> | Promise<OutputOf<D>>;
};
