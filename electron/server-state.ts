/** The one state that drives icon, tooltip, first row of the menu and head of the window. */
import type { ServerState, Status, WorkerReady } from '../server/control/contract.ts';
import type { ServerPhase } from './server-phase.ts';
import { texts } from './texts.ts';

/** Authorities of public certificates send their last warning at about this age, too. */
const EXPIRY_WARNING_DAYS = 7;
const DAY_MS = 24 * 60 * 60_000;

/** `knownAddress` is the domain of the last run, for the states in which nothing tells it. */
export function serverState(phase: ServerPhase, nowMs: number, knownAddress: string | undefined): ServerState {
  const address = knownAddress === undefined ? {} : { address: knownAddress };
  switch (phase.kind) {
    case 'needs-setup':
      return { kind: 'needs-setup' };
    case 'starting':
      return { kind: 'starting', ...address };
    case 'waiting':
      return { kind: 'starting', ...address, reason: texts.startsAgain(Math.max(1, Math.round(phase.delayMs / 1000))) };
    case 'stopping':
      return { kind: 'stopped', ...address, reason: texts.stopping };
    case 'stopped':
      return { kind: 'stopped', ...address, ...(phase.by === 'us' ? {} : { reason: texts.stoppedByCommand }) };
    case 'failed':
      return { kind: 'failed', ...address, reason: phase.message };
    case 'running': {
      const problem = findProblem(phase.ready, phase.status, nowMs);
      const online = phase.status?.onlineAccounts ?? 0;
      const common = { address: phase.ready.domain, online };
      return problem === undefined
        ? { kind: 'running', ...common }
        : { kind: 'running-with-problem', ...common, reason: problem };
    }
  }
}

/** The worst thing that people would notice, in words that follow “… is running —”. */
function findProblem(ready: WorkerReady, status: Status | undefined, nowMs: number): string | undefined {
  const { addresses, ports } = status ?? ready;
  if (ports.c2s === null && ports.c2sTls === null) return texts.noPort;
  if (addresses.length === 0) return texts.noNetwork;
  if (status === undefined) return undefined;
  const leftMs = Date.parse(status.certificate.expiresAt) - nowMs;
  if (leftMs <= 0) return texts.certificateExpired;
  const days = Math.floor(leftMs / DAY_MS);
  if (days < EXPIRY_WARNING_DAYS) return texts.certificateExpires(days);
  return status.problems.length > 0 ? texts.needAttention(status.problems.length) : undefined;
}
