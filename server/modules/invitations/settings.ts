/** What can be set about invitations. */
import { z } from 'zod';
import { type SettingsGroup, setting } from '../../config/setting.ts';

export const INVITATION_SETTINGS = {
  members: setting(
    z.enum(['nothing', 'contacts', 'accounts']),
    'contacts',
    'What people here may invite others to, besides administrators: contacts is to become their contact with an ' +
      'account that they have already; accounts is to make one here as well.',
  ),
  lifetimeHours: setting(
    z.int().min(1).max(8_760),
    // XEP-0379 section 5.2 suggests a week.
    168,
    'How many hours an invitation is good for, unless it says otherwise.',
  ),
  maxOpen: setting(z.int().min(1).max(10_000), 1_000, 'The most invitations that may be open at a time.'),
  maxOpenPerMember: setting(
    z.int().min(1).max(1_000),
    20,
    'The most invitations of one person that may be open at a time, unless it is an administrator.',
  ),
  maxAttemptsPerHour: setting(
    z.int().min(0).max(10_000),
    // A whole office behind one router, each with a mistake or two.
    60,
    'How many times an hour one address may try to use an invitation. 0 is no limit.',
  ),
} satisfies SettingsGroup;
