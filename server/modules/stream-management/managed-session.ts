/** What stream management knows about one session on which it has been enabled. */
import type { Session } from '../../session/session.ts';
import type { UnackedQueue } from '../../session/unacked-queue.ts';
import { createPage, type Page } from './page.ts';

export interface ManagedSession {
  /** SM-ID (XEP-0198 section 5), also of sessions whose client did not ask for resumption. */
  readonly id: string;
  readonly session: Session;
  /** Also `session.outbox.unacked`. */
  readonly unacked: UnackedQueue;
  readonly isResumable: boolean;
  /** How long it waits for a new stream. */
  readonly resumeMs: number;
  /** What the journal holds of it. */
  readonly page: Page;
  /** Since when it has had no stream; undefined while it has one. */
  lostAtMs: number | undefined;
  /** When the client was asked for the acknowledgement that has not come yet. */
  requestedAtMs: number | undefined;
  /** The count that is about to leave in an `<a/>`; undefined while none is. */
  answeredCount: number | undefined;
  /** A higher one that should leave with it. */
  owedCount: number | undefined;
  /** When something was last heard from the client, as exactly as the sweep looks. */
  heardAtMs: number;
  /** `session.handled` as the sweep last saw it. */
  handledThen: number;
  /** True while its stream is closed in favour of a new one. */
  isMoving: boolean;
}

export function createManagedSession(
  options: Pick<ManagedSession, 'id' | 'session' | 'unacked' | 'isResumable' | 'resumeMs'> & { readonly nowMs: number },
): ManagedSession {
  const { nowMs, ...what } = options;
  return {
    ...what,
    page: createPage(),
    lostAtMs: undefined,
    requestedAtMs: undefined,
    answeredCount: undefined,
    owedCount: undefined,
    heardAtMs: nowMs,
    handledThen: 0,
    isMoving: false,
  };
}
