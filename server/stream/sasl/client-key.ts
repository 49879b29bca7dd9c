/**
 * How the server remembers an installation of a client: by a hash of the id that it states (XEP-0388 section 2.3).
 *
 * SECURITY: the id itself is never stored, since tokens are made with it (XEP-0484, docs/decisions/0021).
 */
import { createHash } from 'node:crypto';

/** 128 bits: nobody finds a second UUID for it, and it stays short in every row. */
const HEX_DIGITS = 32;

export function clientKey(userAgentId: string): string {
  return createHash('sha256').update(`client ${userAgentId}`).digest('hex').slice(0, HEX_DIGITS);
}
