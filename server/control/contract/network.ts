/** The network: under which names and addresses people reach the server, and on which interfaces it shows itself. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { base, needing, nothing } from './base.ts';

const openPort = z.object({
  purpose: z.string().describe('c2s, c2sTls, join, web, proxy, components, window …'),
  port: z.int().nullable().describe('null while nothing listens'),
  address: z.string().describe('that is listened on; :: and 0.0.0.0 are all'),
  wanted: z.int().nullable().describe('what the setting said at the start; null for off'),
  holder: z.string().optional().describe('the program that has the wanted one, where that is known'),
});

const networkInterface = z.object({
  name: z.string(),
  addresses: z.array(z.string()).readonly(),
  /** Where the server shows itself, how that goes; else why it does not. */
  state: z.enum([
    'announced',
    'probing',
    'refused',
    'chosen',
    'virtual',
    'public',
    'no-ipv4',
    'same-network',
    'not-chosen',
    'not-listening',
  ]),
});

const network = z.object({
  domain: z.string(),
  rooms: z.string(),
  hostName: z.string().describe('the name that mDNS has the addresses of'),
  addresses: z.array(z.string()).readonly(),
  ports: z.array(openPort).readonly(),
  interfaces: z.array(networkInterface).readonly(),
  mdns: z.object({
    isOn: z.boolean(),
    state: z.enum(['off', 'announced', 'probing', 'refused', 'silent']),
    /** As lists of services show it; with a number behind where another one has the name. */
    instance: z.string().optional(),
    services: z.array(z.object({ type: z.string(), port: z.int() })).readonly(),
    text: z.record(z.string(), z.string()).describe('what the announcement tells everybody besides'),
  }),
  problems: z
    .array(z.object({ code: z.string(), text: z.string(), fix: z.string() }))
    .readonly()
    .describe('why people may not find the server by its name'),
  joinPage: z.string().optional(),
});

const nameProbe = z.object({
  outcome: z.enum(['free', 'taken', 'invalid', 'unknown']),
  text: z.string().describe('the outcome as a sentence'),
  proposal: z.string().optional().describe('another name, where this one will not do'),
});

export const networkProcedures = {
  get: needing('server.read').input(nothing).output(network),
  follow: needing('server.read').input(nothing).output(eventIterator(network)),
  /** Asks the network whether somebody has this name already. It takes about a second. */
  probeName: base.input(z.object({ domain: z.string().trim().min(1).max(1023) })).output(nameProbe),
};

export type NetworkSummary = z.output<typeof network>;
export type InterfaceSummary = z.output<typeof networkInterface>;
export type NameProbe = z.output<typeof nameProbe>;
