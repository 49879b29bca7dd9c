/**
 * What each deed asks of whoever wants it, and what the audit log tells of it. A deed without a rule does not compile, so
 * none can be forgotten.
 */
import { NOTHING, type Permission, type Requirement } from '../accounts/permissions.ts';
import { prepareLocalpart } from '../jid/precis.ts';
import type { DeedName, InputOf } from './deeds.ts';

/** What may be told of a deed. SECURITY: passwords and secrets must not get here. */
export interface Subject {
  /** On whom or what. */
  readonly on?: string;
  readonly detail?: string;
}

/** What the rules must know of the server. */
export interface Powers {
  ofAccount(localpart: string): Iterable<Permission>;
  ofRole(name: string): Iterable<Permission>;
  /** True for a setting whose value nobody may read in a log. */
  isSecret(key: string): boolean;
}

interface DeedRule<Input> {
  readonly permission: Requirement;
  readonly subject: (input: Input, powers: Powers) => Subject;
  /**
   * SECURITY: what the actor must be allowed himself besides, so that nobody reaches beyond his own role: by giving
   * a greater one, or by laying hands on the account of somebody who has it.
   */
  readonly reach: (input: Input, powers: Powers) => Iterable<Requirement>;
}

/** SECURITY: with these, who may change settings could make himself an administrator, or hide what he did. */
const SETTINGS_OF_ADMINS: ReadonlySet<string> = new Set(['admin.jids', 'audit.retentionDays']);

const noReach = () => NOTHING;
const noSubject = () => ({});
const account = { subject: ({ localpart }: { readonly localpart: string }) => ({ on: localpart }), reach: noReach };
const ofAccount = {
  ...account,
  reach: (of: { readonly localpart: string }, powers: Powers) => powers.ofAccount(of.localpart),
};
const aboutText = { subject: ({ text }: { readonly text: string }) => ({ detail: text }), reach: noReach };
const ofRole = {
  subject: ({ name, permissions }: { readonly name: string; readonly permissions?: readonly Permission[] }) => ({
    on: name,
    ...(permissions === undefined ? {} : { detail: permissions.join(', ') }),
  }),
  reach: (
    { name, permissions = [] }: { readonly name: string; readonly permissions?: readonly Permission[] },
    powers: Powers,
  ) => [...powers.ofRole(name), ...permissions],
};
const ofMembers = {
  subject: ({ id, localparts }: { readonly id: string; readonly localparts: readonly string[] }) => ({
    on: id,
    detail: localparts.join(', '),
  }),
  reach: noReach,
};
const ofPin = {
  subject: ({ domain, fingerprint }: { readonly domain: string; readonly fingerprint: string }) => ({
    on: domain,
    detail: fingerprint,
  }),
  reach: noReach,
};
const ending = {
  subject: ({ delaySeconds }: { readonly delaySeconds: number }) =>
    delaySeconds === 0 ? {} : { detail: `in ${delaySeconds} seconds` },
  reach: noReach,
};

