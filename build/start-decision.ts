/** How `npm start` starts Snug here: as the desktop app, or as a server in the terminal with its window in a browser. */

export interface StartFacts {
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What follows `npm start --`. */
  readonly words: readonly string[];
  readonly isRoot: boolean;
  readonly isElectronThere: boolean;
}

export type StartDecision =
  | { readonly kind: 'desktop' }
  /** Electron's program must be fetched first. */
  | { readonly kind: 'fetch' }
  /** `reason` is the end of a sentence. */
  | { readonly kind: 'headless'; readonly reason: string };

const DESKTOP_WORDS: ReadonlySet<string> = new Set(['--hidden']);

/** What can be seen at once comes first: nothing is fetched for a computer that could not show it. */
export function decideStart({ platform, environment, words, isRoot, isElectronThere }: StartFacts): StartDecision {
  const headless = (reason: string): StartDecision => ({ kind: 'headless', reason });
  if (words.some((word) => !DESKTOP_WORDS.has(word))) return headless('the options given are for the server alone');
  if (environment.SNUG_HEADLESS !== undefined && environment.SNUG_HEADLESS !== '')
    return headless('SNUG_HEADLESS is set');
  if (platform === 'linux') {
    if (!environment.DISPLAY && !environment.WAYLAND_DISPLAY) return headless('this computer has no display');
    if (isRoot) return headless('desktop apps do not run as root');
  }
  return { kind: isElectronThere ? 'desktop' : 'fetch' };
}

/** The one line that is printed before a headless start. */
export function headlessLine(reason: string): string {
  return `Starting without the desktop app, because ${reason}; its window opens in a browser instead.\n`;
}
