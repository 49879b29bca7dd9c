/**
 * Federation: chatting with people of other servers. Switching it on and off, whom the server talks with and how they
 * have proven who they are, why it fails, and what has been pinned by hand.
 */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { done, isoTime, needing, nothing } from './base.ts';

const domain = z.string().trim().min(1).max(1023);
/** `example.org`, or `*.example.org` for all below it. */
const pattern = z.string().trim().min(1).max(1025);
const fingerprint = z.string().trim().min(1).max(200).describe('SHA-256 of a certificate or of its public key');
const port = z.int().nullable().describe('null while it is shut');

/** What the tray and the head of the window show. */
export const federationState = z.object({
  state: z.enum(['off', 'starting', 'on', 'stopping']),
  isEnabled: z.boolean().describe('as people have set it, whatever came of that'),
  isPossible: z.boolean().describe('false when it cannot be switched on here at all; `why` says the reason'),
  why: z.string().optional().describe('why it is off although it is wanted, or cannot be switched on, as a sentence'),
});

const proof = z
  .enum(['certificate', 'dane', 'pin', 'dialback'])
  .describe('a certificate from an authority, one named in signed DNS, one pinned by hand, or a place in DNS alone');

const stream = z.object({
  since: isoTime,
  address: z.string(),
  tls: z.string().describe('version and cipher'),
  proof: proof.describe('how they have proven who they are'),
  ownProof: z.enum(['certificate', 'dialback']).optional().describe('how we have, on a stream that we opened'),
  isBidirectional: z.boolean().describe('XEP-0288'),
  streamManagement: z.enum(['off', 'on', 'resumable']).describe('XEP-0198'),
});

const peer = z.object({
  domain: z.string(),
  state: z.enum(['connected', 'connecting', 'waiting', 'idle']),
  outgoing: z.array(stream).readonly(),
  incoming: z.array(stream).readonly(),
  queued: z.int().describe('stanzas that wait, or are not acknowledged yet'),
  queuedBytes: z.int(),
  failure: z
    .object({ text: z.string().describe('a sentence'), at: isoTime })
    .optional()
    .describe('the last one since federation was switched on'),
  nextAttempt: isoTime.optional(),
});

const overview = federationState.extend({
  domain: z.string().describe('of the accounts here: what other servers must find'),
  isLocal: z
    .boolean()
    .describe('true where the domain exists on this network only, so that only paired servers can be chatted with'),
  ports: z.object({ s2s: port, s2sTls: port }),
  queue: z.object({
    messages: z.int().describe('on their way, kept on disk until they arrive or go back'),
    bytes: z.int(),
    oldest: isoTime.optional(),
  }),
  peers: z.array(peer).readonly().describe('by name; empty while it is off'),
});

const step = z.object({
  name: z
    .enum(['policy', 'connection', 'encryption', 'certificate', 'authentication', 'stream-management'])
    .describe('what was tried, in this order'),
  outcome: z.enum(['ok', 'warn', 'fail']),
  text: z.string().describe('what it means, as a sentence'),
  fingerprint: z
    .string()
    .optional()
    .describe(
      'SHA-256 of the certificate that was shown, to be compared before it is pinned; only about a certificate',
    ),
});

const report = z.object({
  domain: z.string(),
  isReachable: z.boolean().describe('true when a message would get there'),
  steps: z.array(step).readonly(),
});

const pin = z.object({ domain: z.string(), fingerprint: z.string(), addedAt: isoTime });

const lists = z.object({ allow: z.array(z.string()).readonly(), deny: z.array(z.string()).readonly() });
const listEntry = z.object({ list: z.enum(['allow', 'deny']), pattern });

export const federation = {
  get: needing('server.read').input(nothing).output(overview),
  follow: needing('server.read').input(nothing).output(eventIterator(overview)),
  /** Answers once it is on or off, or could not be switched on: the answer says why. REFUSED where it is not possible. */
  setEnabled: needing('settings.write')
    .input(z.object({ isEnabled: z.boolean() }))
    .output(overview),
  /** Tries to reach the server of a domain and tells each step. It takes up to half a minute. */
  test: needing('settings.write').input(z.object({ domain })).output(report),
  /** Closes the streams with a domain; they come back when somebody writes. */
  disconnect: needing('settings.write').input(z.object({ domain })).output(done),
  /** The settings `federation.allow` and `federation.deny`, entry by entry. */
  lists: {
    get: needing('server.read').input(nothing).output(lists),
    add: needing('settings.write').input(listEntry).output(lists),
    remove: needing('settings.write').input(listEntry).output(lists),
  },
  /** Certificates by which a server is known, whoever has signed them. */
  pins: {
    list: needing('server.read').input(nothing).output(z.array(pin).readonly()),
    add: needing('settings.write').input(z.object({ domain, fingerprint })).output(done),
    remove: needing('settings.write').input(z.object({ domain, fingerprint })).output(done),
  },
};

export type FederationOverview = z.output<typeof overview>;
export type FederationPeer = z.output<typeof peer>;
export type FederationReport = z.output<typeof report>;
export type FederationPin = z.output<typeof pin>;
