/** Bytes to text, chunk by chunk, refusing everything that is not UTF-8 (RFC 3629; RFC 6120, section 11.6). */

/** A byte order mark is not dropped: on a stream it is a character like any other (RFC 6120, section 11.6). */
const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const NOTHING = new Uint8Array(0);

/**
 * `TextDecoder` can stream as well, but only its one-shot form is fast in Node; so a character that is cut by the end of
 * a chunk is kept back here, three bytes at most.
 */
export class Utf8Decoder {
  #pending: Uint8Array = NOTHING;

  #isBroken = false;

  /** True once something was found that is not UTF-8; what came before it was still decoded. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** The characters that are complete with this chunk, up to the first violation. */
  decode(chunk: Uint8Array): string {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const end = endOfWholeCharacters(bytes);
    this.#pending = end === bytes.length ? NOTHING : bytes.slice(end);
    const whole = end === bytes.length ? bytes : bytes.subarray(0, end);
    try {
      return STRICT.decode(whole);
    } catch {
      this.#isBroken = true;
      return decodeUpToViolation(whole);
    }
  }
}

function decodeUpToViolation(bytes: Uint8Array): string {
  let text = '';
  try {
    for (let at = 0; at < bytes.length; ) {
      const end = at + expectedLength(bytes[at] as number);
      text += STRICT.decode(bytes.subarray(at, end));
      at = end;
    }
  } catch {
    // That is the violation.
  }
  return text;
}

/** Where the last character begins if its bytes are not all there yet, else the end. */
function endOfWholeCharacters(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return expectedLength(byte) > back ? length - back : length;
  }
  return length;
}

/** By the first byte; what can never begin a character counts as whole, so that it is refused at once. */
function expectedLength(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
