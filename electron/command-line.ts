/** The words that the app understands when it is started. */

/** Come up in the tray alone, as at login. */
export const HIDDEN_FLAG = '--hidden';

export function isHiddenStart(argv: readonly string[]): boolean {
  return argv.includes(HIDDEN_FLAG);
}
