/**
 * The server's half of SOCKS5 (RFC 1928), as far as XEP-0065 uses it: no authentication, CONNECT, and a hash in place of
 * a domain name. Knows nothing of sockets: bytes in, what to answer out.
 */

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const NO_ACCEPTABLE_METHOD = 0xff;
const CONNECT = 1;
const DOMAIN_NAME = 3;
const SUCCEEDED = 0;
const NOT_ALLOWED = 2;
const COMMAND_NOT_SUPPORTED = 7;
const ADDRESS_TYPE_NOT_SUPPORTED = 8;
/** VER, CMD, RSV and ATYP. */
const REQUEST_HEAD = 4;
const PORT_BYTES = 2;
/** Of the two messages of a client, each at its longest. */
const MAX_BYTES = 2 + 255 + REQUEST_HEAD + 1 + 255 + PORT_BYTES;
/** SHA-1 in hexadecimal digits (XEP-0065 section 6.3.2). */
const HASH = /^[0-9a-f]{40}$/i;
/** BND.ADDR and BND.PORT of a refusal, which mean nothing: an IPv4 address of zeros. */
const NOWHERE = [1, 0, 0, 0, 0, 0, 0];

export type HandshakeStep =
  /** More is to come; `reply` is for the client. */
  | { readonly kind: 'more'; readonly reply: Buffer | undefined }
  /** The client wants to be joined with whoever names the same hash, which is in lower case. */
  | { readonly kind: 'connect'; readonly reply: Buffer | undefined; readonly hash: string; readonly accepted: Buffer }
  /** The connection is to be closed after `reply`. */
  | { readonly kind: 'refused'; readonly reply: Buffer | undefined };

export class Handshake {
  #received: Buffer = Buffer.alloc(0);
  #hasGreeted = false;

  /** Takes what the client sent. Whatever follows its request is left out: nobody is there yet who could get it. */
  read(chunk: Buffer): HandshakeStep {
    this.#received = Buffer.concat([this.#received, chunk.subarray(0, MAX_BYTES - this.#received.length)]);
    let greeting: Buffer | undefined;
    if (!this.#hasGreeted) {
      const outcome = this.#readGreeting();
      if (outcome === undefined) return { kind: 'more', reply: undefined };
      if (outcome === 'refused') return { kind: 'refused', reply: undefined };
      if (outcome === 'no method') return { kind: 'refused', reply: Buffer.from([VERSION, NO_ACCEPTABLE_METHOD]) };
      this.#hasGreeted = true;
      this.#received = outcome;
      greeting = Buffer.from([VERSION, NO_AUTHENTICATION]);
    }
    const step = this.#readRequest();
    return greeting === undefined || step.reply === undefined
      ? { ...step, reply: greeting ?? step.reply }
      : { ...step, reply: Buffer.concat([greeting, step.reply]) };
  }

  /** RFC 1928 section 3. What follows the greeting; undefined while it is not complete. */
  #readGreeting(): Buffer | 'refused' | 'no method' | undefined {
    const [version, methods] = this.#received;
    if (version !== undefined && version !== VERSION) return 'refused';
    if (methods === undefined || this.#received.length < 2 + methods) return undefined;
    const offered = this.#received.subarray(2, 2 + methods);
    return offered.includes(NO_AUTHENTICATION) ? this.#received.subarray(2 + methods) : 'no method';
  }

  /** RFC 1928 section 4, with the parameters of XEP-0065 section 10.2. */
  #readRequest(): HandshakeStep {
    const [version, command, , addressType, length] = this.#received;
    if (version !== undefined && version !== VERSION) return { kind: 'refused', reply: undefined };
    if (command !== undefined && command !== CONNECT) return refused(COMMAND_NOT_SUPPORTED);
    if (addressType !== undefined && addressType !== DOMAIN_NAME) return refused(ADDRESS_TYPE_NOT_SUPPORTED);
    const end = REQUEST_HEAD + 1 + (length ?? 0) + PORT_BYTES;
    if (length === undefined || this.#received.length < end) return { kind: 'more', reply: undefined };
    const address = this.#received.subarray(REQUEST_HEAD, end);
    const hash = address.subarray(1, 1 + length).toString('latin1');
    if (!HASH.test(hash)) return refused(NOT_ALLOWED);
    // XEP-0065 section 6.3.2: BND.ADDR and BND.PORT are what the client asked for.
    const accepted = Buffer.from([VERSION, SUCCEEDED, 0, DOMAIN_NAME, ...address]);
    this.#received = Buffer.alloc(0);
    return { kind: 'connect', reply: undefined, hash: hash.toLowerCase(), accepted };
  }
}

/** The reply to a client whose hash two others have named already. */
export const REFUSED_REPLY = replyOf(NOT_ALLOWED);

function refused(status: number): HandshakeStep {
  return { kind: 'refused', reply: replyOf(status) };
}

function replyOf(status: number): Buffer {
  return Buffer.from([VERSION, status, 0, ...NOWHERE]);
}
