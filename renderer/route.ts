/** Which page is open: the fragment of the address, so that it works from a file, a door and the app alike. */
import { useSyncExternalStore } from 'react';
import type { WindowSheet } from '../server/control/contract.ts';
import { type PageName, pageNames } from './page-names.ts';

/** What can be open beside a page, and stands in the address behind it. */
const sheetNames = ['invite'] as const satisfies readonly WindowSheet[];

export function usePage(): PageName {
  return useSyncExternalStore(subscribe, currentPage);
}

export function pageAddress(page: PageName): string {
  return `#/${page}`;
}

export function useSheet(): WindowSheet | undefined {
  return useSyncExternalStore(subscribe, currentSheet);
}

export function openSheet(sheet: WindowSheet): void {
  window.location.hash = `${pageAddress(currentPage())}/${sheet}`;
}

export function closeSheet(): void {
  window.location.hash = pageAddress(currentPage());
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** An unknown name leads to the first page rather than to nothing. */
function currentPage(): PageName {
  const [name] = currentWords();
  return pageNames.find((page) => page === name) ?? 'overview';
}

function currentSheet(): WindowSheet | undefined {
  const [, name] = currentWords();
  return sheetNames.find((sheet) => sheet === name);
}

function currentWords(): readonly string[] {
  return window.location.hash.replace(/^#\/?/, '').split('/');
}
