/** One file that somebody shares, from the moment it is announced. */

/** XEP-0363 section 4: how long a file is wanted. */
export type Purpose = 'message' | 'profile' | 'ephemeral' | 'permanent';

export interface UploadedFile {
  /** Part of its address and not to be guessed. */
  readonly id: string;
  /** Localpart of whose it is. */
  readonly account: string;
  readonly name: string;
  /** As the client has told it, lower case; `application/octet-stream` when it has not. */
  readonly mediaType: string;
  /** Bytes, as announced. */
  readonly size: number;
  readonly purpose: Purpose;
  /** Milliseconds since 1970, here and below. */
  readonly requestedAtMs: number;
  /** Undefined until the whole of it is on disk. */
  readonly uploadedAtMs: number | undefined;
  /** The client's own wish, for `ephemeral`. */
  readonly expiresAtMs: number | undefined;
}
