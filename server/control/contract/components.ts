/** Components (XEP-0114): bridges and other programs that join the server under a domain of their own. */
import { z } from 'zod';
import { base, done, isoTime, nothing } from './base.ts';

const domain = z.string().min(1).max(1023);
const xmlns = z.string().min(1).max(1000);
const access = z.enum(['none', 'get', 'set', 'both']);

const grants = z.object({
  roster: access.default('none').describe('read or change the contact lists of all accounts'),
  rosterPush: z.boolean().default(true).describe('hear of changed contacts, if it may read them'),
  message: z.enum(['none', 'outgoing']).default('none').describe('send messages in the name of any account'),
  presence: z
    .enum(['none', 'managed_entity', 'roster'])
    .default('none')
    .describe('see who is online: the accounts, or their contacts as well'),
  iq: z
    .array(z.object({ xmlns, access: access.exclude(['none']) }))
    .max(100)
    .default([])
    .describe('send requests of these namespaces in the name of any account'),
  delegated: z
    .array(z.object({ xmlns, attributes: z.array(z.string().min(1).max(100)).max(20).default([]) }))
    .max(100)
    .default([])
    .describe('answer requests of these namespaces in place of the server, if the attributes are there'),
});

const component = z.object({
  domain: z.string(),
  grants,
  createdAt: isoTime,
  connectedSince: isoTime.optional().describe('absent while it is away'),
  address: z.string().optional().describe('of its end of the connection'),
});

const listing = z.object({
  address: z.string().describe('where components connect'),
  port: z.int().nullable().describe('null while it is shut'),
  components: z.array(component).readonly(),
});

const secret = z.string().describe('told once, and shown nowhere again');

/** Whoever adds a component gives it away over all of the server, so it is for administrators. */
export const components = {
  list: base.input(nothing).output(listing),
  /** A name without a dot is one below the server's domain. */
  add: base
    .input(z.object({ name: domain }))
    .output(z.object({ domain: z.string(), secret, address: z.string(), port: z.int().nullable() })),
  renewSecret: base.input(z.object({ domain })).output(z.object({ secret })),
  /** All of them at once: what is left out is taken back. */
  grant: base.input(z.object({ domain, grants })).output(done),
  remove: base.input(z.object({ domain })).output(done),
};

export type ComponentSummary = z.output<typeof component>;
export type ComponentListing = z.output<typeof listing>;
