/**
 * The line to the server: found, kept, and found again after it broke. The pages see a client or a reason why there is none.
 */
import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from '../server/control/contract.ts';
import { type Dialled, NotSignedInError } from './dial.ts';

export type Client = ContractRouterClient<typeof contract>;

export type Line =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'online'; readonly client: Client }
  /** It broke, or could not be made; it is tried again by itself. */
  | { readonly kind: 'offline' }
  /** The server answers but does not know this browser. A fresh address helps, opened here or in another tab. */
  | { readonly kind: 'unknown-browser' };

/** Quick at first, as a restart takes a second; then seldom enough to be no load. */
const RETRY_MS: readonly number[] = [250, 500, 1000, 1000, 2000, 3000, 5000];
/** Tabs share their cookies: another one may have signed in meanwhile. */
const SIGNED_IN_ELSEWHERE_MS = 4000;

export interface Connection {
  line(): Line;
  subscribe(listener: () => void): () => void;
  /** Tries at once, whatever the next attempt was planned for. */
  retry(): void;
}

/** Dials until somebody answers, and again whenever the line breaks. */
export function keepConnected(dial: () => Promise<Dialled>): Connection {
  const listeners = new Set<() => void>();
  let line: Line = { kind: 'connecting' };
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDialling = false;

  const become = (next: Line): void => {
    // The same bad news again is no news.
    if (next.kind === line.kind && next.kind !== 'online') return;
    line = next;
    for (const listener of [...listeners]) listener();
  };

  const planRetry = (): void => {
    become({ kind: 'offline' });
    timer = setTimeout(attempt, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  };

  const attempt = (): void => {
    clearTimeout(timer);
    if (isDialling) return;
    isDialling = true;
    dial().then(
      ({ link, closed }) => {
        isDialling = false;
        failures = 0;
        become({ kind: 'online', client: createORPCClient<Client>(link) });
        void closed.then(planRetry);
      },
      (error: unknown) => {
        isDialling = false;
        if (!(error instanceof NotSignedInError)) return planRetry();
        become({ kind: 'unknown-browser' });
        timer = setTimeout(attempt, SIGNED_IN_ELSEWHERE_MS);
      },
    );
  };

  attempt();
  return {
    line: () => line,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retry() {
      if (line.kind !== 'online') attempt();
    },
  };
}
