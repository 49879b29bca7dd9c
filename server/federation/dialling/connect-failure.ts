/** Why a target could not be reached, in a few words that follow its name and port. */
import { DnsFailure } from './dns-failure.ts';

/** An address that DNS gave and that must not be connected to. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';

  constructor(address: string, words: string) {
    super(`has the address ${address}, which ${words}`);
  }
}

export const NO_ANSWER = 'did not answer in time';
export const NO_ADDRESS = 'has no address in DNS';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  ETIMEDOUT: NO_ANSWER,
  EHOSTUNREACH: 'cannot be reached from this network',
  ENETUNREACH: 'cannot be reached from this network',
  EADDRNOTAVAIL: 'cannot be reached from this network',
  EAFNOSUPPORT: 'cannot be reached from this network',
  EACCES: 'may not be connected to (a firewall on this computer?)',
  EPERM: 'may not be connected to (a firewall on this computer?)',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'speaks TLS, but not for chat servers',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'does not speak TLS there',
};

/** @param error undefined for what was still being tried when the time was up */
export function failureWords(error: unknown): string {
  if (error === undefined) return NO_ANSWER;
  if (error instanceof RefusedAddress) return error.message;
  if (error instanceof DnsFailure) return `could not be looked up: ${error.message}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words = WORDS[code];
  if (words !== undefined) return words;
  if (code.startsWith('ERR_SSL')) return `broke off the TLS handshake (${code})`;
  return code === '' ? 'closed the connection' : `could not be reached (${code})`;
}
