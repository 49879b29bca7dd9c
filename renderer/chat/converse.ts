/** What we use of Converse.js, which is loaded by a script tag of its own and announces itself by an event. */

import type { PrivateConverse } from './resumption.ts';

export interface ConverseSettings {
  readonly [setting: string]: unknown;
}

export interface Converse {
  initialize(settings: ConverseSettings): Promise<void>;
  readonly plugins: {
    /** Called as a method of something that holds what only plugins see. */
    add(name: string, plugin: { initialize(this: { readonly _converse: PrivateConverse }): void }): void;
  };
}

/** Rejects when its files could not be loaded. */
export function loadConverse(): Promise<Converse> {
  const loaded = (globalThis as { converse?: Converse }).converse;
  if (loaded !== undefined) return Promise.resolve(loaded);
  return new Promise((resolve, reject) => {
    addEventListener('converse-loaded', (event) =>
      resolve((event as CustomEvent<{ converse: Converse }>).detail.converse),
    );
    document.querySelector('script[data-converse]')?.addEventListener('error', () => reject(new Error('not loaded')));
  });
}

/** Where its files lie, with the version in the address. */
export function converseFolder(): string {
  const script = document.querySelector<HTMLScriptElement>('script[data-converse]');
  return new URL('.', script?.src ?? document.baseURI).href;
}
