/** A domain of one's own: the DNS records that it needs, its certificate from a public authority, the router's ports. */
import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { done, isoTime, needing, nothing } from './base.ts';

const record = z.object({
  type: z.enum(['A/AAAA', 'SRV', 'CNAME', 'CAA', 'TLSA']),
  name: z.string().describe('in full, without a dot at the end'),
  wanted: z.string().nullable().describe('the value to enter, as a zone file has it; null where none is known'),
  seen: z.array(z.string()).readonly(),
  verdict: z.enum(['ok', 'missing', 'different', 'unknown']),
  need: z.enum(['required', 'recommended', 'optional']),
  text: z.string().describe('what it means, as a sentence'),
});

const report = z.object({
  domain: z.string(),
  /** There are then no records. */
  refusal: z.string().nullable().describe('why this domain is none of the public DNS, as a sentence'),
  records: z.array(record).readonly(),
  hints: z.array(z.object({ code: z.string(), text: z.string() })).readonly(),
  checkedAt: isoTime,
});

export const domain = {
  /** Asks the DNS, which takes some seconds when it does not answer. */
  check: needing('settings.read').input(nothing).output(report),
};

const acmeStatus = z.object({
  state: z.enum(['idle', 'working', 'waiting-for-dns']),
  step: z.enum(['ordering', 'preparing', 'checking', 'issuing']).nullable().describe('null while idle'),
  /** While waiting for DNS. */
  records: z
    .array(z.object({ name: z.string(), type: z.literal('TXT'), value: z.string() }))
    .readonly()
    .describe('to be made by hand; then comes continueDns'),
  note: z.string().nullable().describe('what the last look at the records found, as a sentence'),
  names: z.array(z.string()).readonly().describe('those that a certificate would have'),
  omitted: z.array(z.string()).readonly().describe('those that it lacks, because the DNS does not know them'),
  certificate: z
    .object({ names: z.array(z.string()).readonly(), expiresAt: isoTime, renewAt: isoTime, isInUse: z.boolean() })
    .nullable(),
  failure: z
    .object({ code: z.string(), text: z.string(), fix: z.string().nullable(), at: isoTime })
    .nullable()
    .describe('of the last attempt; null after one that worked'),
  nextAttemptAt: isoTime.nullable().describe('when it is tried again by itself after a failure'),
  refusal: z.string().nullable().describe('why no authority would certify this domain, as a sentence'),
  isAgreed: z.boolean().describe('whether somebody has agreed to the terms of service (acme.agreed)'),
});

export const certificate = {
  acme: {
    status: needing('settings.read').input(nothing).output(acmeStatus),
    follow: needing('settings.read').input(nothing).output(eventIterator(acmeStatus)),
    /** Asks the authority where its terms of service can be read. */
    terms: needing('settings.read')
      .input(nothing)
      .output(z.object({ url: z.string().nullable() })),
    /** Gets or renews the certificate as the settings acme.* say. Answers at once; the status tells what becomes of it. */
    begin: needing('settings.write').input(nothing).output(done),
    /** The TXT records are made. They are looked for, and then the authority is told; or the status has a note. */
    continueDns: needing('settings.write').input(nothing).output(done),
    /** Gives up what is under way. */
    cancel: needing('settings.write').input(nothing).output(done),
  },
};

const mapping = z.object({
  state: z.enum(['off', 'working', 'on', 'failed']),
  protocol: z.enum(['PCP', 'NAT-PMP', 'UPnP']).nullable(),
  router: z.string().nullable().describe('its address in the local network'),
  externalAddress: z.string().nullable().describe('its address on the other side, as it says'),
  ports: z
    .array(
      z.object({
        port: z.int(),
        purpose: z.string(),
        state: z.enum(['forwarded', 'refused']),
        text: z.string().describe('as a sentence'),
      }),
    )
    .readonly(),
  failure: z.string().nullable().describe('why nothing is forwarded, as a sentence'),
  /** The router’s word is all that there is: only a visit from outside would prove it. */
  hint: z.string().nullable().describe('what stands in the way all the same, as a sentence'),
});

export const ports = {
  status: needing('settings.read').input(nothing).output(mapping),
  follow: needing('settings.read').input(nothing).output(eventIterator(mapping)),
  /** Switches federation.portMapping on, and answers when the router has. */
  map: needing('settings.write').input(nothing).output(mapping),
  /** Switches it off, and answers when the router has taken everything back. */
  unmap: needing('settings.write').input(nothing).output(mapping),
};

export type DomainReportSummary = z.output<typeof report>;
export type AcmeSummary = z.output<typeof acmeStatus>;
export type PortMappingSummary = z.output<typeof mapping>;
