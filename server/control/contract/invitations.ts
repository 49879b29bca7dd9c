/** Invitations (XEP-0401): links with which people make an account themselves, or a new password. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { done, isoTime, localpart, needing, nothing, roleName } from './base.ts';

const lifetimeHours = z.int().min(1).max(8_760).optional().describe('the setting says when it is left out');

const accountLifetimeHours = z
  .int()
  .min(1)
  .max(8_760)
  .optional()
  .describe("of a guest's account, from when it is made until it is gone; absent when it is to last");

const invitation = z.object({
  id: z.string(),
  purpose: z.enum(['account', 'contact', 'password']),
  localpart: z.string().optional().describe('the name of the account; absent where whoever comes may choose it'),
  role: roleName,
  groups: z.array(z.string()).readonly(),
  inviter: z.string().optional().describe('localpart of whose contact the newcomer becomes'),
  creator: z.string().optional().describe('localpart of who made it; absent for this computer'),
  maxUses: z.int(),
  usesLeft: z.int(),
  createdAt: isoTime,
  expiresAt: isoTime,
  accountLifetimeHours,
  state: z.enum(['open', 'used', 'expired', 'revoked']),
});

/** Whom the link of an invitation has brought. */
const use = z.object({
  jid: z.string().describe('the bare JID'),
  at: isoTime,
  signedInAt: isoTime.optional().describe('when the new account signed in first'),
});

const followed = invitation.extend({
  openedAt: isoTime
    .optional()
    .describe('when its page was opened first; told by browsers that run scripts, and forgotten when the server ends'),
  redeemedBy: z.array(use).readonly().describe('the newest first, 20 at most'),
});

const issued = invitation.extend({
  uri: z.string().optional().describe('the xmpp: link; absent for a new password'),
  page: z.string().optional().describe('the link of the join page; absent while its port is shut'),
});

export const invitations = {
  /** The newest first. The links are told once, when an invitation is made. */
  list: needing('people.read').input(nothing).output(z.array(followed).readonly()),
  follow: needing('people.read')
    .input(nothing)
    .output(eventIterator(z.array(followed).readonly())),
  create: needing('people.write')
    .input(
      z.object({
        localpart: localpart.optional(),
        role: roleName.default('member'),
        groups: z.array(z.string().min(1).max(255)).max(100).default([]),
        inviter: localpart.optional(),
        maxUses: z.int().min(1).max(10_000).default(1),
        lifetimeHours,
        accountLifetimeHours,
      }),
    )
    .output(issued),
  /** A link with which the owner of an account chooses a new password. */
  createReset: needing('people.write').input(z.object({ localpart, lifetimeHours })).output(issued),
  revoke: needing('people.write')
    .input(z.object({ id: z.string().min(1).max(100) }))
    .output(done),
};

export type InvitationSummary = z.output<typeof followed>;
export type IssuedInvitationSummary = z.output<typeof issued>;
