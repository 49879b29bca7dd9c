/**
 * Other Snug servers of the local network: which there are, and with which of them both hosts have agreed to chat.
 * Whatever is agreed is about the key that a person has seen, so each call names its fingerprint.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { done, isoTime, needing, nothing } from './base.ts';

const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);
const server = z.object({ domain: z.string().trim().min(1).max(1023), fingerprint });

const listed = server.extend({
  words: z.string().describe('six words that stand for the fingerprint'),
  state: z
    .enum(['found', 'asked', 'asking', 'paired'])
    .describe('asked: its host wants to chat with this server; asking: its host has not answered yet'),
  addresses: z.array(z.string()).readonly().describe('on this network; empty while it is not to be seen'),
  isConnected: z.boolean().describe('true while there is a stream between the servers'),
  hasEnded: z.boolean().describe('true for a paired server whose host seems to have ended it'),
  since: isoTime.optional().describe('when it was paired, or asked by this server'),
  until: isoTime.optional().describe('when a wish that is not answered is withdrawn'),
  failure: z.string().optional().describe('why it cannot be reached at the moment, as a sentence'),
  impostors: z
    .array(z.object({ address: z.string(), words: z.string() }))
    .readonly()
    .describe('others on this network that go by the same name with another key; nothing is sent to them'),
});

const overview = z.object({
  domain: z.string(),
  fingerprint: z.string().describe('what other servers know this one by'),
  words: z.string(),
  isVisible: z.boolean().describe('false while other servers cannot see this one'),
  why: z.string().optional().describe('why not, as a sentence'),
  isFederating: z.boolean().describe('false while no other server can be chatted with'),
  servers: z.array(listed).readonly().describe('by name'),
});

export const pairs = {
  list: needing('server.read').input(nothing).output(overview),
  follow: needing('server.read').input(nothing).output(eventIterator(overview)),
  /** The host wants to chat with this server: asks its host, or agrees when that one has asked. */
  consent: needing('settings.write').input(server).output(overview),
  /** The one who asked is not shown as asking again. */
  refuse: needing('settings.write').input(server).output(done),
  /** Ends it for both, or withdraws what was not answered. */
  remove: needing('settings.write')
    .input(server.pick({ domain: true }))
    .output(done),
};

export type PairsOverview = z.output<typeof overview>;
export type PairedServerSummary = z.output<typeof listed>;
