/** Trust: the certificates that the server shows, and whether this computer trusts them. */
import { z } from 'zod';
import { base, isoTime, needing, nothing } from './base.ts';

const certificate = z.object({
  fingerprint: z.string().describe('SHA-256, as AA:BB:…'),
  expiresAt: isoTime,
});

const trust = z.object({
  domain: z.string(),
  source: z.string().describe('who made it: local-ca is Snug itself'),
  certificate,
  authority: certificate
    .extend({
      name: z.string().describe('as devices show it'),
      words: z.string().describe('six words that stand for its fingerprint'),
      pem: z.string(),
      file: z.string().describe('where it lies on the computer of the server'),
    })
    .optional()
    .describe('the installation’s own; absent where everybody trusts the certificate already'),
  page: z.string().optional().describe('where devices learn how to trust it; absent while nobody can reach that'),
  here: z
    .object({
      places: z.array(z.object({ name: z.string(), isTrusted: z.boolean() })).readonly(),
      hint: z.string().optional().describe('what cannot be done, and what can'),
      command: z.string().optional().describe('for all other programs of this computer'),
    })
    .optional()
    .describe('the computer that the server runs on; absent where nothing needs to be trusted'),
});

export const trustProcedures = {
  get: needing('server.read').input(nothing).output(trust),
  /** Browsers and apps on the server's computer shall trust it, as far as Snug can tell them. */
  install: base.input(nothing).output(trust),
  remove: base.input(nothing).output(trust),
  /** A new authority with new certificates: every device has to trust the server again. */
  rotate: base.input(nothing).output(trust),
};

export type TrustSummary = z.output<typeof trust>;
