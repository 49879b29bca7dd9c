/** Names of uploaded files. They only ever stand in addresses and headers: on disk files have their ids. */

/** Bytes in UTF-8; what common file systems take. */
const MAX_BYTES = 255;
/**
 * SECURITY: separators, control characters, and the marks of direction that turn `gpj.exe` into `exe.jpg`, would mislead
 * whoever saves the file.
 */
const MISLEADING = /[/\\\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** Whether a name may be used as it is. */
export function isFileName(name: string): boolean {
  return name !== '' && !/^\.{1,2}$/.test(name) && !MISLEADING.test(name) && Buffer.byteLength(name) <= MAX_BYTES;
}
