/**
 * Names that exist on a local network or computer only: nobody elsewhere finds a server under them, and no server
 * elsewhere can be found under them (RFC 6761, RFC 6762, RFC 8375; `internal` is kept free by ICANN; `lan` is what
 * home routers make up).
 */
import { isIP } from 'node:net';

const LOCAL_NAME = /(?:^|\.)(?:local|localhost|localdomain|lan|home|internal|intranet|private|home\.arpa)$/;

/** True for names that the DNS of the internet does not know: those of a local network, single labels and IP addresses. */
export function isLocalOnly(domain: string): boolean {
  return !domain.includes('.') || domain.startsWith('[') || isIP(domain) !== 0 || LOCAL_NAME.test(domain);
}
