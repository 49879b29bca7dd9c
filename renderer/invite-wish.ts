/** What the form of an invitation holds, and what of it the server is asked for. */
import type { AccountSummary } from '../server/control/contract.ts';

export interface InviteDraft {
  readonly name: string;
  /** Localpart; empty for nobody; undefined while it was not chosen. */
  readonly inviter: string | undefined;
  /** Hours; empty for what the settings say. */
  readonly lifetime: string;
  readonly uses: string;
  readonly role: string;
  /** Names. */
  readonly groups: readonly string[];
  /** Hours; empty for good. */
  readonly accountLifetime: string;
}

export const NO_WISHES: InviteDraft = {
  name: '',
  inviter: undefined,
  lifetime: '',
  uses: '1',
  role: 'member',
  groups: [],
  accountLifetime: '',
};

/** Whom a newcomer knows if nothing is chosen: whoever looks after the server, the first of them. */
export function usualInviter(accounts: readonly AccountSummary[]): string {
  const [first] = accounts
    .filter(({ role, status }) => role === 'admin' && status === 'enabled')
    .toSorted((one, other) => one.createdAt.localeCompare(other.createdAt));
  return first?.localpart ?? '';
}

/** As the contract takes it. What is no number goes there as it stands: the server's sentence says what is allowed. */
export function wishOf(draft: InviteDraft, inviter: string) {
  const { name, lifetime, uses, role, groups, accountLifetime } = draft;
  const localpart = name.trim();
  return {
    role,
    groups: [...groups],
    maxUses: localpart === '' ? Number(uses) : 1,
    ...(localpart === '' ? {} : { localpart }),
    ...(inviter === '' ? {} : { inviter }),
    ...(lifetime === '' ? {} : { lifetimeHours: Number(lifetime) }),
    ...(accountLifetime === '' ? {} : { accountLifetimeHours: Number(accountLifetime) }),
  };
}
