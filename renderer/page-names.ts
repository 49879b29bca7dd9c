/** The pages of the window, in the order of the navigation. */

export const pageNames = [
  'overview',
  'people',
  'files',
  'network',
  'federation',
  'bridges',
  'reports',
  'audit',
  'settings',
  'logs',
] as const;
export type PageName = (typeof pageNames)[number];
