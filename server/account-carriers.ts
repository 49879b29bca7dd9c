/** How deeds on accounts and roles are carried out, whether or not the server runs. */
import type { Accounts } from './accounts/accounts.ts';
import { DeedError } from './administration/deed-error.ts';
import type { Carriers, DeedName } from './administration/deeds.ts';

type AccountDeed = Extract<DeedName, `accounts.${string}` | `roles.${string}`>;

export function createAccountCarriers(accounts: Accounts, grants: AdminGrants): Pick<Carriers, AccountDeed> {
  return {
    'accounts.create': ({ localpart, password, role, expiresAt }) =>
      accounts.create({ localpart, password, role, expiresAt }),
    'accounts.setPassword': ({ localpart, password, ownResource }) =>
      accounts.setPassword(localpart, password, ownResource),
    'accounts.setRole': ({ localpart, role }) => accounts.setRole(localpart, role),
    'accounts.disable': ({ localpart }) => accounts.disable(localpart),
    'accounts.enable': ({ localpart }) => accounts.enable(localpart),
    'accounts.remove': ({ localpart }) => accounts.remove(localpart),
    'accounts.delete': ({ localpart }) => accounts.statuses.delete(localpart),
    'accounts.restore': ({ localpart }) => accounts.statuses.restore(localpart),
    'accounts.setExpiry': ({ localpart, expiresAt }) => accounts.statuses.setExpiry(localpart, expiresAt),
    'accounts.approve': ({ localpart }) => accounts.statuses.approve(localpart),
    'accounts.refuse': ({ localpart }) => accounts.statuses.refuse(localpart),
    'accounts.setAdmins': ({ localparts }) => setAdmins(accounts, grants, new Set(localparts)),
    'roles.create': ({ name, permissions }) => accounts.roles.create(name, permissions),
    'roles.update': ({ name, permissions }) => accounts.roles.update(name, permissions),
    'roles.remove': ({ name }) => accounts.roles.remove(name),
  };
}

/** Accounts that are administrators by the setting `admin.jids`, whatever their role. */
export interface AdminGrants {
  localparts(): readonly string[];
  /** Takes the grants of all others away. */
  keepOnly(localparts: ReadonlySet<string>): Promise<void>;
}

/** New ones first, so that there is an administrator at any moment. */
async function setAdmins(accounts: Accounts, grants: AdminGrants, wanted: ReadonlySet<string>): Promise<void> {
  const unknown = [...wanted].find((localpart) => accounts.get(localpart)?.isGuest !== false);
  if (unknown !== undefined) throw new DeedError('not-found', `There is no account "${unknown}".`);
  if (wanted.size === 0) throw new DeedError('refused', 'The server needs an administrator.');
  const granted = new Set(grants.localparts());
  for (const localpart of wanted) if (!granted.has(localpart)) await accounts.setRole(localpart, 'admin');
  for (const { localpart, role } of accounts.list()) {
    if (role === 'admin' && !wanted.has(localpart)) await accounts.setRole(localpart, 'member');
  }
  if ([...granted].some((localpart) => !wanted.has(localpart))) await grants.keepOnly(wanted);
}
