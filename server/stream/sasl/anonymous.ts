/** ANONYMOUS (RFC 4505, XEP-0175): guests, who get an account for as long as they stay. */
import type { MechanismKind } from './exchange.ts';
import { failure, type Mechanism } from './mechanism.ts';

/** RFC 4505 section 2: at most 255 characters. */
const MAX_TRACE_LENGTH = 255;

/** Who lets guests in. */
export interface GuestDoor {
  readonly isOpen: boolean;
  /**
   * Makes an account for a guest; its localpart, or why not. `trace` is what the guest tells about himself: for tracing,
   * and nothing else (XEP-0175 section 3).
   */
  admit(address: string, trace: string): Promise<{ readonly localpart: string } | { readonly refusal: string }>;
}

/** `door` is asked each time; undefined when nobody lets guests in. */
export function anonymousKind(door: () => GuestDoor | undefined): MechanismKind {
  return {
    name: 'ANONYMOUS',
    // Who opens the stream in the name of an account is no guest.
    isOffered: ({ claimedAccount }) => claimedAccount === undefined && door()?.isOpen === true,
    create: ({ stream }) => createAnonymous(door, stream.remoteAddress),
  };
}

/** The initial response, which is the trace, may be missing: there is nothing that a guest must say (XEP-0175 section 4). */
function createAnonymous(door: () => GuestDoor | undefined, address: string): Mechanism {
  return {
    async next(message = new Uint8Array()) {
      const trace = readTrace(message);
      if (trace === undefined) return failure('malformed-request', 'The trace information is not as RFC 4505 has it.');
      const admitted = await door()?.admit(address, trace);
      if (admitted === undefined) return failure('temporary-auth-failure', 'Guests are not let in any more.');
      if ('refusal' in admitted) return failure('temporary-auth-failure', admitted.refusal);
      return { kind: 'success', localpart: admitted.localpart };
    },
  };
}

/** Undefined when it is not UTF-8, too long, or holds control characters (RFC 4505 section 3). */
function readTrace(message: Uint8Array): string | undefined {
  try {
    const trace = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message);
    return [...trace].length > MAX_TRACE_LENGTH || /\p{Cc}/u.test(trace) ? undefined : trace;
  } catch {
    return undefined;
  }
}
