/** Settings that were once called otherwise: files and command lines of before go on working. */

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['certificate.file', 'tls.certificate'],
  ['certificate.key', 'tls.key'],
]);

/** The name of today for a key. */
export function currentKey(key: string): string {
  return RENAMED.get(key) ?? key;
}

/** The same settings under the names of today. Where both names are there, the new one was meant. */
export function withCurrentKeys(stored: ReadonlyMap<string, unknown>): Map<string, unknown> {
  const renamed = new Map<string, unknown>();
  for (const [key, value] of stored) {
    const current = currentKey(key);
    if (current === key || !stored.has(current)) renamed.set(current, value);
  }
  return renamed;
}
