/** The settings of the group in which everyone is; other groups are made by deeds. */
import { z } from 'zod';
import { setting } from '../../config/setting.ts';

export const GROUP_SETTINGS = {
  everyone: setting(
    z.boolean(),
    true,
    'Everyone who has an account here sees everyone else in their contact list, without having to ask. Limited and expiring accounts are left out.',
  ),
  everyoneName: setting(
    z.string().trim().min(1).max(100),
    'Everyone',
    'The name of the group in which everyone is, and of its room.',
  ),
  everyoneRoom: setting(
    z.boolean(),
    true,
    'Everyone who has an account here is in one room. While this is off the room is empty, but nothing of it is lost.',
  ),
} as const;
