/** Invitations: the contract's part in contract/invitations.ts. */
import { type Actor, THIS_COMPUTER } from '../administration/actor.ts';
import type { FollowedInvitation, Invitation, IssuedInvitation } from '../administration/invitation.ts';
import { parseJid } from '../jid/jid.ts';
import type { InvitationSummary, IssuedInvitationSummary } from './contract.ts';
import type { Deeds } from './deeds.ts';
import { followSnapshots } from './follow-snapshots.ts';
import { done, endOf, type Implementer } from './implementer.ts';

/** For what ends by itself: an invitation expires without an event. */
const REFRESH_MS = 60_000;

export function createInvitationHandlers(os: Implementer, deeds: Deeds) {
  const { invitations, clock } = deeds;
  const list = () => invitations.list().map(summarizeFollowed);
  return {
    invitations: {
      list: os.invitations.list.handler(list),
      follow: os.invitations.follow.handler((call) =>
        followSnapshots({
          read: list,
          onChange: (listener) => invitations.onChange(listener),
          refreshMs: REFRESH_MS,
          clock,
          signal: endOf(call),
        }),
      ),
      create: os.invitations.create.handler(async ({ input, context: { actor } }) =>
        summarizeIssued(
          await deeds.perform(actor, 'invitations.create', {
            ...input,
            purpose: 'account',
            creator: localpartOf(actor),
          }),
        ),
      ),
      createReset: os.invitations.createReset.handler(async ({ input, context: { actor } }) =>
        summarizeIssued(
          await deeds.perform(actor, 'invitations.create', {
            ...input,
            purpose: 'password',
            creator: localpartOf(actor),
            role: 'limited',
            groups: [],
            maxUses: 1,
          }),
        ),
      ),
      revoke: os.invitations.revoke.handler(({ input, context: { actor } }) =>
        done(deeds.perform(actor, 'invitations.revoke', input)),
      ),
    },
  };
}

function localpartOf({ name }: Actor): string | undefined {
  return name === THIS_COMPUTER ? undefined : parseJid(name)?.local;
}

function summarizeFollowed(followed: FollowedInvitation): InvitationSummary {
  const { openedAtMs, uses } = followed;
  return {
    ...summarize(followed),
    ...(openedAtMs === undefined ? {} : { openedAt: isoTime(openedAtMs) }),
    redeemedBy: uses.map(({ jid, atMs, signedInAtMs }) => ({
      jid,
      at: isoTime(atMs),
      ...(signedInAtMs === undefined ? {} : { signedInAt: isoTime(signedInAtMs) }),
    })),
  };
}

function summarize(invitation: Invitation): Omit<InvitationSummary, 'openedAt' | 'redeemedBy'> {
  const { id, purpose, localpart, role, groups, inviter, creator, maxUses, usesLeft, accountLifetimeHours, state } =
    invitation;
  return {
    id,
    purpose,
    ...(localpart === undefined ? {} : { localpart }),
    role,
    groups,
    ...(inviter === undefined ? {} : { inviter }),
    ...(creator === undefined ? {} : { creator }),
    maxUses,
    usesLeft,
    createdAt: isoTime(invitation.createdAtMs),
    expiresAt: isoTime(invitation.expiresAtMs),
    ...(accountLifetimeHours === undefined ? {} : { accountLifetimeHours }),
    state,
  };
}

function summarizeIssued(issued: IssuedInvitation): IssuedInvitationSummary {
  const { uri, page } = issued;
  return { ...summarize(issued), ...(uri === undefined ? {} : { uri }), ...(page === undefined ? {} : { page }) };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