export const DEED_RULES: { readonly [D in DeedName]: DeedRule<InputOf<D>> } = {
  'accounts.create': {
    permission: 'people.write',
    subject: ({ localpart, role, expiresAt }) => ({
      on: localpart,
      detail: expiresAt === undefined ? role : `${role}, ${untilTime(expiresAt)}`,
    }),
    // An account may be an administrator by its name (admin.jids) before there is one.
    reach: ({ localpart, role }, powers) => [
      ...powers.ofRole(role),
      ...powers.ofAccount(prepareLocalpart(localpart) ?? localpart),
    ],
  },
  'accounts.setPassword': { permission: 'people.write', ...ofAccount },
  'accounts.setRole': {
    permission: 'people.write',
    subject: ({ localpart, role }) => ({ on: localpart, detail: role }),
    reach: ({ localpart, role }, powers) => [...powers.ofAccount(localpart), ...powers.ofRole(role)],
  },
  'accounts.disable': { permission: 'people.write', ...ofAccount },
  'accounts.enable': { permission: 'people.write', ...ofAccount },
  'accounts.remove': { permission: 'people.write', ...ofAccount },
  'accounts.delete': { permission: 'people.write', ...ofAccount },
  'accounts.restore': { permission: 'people.write', ...ofAccount },
  'accounts.setExpiry': {
    permission: 'people.write',
    subject: ({ localpart, expiresAt }) => ({
      on: localpart,
      detail: expiresAt === undefined ? 'to last' : untilTime(expiresAt),
    }),
    reach: ofAccount.reach,
  },
  'accounts.approve': { permission: 'people.write', ...ofAccount },
  'accounts.refuse': { permission: 'people.write', ...ofAccount },
  'accounts.setAdmins': {
    permission: 'everything',
    subject: ({ localparts }) => ({ detail: localparts.join(', ') }),
    reach: noReach,
  },
  'invitations.create': {
    permission: 'people.write',
    subject: ({ localpart, inviter, purpose, role, maxUses, accountLifetimeHours }) => ({
      ...(localpart === undefined ? {} : { on: localpart }),
      detail: [
        purpose === 'account' ? `account, ${role}` : purpose,
        ...(maxUses === 1 ? [] : [`${maxUses} times`]),
        ...(inviter === undefined ? [] : [`contact of ${inviter}`]),
        ...(accountLifetimeHours === undefined ? [] : [`for ${accountLifetimeHours} hours`]),
      ].join(', '),
    }),
    // As with an account that is made, or given a password, at once.
    reach: ({ localpart, purpose, role }, powers) => [
      ...powers.ofRole(role),
      ...(localpart === undefined || purpose === 'contact'
        ? NOTHING
        : powers.ofAccount(prepareLocalpart(localpart) ?? localpart)),
    ],
  },
  'invitations.revoke': { permission: 'people.write', subject: ({ id }) => ({ on: id }), reach: noReach },
  'groups.create': {
    permission: 'people.write',
    subject: ({ name, members }) => ({ on: name, detail: members.join(', ') }),
    reach: noReach,
  },
  'groups.update': {
    permission: 'people.write',
    subject: ({ id, ...change }) => ({ on: id, detail: JSON.stringify(change) }),
    reach: noReach,
  },
  'groups.remove': { permission: 'people.write', subject: ({ id }) => ({ on: id }), reach: noReach },
  'groups.addMembers': { permission: 'people.write', ...ofMembers },
  'groups.removeMembers': { permission: 'people.write', ...ofMembers },
  'people.count': { permission: 'people.read', subject: ({ which }) => ({ detail: which }), reach: noReach },
  'people.list': { permission: 'people.read', subject: ({ which }) => ({ detail: which }), reach: noReach },
  'people.roster': { permission: 'people.read', ...account },
  'people.lastLogin': { permission: 'people.read', ...account },
  'people.statistics': { permission: 'people.read', ...account },
  'clients.revoke': { permission: 'people.write', ...ofAccount },
  'roles.create': { permission: 'roles.write', ...ofRole },
  'roles.update': { permission: 'roles.write', ...ofRole },
  'roles.remove': { permission: 'roles.write', ...ofRole },
  'sessions.end': { permission: 'sessions.end', subject: ({ jid }) => ({ on: jid }), reach: noReach },
  'settings.set': {
    permission: 'settings.write',
    subject: ({ key, value }, powers) => ({
      on: key,
      ...(powers.isSecret(key) ? {} : { detail: JSON.stringify(value) ?? 'nothing' }),
    }),
    reach: ({ key }) => (SETTINGS_OF_ADMINS.has(key) ? ['everything'] : NOTHING),
  },
  'announcements.send': { permission: 'announce', ...aboutText },
  'motd.set': { permission: 'announce', ...aboutText },
  'motd.edit': { permission: 'announce', ...aboutText },
  'motd.remove': { permission: 'announce', subject: noSubject, reach: noReach },
  'welcome.set': { permission: 'announce', ...aboutText },
  'welcome.remove': { permission: 'announce', subject: noSubject, reach: noReach },
  'files.remove': { permission: 'files.write', subject: ({ id }) => ({ on: id }), reach: noReach },
  'reports.resolve': { permission: 'reports.write', subject: ({ id }) => ({ on: id }), reach: noReach },
  // A component speaks for everybody at its domain, and with grants for everybody here.
  'components.add': { permission: 'everything', subject: ({ name }) => ({ on: name }), reach: noReach },
  'components.renewSecret': { permission: 'everything', subject: ({ domain }) => ({ on: domain }), reach: noReach },
  'components.grant': {
    permission: 'everything',
    subject: ({ domain, grants }) => ({ on: domain, detail: JSON.stringify(grants) }),
    reach: noReach,
  },
  'components.remove': { permission: 'everything', subject: ({ domain }) => ({ on: domain }), reach: noReach },
  // Whom devices trust is for those alone who may do everything.
  'certificates.rotate': { permission: 'everything', subject: noSubject, reach: noReach },
  'certificates.trustHere': { permission: 'everything', subject: noSubject, reach: noReach },
  'certificates.distrustHere': { permission: 'everything', subject: noSubject, reach: noReach },
  'federation.test': { permission: 'settings.write', subject: ({ domain }) => ({ on: domain }), reach: noReach },
  'federation.disconnect': { permission: 'settings.write', subject: ({ domain }) => ({ on: domain }), reach: noReach },
  'federation.pin': { permission: 'settings.write', ...ofPin },
  'federation.unpin': { permission: 'settings.write', ...ofPin },
  // As with a pin: whom the server believes, and so whom people here see as their contacts.
  'pairs.consent': { permission: 'settings.write', ...ofPin },
  'pairs.refuse': { permission: 'settings.write', ...ofPin },
  'pairs.remove': { permission: 'settings.write', subject: ({ domain }) => ({ on: domain }), reach: noReach },
  'certificate.request': { permission: 'settings.write', subject: noSubject, reach: noReach },
  'certificate.continue': { permission: 'settings.write', subject: noSubject, reach: noReach },
  'certificate.cancel': { permission: 'settings.write', subject: noSubject, reach: noReach },
  'ports.map': { permission: 'settings.write', subject: noSubject, reach: noReach },
  'ports.unmap': { permission: 'settings.write', subject: noSubject, reach: noReach },
  // Who opens the window has all that it can do.
  'window.open': { permission: 'everything', subject: noSubject, reach: noReach },
  'server.stop': { permission: 'server.stop', ...ending },
  'server.restart': { permission: 'server.stop', ...ending },
};

/** Of a moment that no calendar has, the number. */
function untilTime(ms: number): string {
  const time = new Date(ms);
  return `until ${Number.isNaN(time.getTime()) ? ms : time.toISOString()}`;
}
