/** The pages of the window, in the order of the navigation. */

/** Those that belong together: who is here and what they share, how the server is reached, what has happened, all the rest. */
export const pageGroups = [
  ['overview', 'people', 'files'],
  ['network', 'federation', 'bridges'],
  ['reports', 'audit', 'logs'],
  ['settings'],
] as const;
export type PageName = (typeof pageGroups)[number][number];

export const pageNames: readonly PageName[] = pageGroups.flat();
