/** How authorities are called in sentences. */

/** The most telling part of a name as Node writes it, of a length fit for a sentence. */
export function wordsOfName(name: string): string {
  const parts = name.split('\n');
  const part = ['CN=', 'OU=', 'O='].map((kind) => parts.find((one) => one.startsWith(kind))).find((one) => one);
  const words = (part ?? parts[0] ?? '')
    .replace(/^[^=]*=/, '')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 80);
  return words === '' ? 'somebody without a name' : `“${words}”`;
}
