/** The desktop app around the window, where there is one: `window.snug`, which the preload script puts there. */
import type { SnugApi } from '../server/control/contract.ts';

declare global {
  interface Window {
    readonly snug?: SnugApi;
  }
}

/** Undefined in a plain browser. */
export function desktop(): SnugApi | undefined {
  return window.snug;
}

/** @throws when neither the shell nor the browser lets the page write to the clipboard */
export async function copyText(text: string): Promise<void> {
  const shell = desktop();
  if (shell !== undefined) await shell.copyText(text);
  else await navigator.clipboard.writeText(text);
}
