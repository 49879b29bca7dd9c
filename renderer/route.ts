/** Which page is open: the fragment of the address, so that it works from a file, a door and the app alike. */
import { useSyncExternalStore } from 'react';

export const pageNames = ['overview', 'people', 'files', 'bridges', 'reports', 'audit', 'settings', 'logs'] as const;
export type PageName = (typeof pageNames)[number];

export function usePage(): PageName {
  return useSyncExternalStore(subscribe, currentPage);
}

export function pageAddress(page: PageName): string {
  return `#/${page}`;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** An unknown name leads to the first page rather than to nothing. */
function currentPage(): PageName {
  const name = window.location.hash.replace(/^#\/?/, '');
  return pageNames.find((page) => page === name) ?? 'overview';
}
