/** Invitations of the fake server. It refuses in the words of the real one. */
import { DeedError } from '../../../server/administration/deed-error.ts';
import type { Carriers } from '../../../server/administration/deeds.ts';
import type { FollowedInvitation, InvitationWish } from '../../../server/administration/invitation.ts';
import { invitationUri } from '../../../server/modules/invitations/links.ts';
import { NOW, status } from './fake-household.ts';

const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;

export class FakeInvitations {
  readonly #changed: () => void;
  #all: readonly FollowedInvitation[] = [
    anInvitation('i-garden', { maxUses: 10, usesLeft: 7, openedAtMs: NOW.getTime() - 2 * HOUR_MS }),
    anInvitation('i-maria', { localpart: 'maria', maxUses: 1, usesLeft: 1 }),
    anInvitation('i-zoe', {
      usesLeft: 0,
      state: 'used',
      uses: [{ jid: 'zoe@miller.local', atMs: NOW.getTime() - 5 * HOUR_MS, signedInAtMs: NOW.getTime() - 4 * HOUR_MS }],
    }),
  ];
  /** Of the join page; undefined as if its port was shut. */
  page: string | undefined = status.joinPage;
  /** What was wished for last. */
  wish: InvitationWish | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  list(): readonly FollowedInvitation[] {
    return this.#all;
  }

  /** What happens to the newest one. */
  become(changes: Partial<FollowedInvitation>): void {
    this.#all = this.#all.map((invitation, index) => (index === 0 ? { ...invitation, ...changes } : invitation));
    this.#changed();
  }

  carriers(): Partial<Carriers> {
    return {
      'invitations.create': (wish) => {
        this.wish = wish;
        if (this.#all.some(({ localpart, state }) => wish.localpart === localpart && localpart && state === 'open')) {
          throw new DeedError('conflict', `There is an open invitation for “${wish.localpart}” already.`);
        }
        if (!(wish.maxUses >= 1)) throw new DeedError('invalid', 'An invitation can be used 1 to 10000 times.');
        const token = '0123456789abcdef0123456789abcdef';
        const hours = wish.lifetimeHours ?? WEEK_HOURS;
        const { purpose, localpart, inviter, role, groups, maxUses, accountLifetimeHours } = wish;
        const made = anInvitation(`i-${this.#all.length}`, {
          ...{ purpose, localpart, inviter, role, groups, accountLifetimeHours, maxUses, usesLeft: maxUses },
          expiresAtMs: NOW.getTime() + hours * HOUR_MS,
        });
        this.#all = [made, ...this.#all];
        this.#changed();
        const page = this.page === undefined ? undefined : `${this.page}#${token}`;
        return { ...made, token, uri: invitationUri(made, status.domain, token), page };
      },
      'invitations.revoke': ({ id }) => {
        this.#all = this.#all.map((one) => (one.id === id ? { ...one, state: 'revoked' } : one));
        this.#changed();
      },
    };
  }
}

function anInvitation(id: string, changes: Partial<FollowedInvitation>): FollowedInvitation {
  return {
    id,
    purpose: 'account',
    localpart: undefined,
    role: 'member',
    groups: [],
    inviter: 'anna',
    creator: undefined,
    maxUses: 1,
    usesLeft: 1,
    createdAtMs: NOW.getTime() - 24 * HOUR_MS,
    expiresAtMs: NOW.getTime() + 72 * HOUR_MS,
    accountLifetimeHours: undefined,
    state: 'open',
    openedAtMs: undefined,
    uses: [],
    ...changes,
  };
}
