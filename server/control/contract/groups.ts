/** Groups of people who see each other in their contact lists, and may have a room. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { done, localpart, needing, nothing } from './base.ts';

const id = z.string().min(1).max(100);
const ids = z.array(id).max(1_000).readonly();
const name = z.string().trim().min(1).max(100);
const localparts = z.array(localpart).max(10_000).readonly();

const group = z.object({
  id,
  name,
  isEveryone: z.boolean().describe('every account is in it but limited and expiring ones; it cannot be removed'),
  isShared: z.boolean().describe('its members see each other in their contact lists'),
  seenBy: ids.describe('ids of other groups, whose members see those of this one'),
  room: z.string().optional().describe('the address of its room; absent while it has none'),
  members: localparts,
});

export const groups = {
  /** Everyone first, then by name. */
  list: needing('people.read').input(nothing).output(z.array(group).readonly()),
  follow: needing('people.read')
    .input(nothing)
    .output(eventIterator(z.array(group).readonly())),
  create: needing('people.write')
    .input(
      z.object({
        name,
        isShared: z.boolean().default(true),
        seenBy: ids.default([]),
        hasRoom: z.boolean().default(false),
        members: localparts.default([]),
      }),
    )
    .output(group),
  /** What is left out stays as it is. */
  update: needing('people.write')
    .input(
      z.object({
        id,
        name: name.optional(),
        isShared: z.boolean().optional(),
        seenBy: ids.optional(),
        hasRoom: z.boolean().optional(),
      }),
    )
    .output(done),
  /** Its room is closed, with all that was said in it. */
  remove: needing('people.write').input(z.object({ id })).output(done),
  addMembers: needing('people.write').input(z.object({ id, localparts })).output(done),
  removeMembers: needing('people.write').input(z.object({ id, localparts })).output(done),
};

export type GroupSummary = z.output<typeof group>;
